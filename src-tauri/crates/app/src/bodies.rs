//! Bodies as text for the page: indented, as they came, or as hexadecimal.

use std::fmt::Write as _;
use std::sync::Arc;

use inchkeep_console::json;

use crate::app::App;
use crate::contract::{BodyForm, BodyText, CheckJsonRequest, ExchangeBodyRequest, JsonCheck};
use crate::error::ApiError;
use crate::store::blocking;

/// How much text the page gets at most, in bytes.
const LONGEST: usize = 2_000_000;
/// Bytes in a line of hexadecimal.
const LINE: usize = 16;
/// Characters that such a line takes, its end included.
const LINE_TEXT: usize = 79;

impl App {
    /// The body of an exchange in one of its forms, at most 2 MB of text. Secrets in it are masked:
    /// it was redacted before it was kept.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn exchange_body(
        self: &Arc<Self>,
        request: ExchangeBodyRequest,
    ) -> Result<BodyText, ApiError> {
        let recorded = self.recorded(&request.exchange_id).await?;
        blocking(move || {
            let Some(answer) = recorded.exchange.answer() else {
                return Ok(BodyText {
                    text: String::new(),
                    cut: false,
                    size: 0,
                });
            };
            let (text, cut) = text_of(&answer.body, request.form);
            let cut = cut || answer.body_truncated() || recorded.body_cut;
            Ok(BodyText {
                text,
                cut,
                size: answer.size_decoded,
            })
        })
        .await
    }

    /// Whether a text is JSON, and the same text indented.
    ///
    /// # Errors
    /// None of its own.
    pub async fn check_json(
        self: &Arc<Self>,
        request: CheckJsonRequest,
    ) -> Result<JsonCheck, ApiError> {
        blocking(move || {
            Ok(match json::pretty(request.text.as_bytes()) {
                Ok(formatted) => JsonCheck {
                    fault: None,
                    formatted: Some(formatted),
                },
                Err(fault) => JsonCheck {
                    fault: Some(fault.to_string()),
                    formatted: None,
                },
            })
        })
        .await
    }
}

/// The text, and whether its end is left out.
fn text_of(body: &[u8], form: BodyForm) -> (String, bool) {
    match form {
        // What cannot be laid out is shown as it came.
        BodyForm::Pretty => match json::pretty(body) {
            Ok(text) => cut(text),
            Err(_) => cut(String::from_utf8_lossy(body).into_owned()),
        },
        BodyForm::Raw => {
            // No need to decode what is cut off anyway; three bytes more hold a last character.
            let part = body.get(..LONGEST + 3).unwrap_or(body);
            cut(String::from_utf8_lossy(part).into_owned())
        }
        BodyForm::Hex => hex(body),
    }
}

fn cut(mut text: String) -> (String, bool) {
    if text.len() <= LONGEST {
        return (text, false);
    }
    let mut end = LONGEST;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    (text, true)
}

/// `00000010  48 65 6c 6c 6f …  |Hello…|`
fn hex(body: &[u8]) -> (String, bool) {
    let lines = LONGEST / LINE_TEXT;
    let mut text = String::with_capacity(body.len().div_ceil(LINE).min(lines) * LINE_TEXT);
    for (number, line) in body.chunks(LINE).take(lines).enumerate() {
        let mut bytes = String::new();
        for (at, byte) in line.iter().enumerate() {
            let gap = if at == LINE / 2 { "  " } else { " " };
            let _ = write!(bytes, "{gap}{byte:02x}");
        }
        let letters: String = line
            .iter()
            .map(|byte| {
                if (0x20..0x7f).contains(byte) {
                    char::from(*byte)
                } else {
                    '.'
                }
            })
            .collect();
        let _ = writeln!(text, "{:08x} {bytes:<50} |{letters}|", number * LINE);
    }
    (text, body.len() > lines * LINE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_has_offset_bytes_and_letters() {
        let (text, cut) = hex(b"Hello, world!\x00\x01\x02~");
        assert_eq!(
            text,
            "00000000  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 21 00 01 02  |Hello, world!...|\n\
             00000010  7e                                                |~|\n"
        );
        assert!(!cut);
    }

    #[test]
    fn a_long_body_is_cut_between_characters() {
        let body = "é".repeat(LONGEST);
        for form in [BodyForm::Raw, BodyForm::Pretty] {
            let (text, cut) = text_of(body.as_bytes(), form);
            assert!(cut && text.len() <= LONGEST);
            assert!(text.chars().all(|letter| letter == 'é'));
        }
        let (text, cut) = text_of(body.as_bytes(), BodyForm::Hex);
        assert!(cut && text.len() <= LONGEST);
    }

    #[test]
    fn a_number_is_indented_digit_by_digit() {
        let body = br#"{"amount":115792089237316195423570985008687907853269984665640564039457}"#;
        let (text, _) = text_of(body, BodyForm::Pretty);
        assert!(text.contains("115792089237316195423570985008687907853269984665640564039457"));
    }
}
