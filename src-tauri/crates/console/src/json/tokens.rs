//! Walks the tokens of a JSON text, holding it to the grammar.

use super::JsonFault;

/// Deeper than this no API answers, and each level costs the layout a wider margin.
const MAX_DEPTH: usize = 256;

/// What a token is, as far as the layout cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `{` or `[`
    Open,
    /// `}` or `]`
    Close,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// A text, a number, `true`, `false` or `null`.
    Scalar,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrClose,
    Name,
    NameOrClose,
    Colon,
    CommaOrClose,
    End,
}

/// Calls `visit` with each token and its text. A message that `visit` returns becomes a fault at
/// that token.
pub(super) fn walk<'t>(
    text: &'t str,
    visit: &mut dyn FnMut(Token, &'t str) -> Result<(), &'static str>,
) -> Result<(), JsonFault> {
    let bytes = text.as_bytes();
    let mut open: Vec<u8> = Vec::new();
    let mut expect = Expect::Value;
    let mut at = 0;
    loop {
        while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            at += 1;
        }
        let Some(&byte) = bytes.get(at) else {
            return match expect {
                Expect::End => Ok(()),
                _ => Err(fault(text, at, expected(expect, &open))),
            };
        };
        let (token, end, next) = match (byte, expect) {
            (b'{' | b'[', Expect::Value | Expect::ValueOrClose) => {
                if open.len() == MAX_DEPTH {
                    return Err(fault(text, at, "nested too deeply"));
                }
                open.push(byte);
                let next = if byte == b'{' {
                    Expect::NameOrClose
                } else {
                    Expect::ValueOrClose
                };
                (Token::Open, at + 1, next)
            }
            (b'}', Expect::NameOrClose | Expect::CommaOrClose) if open.last() == Some(&b'{') => {
                open.pop();
                (Token::Close, at + 1, after_value(&open))
            }
            (b']', Expect::ValueOrClose | Expect::CommaOrClose) if open.last() == Some(&b'[') => {
                open.pop();
                (Token::Close, at + 1, after_value(&open))
            }
            (b',', Expect::CommaOrClose) => {
                let next = if open.last() == Some(&b'{') {
                    Expect::Name
                } else {
                    Expect::Value
                };
                (Token::Comma, at + 1, next)
            }
            (b':', Expect::Colon) => (Token::Colon, at + 1, Expect::Value),
            (b'"', Expect::Name | Expect::NameOrClose) => {
                (Token::Scalar, string_end(text, at)?, Expect::Colon)
            }
            (_, Expect::Value | Expect::ValueOrClose) => {
                let end = match byte {
                    b'"' => string_end(text, at)?,
                    b'-' | b'0'..=b'9' => {
                        number_end(bytes, at).ok_or_else(|| fault(text, at, "not a number"))?
                    }
                    _ => literal_end(bytes, at)
                        .ok_or_else(|| fault(text, at, expected(expect, &open)))?,
                };
                (Token::Scalar, end, after_value(&open))
            }
            _ => return Err(fault(text, at, expected(expect, &open))),
        };
        let slice = text.get(at..end).unwrap_or_default();
        visit(token, slice).map_err(|message| fault(text, at, message))?;
        at = end;
        expect = next;
    }
}

fn after_value(open: &[u8]) -> Expect {
    if open.is_empty() {
        Expect::End
    } else {
        Expect::CommaOrClose
    }
}

fn expected(expect: Expect, open: &[u8]) -> &'static str {
    match expect {
        Expect::Value => "expected a value",
        Expect::ValueOrClose => "expected a value or ]",
        Expect::Name => "expected a name in quotes",
        Expect::NameOrClose => "expected a name in quotes or }",
        Expect::Colon => "expected :",
        Expect::CommaOrClose if open.last() == Some(&b'{') => "expected , or }",
        Expect::CommaOrClose => "expected , or ]",
        Expect::End => "expected nothing after the value",
    }
}

fn string_end(text: &str, start: usize) -> Result<usize, JsonFault> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            None => return Err(fault(text, start, "this text has no closing quote")),
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => match bytes.get(at + 1) {
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
                Some(b'u')
                    if bytes
                        .get(at + 2..at + 6)
                        .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) =>
                {
                    at += 6;
                }
                Some(b'u') => return Err(fault(text, at, "\\u needs four hex digits")),
                _ => return Err(fault(text, at, "unknown escape in a text")),
            },
            Some(0..0x20) => {
                return Err(fault(
                    text,
                    at,
                    "a line break or tab inside a text must be escaped",
                ));
            }
            Some(_) => at += 1,
        }
    }
}

fn number_end(bytes: &[u8], start: usize) -> Option<usize> {
    let digits = |mut at: usize| {
        let from = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        (at > from).then_some(at)
    };
    let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
    let leading_zero = bytes.get(at) == Some(&b'0');
    let whole = digits(at)?;
    if leading_zero && whole > at + 1 {
        return None;
    }
    at = whole;
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(at + 1 + sign)?;
    }
    // `12abc` is one wrong number, not a number and something else.
    match bytes.get(at) {
        Some(byte) if byte.is_ascii_alphanumeric() || *byte == b'.' => None,
        _ => Some(at),
    }
}

fn literal_end(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..)?;
    ["true", "false", "null"]
        .into_iter()
        .find(|word| {
            rest.starts_with(word.as_bytes())
                && !rest.get(word.len()).is_some_and(u8::is_ascii_alphanumeric)
        })
        .map(|word| start + word.len())
}

fn fault(text: &str, at: usize, message: &'static str) -> JsonFault {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    JsonFault {
        line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        message,
    }
}
