//! What the browser is shown: fixed pages without scripts and without anything from the request.

use super::head::Rejection;

const CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; \
                   base-uri 'none'; form-action 'none'";

const STYLE: &str = ":root{color-scheme:light dark}\
body{margin:0;min-height:100vh;display:grid;place-items:center;\
font:16px/1.5 system-ui,sans-serif;background:light-dark(#f6f7f9,#14161a);\
color:light-dark(#1b1f27,#e8eaee)}\
main{max-width:26rem;margin:1.5rem;padding:2rem 2.25rem;border-radius:14px;\
background:light-dark(#fff,#1d2026);border:1px solid light-dark(#dde1e8,#30353f)}\
h1{margin:0 0 .5rem;font-size:1.35rem;line-height:1.3;font-weight:650}\
p{margin:0;color:light-dark(#4b5361,#b3bac6)}\
small{display:block;margin-top:1.5rem;color:light-dark(#656e7d,#8f97a5)}";

/// The page at the end, at an address without the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// The answer was taken.
    Done,
    /// The answer ends the sign-in badly.
    Stopped,
}

impl Page {
    /// The page at a path.
    pub(super) fn at(path: &str) -> Option<Self> {
        [Self::Done, Self::Stopped]
            .into_iter()
            .find(|page| page.path() == path)
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Done => "/done",
            Self::Stopped => "/stopped",
        }
    }

    pub(super) fn response(self) -> Vec<u8> {
        let (title, text) = match self {
            Self::Done => (
                "You can close this tab",
                "Inchkeep has what it needs. Go back to the app.",
            ),
            Self::Stopped => ("Sign-in did not finish", "Go back to Inchkeep to see why."),
        };
        message("200 OK", "", &html(title, text))
    }
}

/// 303 to the last page, so that the code leaves the address field.
pub(super) fn to_last_page(page: Page) -> Vec<u8> {
    message(
        "303 See Other",
        &format!("Location: {}\r\n", page.path()),
        "",
    )
}

/// For an answer that belongs to no sign-in here: it says nothing and ends nothing.
pub(super) fn neutral() -> Vec<u8> {
    let body = html(
        "Nothing to do here",
        "No sign-in is waiting for this address. Go back to Inchkeep.",
    );
    message("400 Bad Request", "", &body)
}

pub(super) fn rejected(rejection: Rejection) -> Vec<u8> {
    match rejection {
        Rejection::NotANavigation => message("204 No Content", "", ""),
        Rejection::Method => message("405 Method Not Allowed", "Allow: GET\r\n", ""),
        Rejection::NotFound => message("404 Not Found", "", ""),
        Rejection::WrongHost => message("421 Misdirected Request", "", ""),
        Rejection::TooLarge => message("431 Request Header Fields Too Large", "", ""),
        Rejection::Version => message("505 HTTP Version Not Supported", "", ""),
        Rejection::Malformed | Rejection::Silent => message("400 Bad Request", "", ""),
    }
}

fn message(status: &str, extra: &str, body: &str) -> Vec<u8> {
    let (kind, length) = if body.is_empty() && status.starts_with("204") {
        ("", String::new())
    } else if body.is_empty() {
        ("", "Content-Length: 0\r\n".to_owned())
    } else {
        (
            "Content-Type: text/html; charset=utf-8\r\n",
            format!("Content-Length: {}\r\n", body.len()),
        )
    };
    format!(
        "HTTP/1.1 {status}\r\n{extra}{kind}{length}Connection: close\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: {CSP}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn html(title: &str, text: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <title>{title}</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1><p>{text}</p><small>Inchkeep</small></main></body></html>"
    )
}
