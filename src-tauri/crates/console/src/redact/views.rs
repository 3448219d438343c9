//! Decoded views of a text that know where each byte came from.
//!
//! A secret hides behind `%2B` or `\u002b` in as many spellings as there are encoders. Searching
//! the decoded text finds them all; the way back to the source says what to cut.

use std::{borrow::Cow, ops::Range};

/// How a view reads its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decoding {
    /// `%41` (RFC 3986 §2.1), either case.
    Percent,
    /// `\"`, `\/`, `\u0041` (RFC 8259 §7).
    Json,
}

/// A stretch of decoded bytes that stands for a longer stretch of source.
#[derive(Clone, Copy)]
struct Escape {
    out: usize,
    out_len: usize,
    source: usize,
    source_len: usize,
}

/// A text, or what it decodes to.
pub(super) struct View<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    /// One layer for each decoding, the last applied first.
    layers: Vec<Vec<Escape>>,
}

/// Shows `visit` the text itself and what it reads as under up to two decodings (JSON inside a
/// URL, a URL encoded twice, and so on). Each view is gone before the next of its depth is made.
pub(super) fn each(bytes: &[u8], visit: &mut dyn FnMut(&View<'_>)) {
    let plain = View {
        bytes: Cow::Borrowed(bytes),
        layers: Vec::new(),
    };
    visit_with_decodings(&plain, 2, visit);
}

fn visit_with_decodings(view: &View<'_>, more: usize, visit: &mut dyn FnMut(&View<'_>)) {
    visit(view);
    if more == 0 {
        return;
    }
    for decoding in [Decoding::Percent, Decoding::Json] {
        if let Some(decoded) = view.decode(decoding) {
            visit_with_decodings(&decoded, more - 1, visit);
        }
    }
}

impl View<'_> {
    /// `None` when there is nothing to decode.
    fn decode<'b>(&self, decoding: Decoding) -> Option<View<'b>> {
        let marker = match decoding {
            Decoding::Percent => b'%',
            Decoding::Json => b'\\',
        };
        if !self.bytes.contains(&marker) {
            return None;
        }
        let mut out = Vec::with_capacity(self.bytes.len());
        let mut escapes = Vec::new();
        let mut at = 0;
        while let Some(&byte) = self.bytes.get(at) {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let found = if byte == marker {
                match decoding {
                    Decoding::Percent => percent(rest),
                    Decoding::Json => json(rest),
                }
            } else {
                None
            };
            if let Some((decoded, source_len)) = found {
                let mut buffer = [0; 4];
                let decoded = match decoded {
                    Decoded::Byte(byte) => {
                        buffer[0] = byte;
                        &buffer[..1]
                    }
                    Decoded::Char(char) => char.encode_utf8(&mut buffer).as_bytes(),
                };
                let (out_at, out_len) = (out.len(), decoded.len());
                escapes.push(Escape {
                    out: out_at,
                    out_len,
                    source: at,
                    source_len,
                });
                out.extend_from_slice(decoded);
                at += source_len;
            } else {
                out.push(byte);
                at += 1;
            }
        }
        if escapes.is_empty() {
            return None;
        }
        let mut layers = vec![escapes];
        layers.extend(self.layers.iter().cloned());
        Some(View {
            bytes: Cow::Owned(out),
            layers,
        })
    }

    /// Where in the source a range of this view's bytes comes from. Not for empty ranges.
    pub(super) fn source(&self, range: Range<usize>) -> Range<usize> {
        self.layers.iter().fold(range, |range, escapes| {
            let start = source_of(escapes, range.start).start;
            start..source_of(escapes, range.end - 1).end
        })
    }
}

fn source_of(escapes: &[Escape], index: usize) -> Range<usize> {
    let before = escapes.partition_point(|escape| escape.out <= index);
    let Some(escape) = before.checked_sub(1).and_then(|last| escapes.get(last)) else {
        return index..index + 1;
    };
    if index < escape.out + escape.out_len {
        return escape.source..escape.source + escape.source_len;
    }
    let start = escape.source + escape.source_len + (index - escape.out - escape.out_len);
    start..start + 1
}

enum Decoded {
    Byte(u8),
    Char(char),
}

fn percent(rest: &[u8]) -> Option<(Decoded, usize)> {
    let byte = hex(rest.get(1..3)?)?;
    Some((Decoded::Byte(u8::try_from(byte).ok()?), 3))
}

fn json(rest: &[u8]) -> Option<(Decoded, usize)> {
    let byte = match rest.get(1)? {
        escaped @ (b'"' | b'\\' | b'/') => *escaped,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return unicode(rest),
        _ => return None,
    };
    Some((Decoded::Byte(byte), 2))
}

fn unicode(rest: &[u8]) -> Option<(Decoded, usize)> {
    let first = hex(rest.get(2..6)?)?;
    if let Some(char) = char::from_u32(first) {
        return Some((Decoded::Char(char), 6));
    }
    // A surrogate pair: two escapes, one character.
    if rest.get(6..8)? != b"\\u" {
        return None;
    }
    let second = hex(rest.get(8..12)?)?;
    if !(0xd800..0xdc00).contains(&first) || !(0xdc00..0xe000).contains(&second) {
        return None;
    }
    let char = char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))?;
    Some((Decoded::Char(char), 12))
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| {
        char::from(*digit)
            .to_digit(16)
            .map(|digit| value * 16 + digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot<'a>(text: &'a str, wanted: &str) -> Option<&'a str> {
        let mut found = None;
        each(text.as_bytes(), &mut |view| {
            let mut windows = view.bytes.windows(wanted.len());
            if let Some(at) = windows.position(|part| part == wanted.as_bytes()) {
                found = found.or(text.get(view.source(at..at + wanted.len())));
            }
        });
        found
    }

    #[test]
    fn a_hit_in_any_view_points_back_to_its_source() {
        let cases = [
            ("x abc y", "abc"),
            ("x %61b%63 y", "%61b%63"),
            (r"x \u0061b\u0063 y", r"\u0061b\u0063"),
            ("x %2561bc y", "%2561bc"),
            (r"x %5Cu0061bc y", r"%5Cu0061bc"),
            (r"%20 \u00256\u0031bc \u0020", r"\u00256\u0031bc"),
            ("%zz %6 abc %", "abc"),
        ];
        for (text, expected) in cases {
            assert_eq!(spot(text, "abc"), Some(expected), "{text}");
        }
        assert_eq!(spot(r"a\ud83d\ude00b", "😀"), Some(r"\ud83d\ude00"));
        assert_eq!(spot(r"\ud83d alone", "😀"), None);
    }
}
