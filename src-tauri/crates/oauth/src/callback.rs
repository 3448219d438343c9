//! The authorization answer as it comes back through the browser (OAuth 2.1 §4.1.2).

use std::fmt;

use secrecy::SecretString;
use url::Url;
use zeroize::Zeroizing;

/// The most octets of a query that are looked at. A code has no bounded length (OAuth 2.1 §4.1.2).
pub const MAX_QUERY_BYTES: usize = 16 * 1024;

/// The parameters of an authorization answer, read but not yet believed.
///
/// Unknown parameters are ignored, an empty value counts as absent (OAuth 2.1 §3.1). A parameter
/// that appears twice has no value at all and is remembered as repeated.
#[derive(Clone, Default)]
pub struct CallbackParameters {
    pub(crate) code: Option<SecretString>,
    pub(crate) state: Option<SecretString>,
    pub(crate) issuer: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) error_description: Option<String>,
    pub(crate) repeated: Option<&'static str>,
    pub(crate) has_front_channel_token: bool,
}

/// Why a query is not form-urlencoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackSyntax {
    /// More than [`MAX_QUERY_BYTES`].
    #[error("the answer is too long")]
    TooLong,
    /// A `%` that two hexadecimal digits do not follow, or a byte that may not stand there.
    #[error("the answer is not properly encoded")]
    Encoding,
    /// Decoded, it is not UTF-8.
    #[error("the answer is not UTF-8")]
    NotUtf8,
}

impl CallbackParameters {
    /// Reads a query string, without its `?`.
    ///
    /// Errors: [`CallbackSyntax`]; it never quotes the query.
    pub fn parse(query: &str) -> Result<Self, CallbackSyntax> {
        if query.len() > MAX_QUERY_BYTES {
            return Err(CallbackSyntax::TooLong);
        }
        let mut found = Self::default();
        let mut seen: Vec<&'static str> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name)?;
            let value = decode(value)?;
            let Some(known) = KNOWN.iter().copied().find(|known| *known == name.as_str()) else {
                continue;
            };
            if seen.contains(&known) {
                found.repeated = found.repeated.or(Some(known));
            }
            seen.push(known);
            if !value.is_empty() {
                found.set(known, &value);
            }
        }
        // Which of two values is the true one cannot be known, so neither is.
        for known in KNOWN {
            if seen.iter().filter(|name| **name == known).count() > 1 {
                found.unset(known);
            }
        }
        Ok(found)
    }

    /// Whether nothing of an answer is there, as when the answer sits in the fragment.
    pub fn is_empty(&self) -> bool {
        self.code.is_none()
            && self.state.is_none()
            && self.error.is_none()
            && self.issuer.is_none()
            && self.repeated.is_none()
            && !self.has_front_channel_token
    }

    /// Whether a code is present.
    pub fn has_code(&self) -> bool {
        self.code.is_some()
    }

    /// Whether a state is present.
    pub fn has_state(&self) -> bool {
        self.state.is_some()
    }

    /// Whether the server reports an error.
    pub fn has_error(&self) -> bool {
        self.error.is_some()
    }

    fn set(&mut self, name: &str, value: &str) {
        match name {
            "code" => self.code = Some(value.into()),
            "state" => self.state = Some(value.into()),
            "iss" => self.issuer = Some(value.to_owned()),
            "error" => self.error = Some(value.to_owned()),
            "error_description" => self.error_description = Some(value.to_owned()),
            _ => self.has_front_channel_token = true,
        }
    }

    fn unset(&mut self, name: &str) {
        match name {
            "code" => self.code = None,
            "state" => self.state = None,
            "iss" => self.issuer = None,
            "error" => self.error = None,
            "error_description" => self.error_description = None,
            _ => {}
        }
    }
}

/// Shows which parameters are there, never their values.
impl fmt::Debug for CallbackParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackParameters")
            .field("code", &self.code.is_some())
            .field("state", &self.state.is_some())
            .field("iss", &self.issuer.is_some())
            .field("error", &self.error.is_some())
            .field("repeated", &self.repeated)
            .finish_non_exhaustive()
    }
}

const KNOWN: [&str; 8] = [
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "access_token",
    "id_token",
    "refresh_token",
];

/// Undoes form-urlencoding strictly (WHATWG URL §5.1, but refusing what a lenient decoder keeps).
fn decode(part: &str) -> Result<Zeroizing<String>, CallbackSyntax> {
    let mut octets = Vec::with_capacity(part.len());
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        let octet = match byte {
            b'+' => b' ',
            b'%' => {
                let high = bytes
                    .next()
                    .and_then(hex_digit)
                    .ok_or(CallbackSyntax::Encoding)?;
                let low = bytes
                    .next()
                    .and_then(hex_digit)
                    .ok_or(CallbackSyntax::Encoding)?;
                high << 4 | low
            }
            0x21..=0x7e => byte,
            _ => return Err(CallbackSyntax::Encoding),
        };
        octets.push(octet);
    }
    String::from_utf8(octets)
        .map(Zeroizing::new)
        .map_err(|error| {
            zeroize::Zeroize::zeroize(&mut error.into_bytes());
            CallbackSyntax::NotUtf8
        })
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// What a person pasted from the browser's address field.
#[derive(Debug, Clone)]
pub struct PastedAnswer {
    /// The address before the query; `None` when only a query (`?code=…`) was pasted.
    pub address: Option<Url>,
    /// The parameters in it.
    pub parameters: CallbackParameters,
}

/// Why pasted text holds no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasteSyntax {
    /// Neither an http(s) address nor a query.
    #[error("that is not an address")]
    NotAnAddress,
    /// An address without a code or an error in it.
    #[error("this address has no code in it")]
    NoCode,
}

/// Reads what a person copied from the browser: a whole address, or a query that begins with `?` or
/// with one of its parameters. Surrounding white space is ignored.
///
/// Errors: [`PasteSyntax`].
pub fn parse_address(pasted: &str) -> Result<PastedAnswer, PasteSyntax> {
    let pasted = pasted.trim();
    let (address, query) = match pasted.strip_prefix('?') {
        Some(query) => (None, query),
        None if looks_like_query(pasted) => (None, pasted),
        None => {
            let mut url = Url::parse(pasted).map_err(|_| PasteSyntax::NotAnAddress)?;
            if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
                return Err(PasteSyntax::NotAnAddress);
            }
            url.set_query(None);
            url.set_fragment(None);
            // The query comes from the text: a URL parser would re-encode it.
            let whole = pasted.split('#').next().unwrap_or_default();
            let query = whole.split_once('?').map_or("", |(_, query)| query);
            (Some(url), query)
        }
    };
    let query = query.split('#').next().unwrap_or_default();
    let parameters = CallbackParameters::parse(query).map_err(|_| PasteSyntax::NotAnAddress)?;
    if !parameters.has_code() && !parameters.has_error() && parameters.repeated.is_none() {
        return Err(PasteSyntax::NoCode);
    }
    Ok(PastedAnswer {
        address,
        parameters,
    })
}

fn looks_like_query(text: &str) -> bool {
    ["code=", "state=", "error=", "iss="]
        .iter()
        .any(|start| text.starts_with(start))
}

#[cfg(test)]
#[path = "callback_tests.rs"]
mod tests;
