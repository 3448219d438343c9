//! The redirect that brings the answer of `/oauth/authorize` back to the client.

use axum::response::{Html, IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use http::{HeaderValue, StatusCode};
use url::Url;

use crate::authorize::error_page;
use crate::faults::{Fault, Place};
use crate::html::escape;
use crate::state::Shared;

/// Where the answer goes.
#[derive(Debug, Clone)]
pub(crate) struct Back {
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
}

/// Sends the browser back to the client, with `state` and `iss` (RFC 9207 §2).
pub(crate) fn redirect(
    shared: &Shared,
    back: &Back,
    answer: &[(&str, &str)],
    status: StatusCode,
) -> Response {
    let mut pairs: Vec<(String, String)> = answer
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    pairs.extend(
        back.state
            .iter()
            .map(|state| ("state".to_owned(), state.clone())),
    );
    pairs.push(("iss".to_owned(), shared.issuer.clone()));

    let Ok(mut url) = Url::parse(&back.redirect_uri) else {
        return error_page(
            "Redirect address not usable",
            "It is not an absolute address.",
        );
    };
    let (mut in_fragment, mut twice) = (false, false);
    for fault in shared
        .faults
        .take(Place::Authorization, is_about_the_answer)
    {
        match fault {
            Fault::AnswerParameters {
                remove,
                set,
                append,
            } => {
                pairs.retain(|(name, _)| {
                    !remove.contains(name) && !set.iter().any(|(own, _)| own == name)
                });
                pairs.extend(set.into_iter().chain(append));
            }
            Fault::AnswerInFragment => in_fragment = true,
            Fault::AnswerPath { path } => url.set_path(&path),
            _ => twice = true,
        }
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&pairs)
        .finish();
    if in_fragment {
        url.set_fragment(Some(&query));
    } else {
        let whole = match url.query() {
            Some(own) if !own.is_empty() => format!("{own}&{query}"),
            _ => query,
        };
        url.set_query(Some(&whole));
    }
    if twice {
        return page_that_calls_twice(url.as_str());
    }
    let headers = [
        (
            LOCATION,
            HeaderValue::from_str(url.as_str()).unwrap_or(HeaderValue::from_static("/")),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (status, headers).into_response()
}

fn is_about_the_answer(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::AnswerParameters { .. }
            | Fault::AnswerInFragment
            | Fault::AnswerPath { .. }
            | Fault::CallbackTwice
    )
}

fn page_that_calls_twice(url: &str) -> Response {
    let url = escape(url);
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Going back</title>\
         <meta http-equiv=\"refresh\" content=\"0; url={url}\">\
         <img src=\"{url}\" alt=\"\"><p><a id=\"back\" href=\"{url}\">Back to the app</a>"
    ))
    .into_response()
}
