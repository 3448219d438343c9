//! Text from a server is hostile until it is cleaned: it may carry line breaks, terminal escapes or
//! characters that turn the reading direction.

/// The most characters of foreign text that are shown.
const MAX_CHARS: usize = 200;

/// One line of at most 200 characters without control, escape, direction or invisible characters.
///
/// Runs of white space become one space. The result is plain text: it is never HTML.
pub(crate) fn clean(text: &str) -> String {
    let mut line = String::new();
    let mut length = 0_usize;
    let mut pending_space = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' || character == '\u{9b}' {
            skip_escape(character, &mut characters);
            continue;
        }
        if character.is_whitespace() {
            pending_space = !line.is_empty();
            continue;
        }
        if character.is_control() || is_invisible(character) {
            continue;
        }
        if pending_space {
            line.push(' ');
            length += 1;
            pending_space = false;
        }
        if length >= MAX_CHARS {
            line.push('…');
            break;
        }
        line.push(character);
        length += 1;
    }
    line
}

/// `None` when nothing readable is left.
pub(crate) fn clean_or_none(text: &str) -> Option<String> {
    let line = clean(text);
    (!line.is_empty()).then_some(line)
}

/// Printable ASCII without the space: what a header value or an identifier may safely hold.
pub(crate) fn is_visible_ascii(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (0x21..=0x7e).contains(&byte))
}

/// Printable ASCII with the space (`VSCHAR`, OAuth 2.1 appendix A).
pub(crate) fn is_vschar(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
}

/// Drops one terminal escape sequence: CSI up to its final byte, OSC up to BEL or ST, else one character.
fn skip_escape(start: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let kind = if start == '\u{9b}' {
        '['
    } else {
        let Some(kind) = rest.next() else { return };
        kind
    };
    match kind {
        '[' => {
            // A line break inside a broken sequence ends it: text after it must not vanish.
            while let Some(&next) = rest.peek() {
                if next.is_control() {
                    return;
                }
                rest.next();
                if ('@'..='~').contains(&next) {
                    return;
                }
            }
        }
        ']' | 'P' | '_' | '^' | 'X' => {
            while let Some(next) = rest.next() {
                if next == '\u{7}' || next == '\u{9c}' {
                    return;
                }
                if next == '\u{1b}' {
                    rest.next();
                    return;
                }
            }
        }
        _ => {}
    }
}

/// Direction marks and overrides, zero-width characters, byte order mark, tags.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_becomes_one_plain_line() {
        let cases = [
            ("plain words", "plain words"),
            ("  two\r\nlines\t here ", "two lines here"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{9b}2Jwiped", "wiped"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;http://evil\u{1b}\\link", "link"),
            ("abc\u{202e}dcba", "abcdcba"),
            ("zero\u{200b}width\u{feff}", "zerowidth"),
            ("nul\0l", "null"),
            ("<b>markup stays text</b>", "<b>markup stays text</b>"),
            ("\u{1b}[12\nnext line survives", "next line survives"),
        ];
        for (given, wanted) in cases {
            assert_eq!(clean(given), wanted, "{given:?}");
        }
    }

    #[test]
    fn long_text_is_cut_at_200_characters() {
        let line = clean(&"ж".repeat(5_000));
        assert_eq!(line.chars().count(), 201);
        assert!(line.ends_with('…'));
        assert_eq!(clean(&"x".repeat(200)).chars().count(), 200);
    }

    #[test]
    fn nothing_readable_is_nothing() {
        assert_eq!(clean_or_none("\u{1b}[0m \u{202e}\r\n"), None);
    }
}
