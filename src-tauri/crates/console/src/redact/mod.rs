//! Redaction: no secret leaves by way of history, screen, log or export.
//!
//! Two nets, one behind the other. By value: each secret that the vault holds is searched for in
//! every byte, raw, percent-encoded, JSON-escaped (also one inside the other) and in base64. By
//! shape: what stands in `Authorization`, after `apiKey=` or in `"access_token"` is masked even
//! when nobody knows it yet.

mod shapes;
mod values;
mod views;

use std::{borrow::Cow, fmt, ops::Range};

use secrecy::SecretString;

use self::values::Values;
use crate::{Exchange, Outcome};

/// Eight dots. Their number says nothing of the secret's length.
pub const MASK: &str = "••••••••";

/// Shorter secrets show none of their characters.
const MIN_FOR_LAST4: usize = 20;

/// The mask for `value`: eight dots, and its last four characters when it has at least twenty.
pub fn masked(value: &str) -> String {
    let count = value.chars().count();
    if count < MIN_FOR_LAST4 {
        return MASK.to_owned();
    }
    MASK.chars().chain(value.chars().skip(count - 4)).collect()
}

/// Masks secrets in whatever is about to be stored, shown, logged or exported.
///
/// Values under four bytes are masked by shape only. Masking twice changes nothing more.
pub struct Redactor {
    values: Values,
}

impl Redactor {
    /// Knows these secrets by value, each with a label that can be named in its place.
    pub fn new(secrets: impl IntoIterator<Item = (String, SecretString)>) -> Self {
        Self {
            values: Values::new(secrets),
        }
    }

    /// Masks in any bytes, text or not.
    pub fn bytes<'t>(&self, bytes: &'t [u8]) -> Cow<'t, [u8]> {
        let mut cuts = Vec::new();
        views::each(bytes, &mut |view| {
            cuts.extend(self.values.find(&view.bytes).into_iter().map(|hit| Cut {
                range: view.source(hit.range),
                mask: Cow::Borrowed(hit.mask),
            }));
        });
        for range in shapes::find(bytes) {
            let value = bytes.get(range.clone()).unwrap_or_default();
            if !value.starts_with(MASK.as_bytes()) && !value.starts_with(ENCODED_DOT) {
                let mask = masked(&String::from_utf8_lossy(value)).into();
                cuts.push(Cut { range, mask });
            }
        }
        apply(bytes, cuts)
    }

    /// Masks in a text.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(into_text(bytes)),
        }
    }

    /// Masks in a URL: its parameters, and a user name and password before the host.
    pub fn url(&self, url: &str) -> String {
        let url = self.text(url);
        let Some((scheme, rest)) = url.split_once("://") else {
            return url.into_owned();
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let Some((user, host)) = authority.rsplit_once('@') else {
            return url.into_owned();
        };
        let after = rest.strip_prefix(authority).unwrap_or_default();
        let user = mask_once(user);
        format!("{scheme}://{user}@{host}{after}")
    }

    /// Masks the value of one header. `Authorization` keeps its scheme, a cookie its name and
    /// attributes.
    pub fn header(&self, name: &str, value: &str) -> String {
        let shaped = match name.to_ascii_lowercase().as_str() {
            "authorization" | "proxy-authorization" => authorization(value),
            "x-api-key" | "api-key" | "x-auth-token" => mask_once(value),
            "set-cookie" => match value.split_once(';') {
                Some((cookie, attributes)) => format!("{};{attributes}", cookie_pair(cookie)),
                None => cookie_pair(value),
            },
            "cookie" => value
                .split(';')
                .map(cookie_pair)
                .collect::<Vec<_>>()
                .join(";"),
            _ => value.to_owned(),
        };
        self.text(&shaped).into_owned()
    }

    /// Masks in a list of headers.
    pub fn headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        headers
            .iter()
            .map(|(name, value)| (self.text(name).into_owned(), self.header(name, value)))
            .collect()
    }

    /// Masks in every part of an exchange. `size_on_wire` and `size_decoded` stay as measured.
    #[must_use]
    pub fn exchange(&self, mut exchange: Exchange) -> Exchange {
        exchange = self.all_but_answer_body(exchange);
        if let Outcome::Answer(answer) = &mut exchange.outcome
            && let Cow::Owned(body) = self.bytes(&answer.body)
        {
            answer.body = body;
        }
        exchange
    }

    /// The labels of the secrets that stand in `bytes`, each once.
    pub fn labels_in(&self, bytes: &[u8]) -> Vec<&str> {
        let mut labels = Vec::new();
        views::each(bytes, &mut |view| {
            for hit in self.values.find(&view.bytes) {
                if !labels.contains(&hit.label) {
                    labels.push(hit.label);
                }
            }
        });
        labels
    }

    pub(crate) fn all_but_answer_body(&self, mut exchange: Exchange) -> Exchange {
        let request = &mut exchange.request;
        request.url = self.url(&request.url);
        request.headers = self.headers(&request.headers);
        if let Cow::Owned(body) = self.bytes(&request.body) {
            request.body = body;
        }
        for hop in &mut exchange.redirects {
            hop.url = self.url(&hop.url);
            hop.headers = self.headers(&hop.headers);
        }
        if let Outcome::Answer(answer) = &mut exchange.outcome {
            answer.headers = self.headers(&answer.headers);
        }
        if let Some(stopped) = &mut exchange.stopped_redirect {
            let url = self.url(stopped.location.as_str());
            if url != stopped.location.as_str() {
                // Dots are percent-encoded here; a URL that cannot hold them keeps its host only.
                if let Ok(url) = url::Url::parse(&url) {
                    stopped.location = url;
                } else {
                    stopped.location.set_path("");
                    stopped.location.set_query(None);
                }
            }
        }
        exchange
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

/// The dot as a URL writes it.
const ENCODED_DOT: &[u8] = b"%E2%80%A2";

struct Cut<'m> {
    range: Range<usize>,
    mask: Cow<'m, str>,
}

/// Replaces what is to be cut. Where cuts overlap without one holding the other, the mask shows
/// no last characters: they could belong to either.
fn apply<'t>(bytes: &'t [u8], mut cuts: Vec<Cut<'_>>) -> Cow<'t, [u8]> {
    if cuts.is_empty() {
        return Cow::Borrowed(bytes);
    }
    cuts.sort_by_key(|cut| (cut.range.start, std::cmp::Reverse(cut.range.end)));
    let mut merged: Vec<Cut<'_>> = Vec::with_capacity(cuts.len());
    for cut in cuts {
        match merged.last_mut() {
            Some(last) if cut.range.start < last.range.end => {
                if cut.range.end > last.range.end {
                    last.range.end = cut.range.end;
                    last.mask = Cow::Borrowed(MASK);
                }
            }
            _ => merged.push(cut),
        }
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for cut in merged {
        out.extend_from_slice(bytes.get(at..cut.range.start).unwrap_or_default());
        out.extend_from_slice(cut.mask.as_bytes());
        at = cut.range.end;
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn authorization(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, rest)) => format!("{scheme} {}", mask_once(rest.trim_start())),
        None => mask_once(value),
    }
}

fn cookie_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, value)) => format!("{name}={}", mask_once(value)),
        None => pair.to_owned(),
    }
}

fn mask_once(value: &str) -> String {
    if value.is_empty() || value.starts_with(MASK) {
        value.to_owned()
    } else {
        masked(value)
    }
}

#[cfg(test)]
mod tests;
