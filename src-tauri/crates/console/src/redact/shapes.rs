//! Secrets that are known by where they stand: `Authorization`, `apiKey=`, token members.

use std::ops::Range;

/// Members and parameters whose value is a secret wherever they stand.
const NAMES: [&str; 15] = [
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
    "code_verifier",
    "registration_access_token",
    "client_assertion",
    "device_code",
    "apikey",
    "api_key",
    "password",
    "private_key",
    "code",
    // Swap secrets of Fusion+ (`secret_shared`, `getSecrets`).
    "secret",
    "secrets",
];

const SCHEMES: [&str; 3] = ["bearer", "basic", "dpop"];

/// `"code":"INSUFFICIENT_FUNDS"` is what an error says, not an authorization code. In JSON a
/// member of this name is masked only when its value looks random.
const AMBIGUOUS_IN_JSON: &str = "code";
/// A bare `Bearer <word>` in prose is masked only from this length and with a digit in it.
const MIN_BARE_TOKEN: usize = 16;

/// The ranges of the values, without quotes or separators.
pub(super) fn find(text: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        // What stands inside a found value is masked with it. Looking there again would cost an
        // attacker's body quadratic time.
        if found.last().is_some_and(|last| at < last.end) {
            continue;
        }
        match byte {
            b'"' => json_member(text, at, &mut found),
            b'=' => found.extend(parameter(text, at)),
            b' ' => found.extend(bare_token(text, at)),
            b':' => found.extend(header_line(text, at)),
            _ => {}
        }
    }
    found
}

/// `"name" : "value"`, the quote at `quote` being the one that ends the name. Backslashes before
/// it mean JSON inside a JSON text; the value then ends at a quote with as many.
fn json_member(text: &[u8], quote: usize, found: &mut Vec<Range<usize>>) {
    let before = text.get(..quote).unwrap_or_default();
    let slashes = before
        .iter()
        .rev()
        .take_while(|byte| **byte == b'\\')
        .count();
    let name_end = quote - slashes;
    let name_len = text
        .get(..name_end)
        .unwrap_or_default()
        .iter()
        .rev()
        .take_while(|byte| is_name(**byte))
        .count();
    let name = text.get(name_end - name_len..name_end).unwrap_or_default();
    let before_name = text.get(..name_end - name_len).unwrap_or_default();
    let Some(known) = known_name(name).filter(|_| before_name.last() == Some(&b'"')) else {
        return;
    };
    let mut at = skip_space(text, quote + 1);
    if text.get(at) != Some(&b':') {
        return;
    }
    at = skip_space(text, at + 1);
    let in_list = text.get(at) == Some(&b'[');
    if in_list {
        at = skip_space(text, at + 1);
    }
    while let Some(value) = quoted(text, at, slashes) {
        let end = value.end + slashes + 1;
        let bytes = text.get(value.clone()).unwrap_or_default();
        if !value.is_empty() && (known != AMBIGUOUS_IN_JSON || looks_random(bytes)) {
            found.push(value);
        }
        at = skip_space(text, end);
        if !in_list || text.get(at) != Some(&b',') {
            return;
        }
        at = skip_space(text, at + 1);
    }
}

/// The inside of a text that opens at `at`. A text without an end (a cut body) ends with the
/// bytes.
fn quoted(text: &[u8], at: usize, slashes: usize) -> Option<Range<usize>> {
    let opening = text.get(at..=at + slashes)?;
    let (quote, lead) = opening.split_last()?;
    if *quote != b'"' || lead.iter().any(|byte| *byte != b'\\') {
        return None;
    }
    let start = at + slashes + 1;
    let mut run = 0;
    for (offset, byte) in text.get(start..)?.iter().enumerate() {
        match byte {
            b'\\' => run += 1,
            // Outside of nested JSON, an odd run of backslashes escapes the quote.
            b'"' if (slashes == 0 && run % 2 == 0) || (slashes > 0 && run <= slashes) => {
                return Some(start..start + offset - run.min(slashes));
            }
            _ => run = 0,
        }
    }
    Some(start..text.len())
}

/// `name=value` in a query, a fragment or a form body; the `=` is at `equals`.
fn parameter(text: &[u8], equals: usize) -> Option<Range<usize>> {
    let before = text.get(..equals)?;
    let name_len = before
        .iter()
        .rev()
        .take_while(|byte| is_name(**byte))
        .count();
    known_name(before.get(equals - name_len..)?)?;
    let lead = before.get(..equals - name_len)?.last();
    if !matches!(
        lead,
        None | Some(b'?' | b'&' | b'#' | b';' | b' ' | b'"' | b'\'' | b'\n' | b'\t' | b',' | b'(')
    ) {
        return None;
    }
    let value = text.get(equals + 1..)?;
    let len = value
        .iter()
        .take_while(|byte| {
            !byte.is_ascii_whitespace() && !matches!(byte, b'&' | b'#' | b'"' | b'\'' | b'<' | b'>')
        })
        .count();
    (len > 0).then(|| equals + 1..equals + 1 + len)
}

/// `Bearer x` and `Basic x` in running text.
fn bare_token(text: &[u8], space: usize) -> Option<Range<usize>> {
    let before = text.get(..space)?;
    if !SCHEMES.iter().any(|scheme| ends_with_word(before, scheme)) {
        return None;
    }
    let value = token68(text, skip_space(text, space));
    let bytes = text.get(value.clone())?;
    (bytes.len() >= MIN_BARE_TOKEN && bytes.iter().any(u8::is_ascii_digit)).then_some(value)
}

/// `Authorization: <scheme> <value>` in running text, quoted (curl) or not.
fn header_line(text: &[u8], colon: usize) -> Option<Range<usize>> {
    let before = text.get(..colon)?;
    if !["authorization", "x-api-key"]
        .iter()
        .any(|name| ends_with_word(before, name))
    {
        return None;
    }
    let start = skip_space(text, colon + 1);
    let first = token68(text, start);
    let second = token68(text, skip_blank(text, first.end));
    if !second.is_empty() && text.get(first.end) == Some(&b' ') {
        return Some(second);
    }
    // A scheme alone: its value is masked already, or is a variable of the shell.
    let is_scheme = text.get(first.clone()).is_some_and(|word| {
        SCHEMES
            .iter()
            .any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()))
    });
    (!first.is_empty() && !is_scheme).then_some(first)
}

fn token68(text: &[u8], start: usize) -> Range<usize> {
    let rest = text.get(start..).unwrap_or_default();
    let len = rest
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte))
        .count();
    start..start + len
}

fn ends_with_word(text: &[u8], word: &str) -> bool {
    let Some(start) = text.len().checked_sub(word.len()) else {
        return false;
    };
    let (before, end) = text.split_at(start);
    end.eq_ignore_ascii_case(word.as_bytes())
        && !before.last().is_some_and(u8::is_ascii_alphanumeric)
}

fn known_name(name: &[u8]) -> Option<&'static str> {
    NAMES
        .into_iter()
        .find(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn looks_random(value: &[u8]) -> bool {
    value.len() >= MIN_BARE_TOKEN
        && !value.contains(&b' ')
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_lowercase)
}

fn skip_space(text: &[u8], at: usize) -> usize {
    at + text
        .get(at..)
        .unwrap_or_default()
        .iter()
        .take_while(|b| b.is_ascii_whitespace())
        .count()
}

fn skip_blank(text: &[u8], at: usize) -> usize {
    at + text
        .get(at..)
        .unwrap_or_default()
        .iter()
        .take_while(|b| **b == b' ')
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<&str> {
        find(text.as_bytes())
            .into_iter()
            .filter_map(|range| text.get(range))
            .collect()
    }

    #[test]
    fn values_are_found_by_the_place_where_they_stand() {
        let cases: [(&str, &[&str]); 17] = [
            (r#"{"access_token" : "abc","scope":"s"}"#, &["abc"]),
            (r#"{"refresh_token":"a\"b\\","x":1}"#, &[r#"a\"b\\"#]),
            (
                r#"{"text":"{\"client_secret\":\"abc\",\"x\":\"y\"}"}"#,
                &["abc"],
            ),
            (r#"{"registration_access_token":"cut off"#, &["cut off"]),
            (
                r#"{"event":"secret_shared","data":{"secret":"0xab"}}"#,
                &["0xab"],
            ),
            (
                r#"{"result":{"secrets":["0x1", "0x2"],"ids":["3"]}}"#,
                &["0x1", "0x2"],
            ),
            (r#"{"code":"INSUFFICIENT_FUNDS","code":400}"#, &[]),
            (
                r#"{"code":"SplxlOBeZQQYbYS6WxSbIA"}"#,
                &["SplxlOBeZQQYbYS6WxSbIA"],
            ),
            (
                "grant_type=authorization_code&code=abc&code_verifier=xyz",
                &["abc", "xyz"],
            ),
            ("GET https://h/p?a=1&apiKey=k%26#f and more", &["k%26"]),
            ("error_code=5&zipcode=7", &[]),
            ("-H 'Authorization: Bearer abc' -H 'x: y'", &["abc"]),
            ("\nauthorization: abc\r\nhost: h", &["abc"]),
            (
                "the header Bearer eyJhbGciOiJFUzI1NiJ9.e30.c2ln was refused",
                &["eyJhbGciOiJFUzI1NiJ9.e30.c2ln"],
            ),
            ("Bearer authentication is required", &[]),
            ("the access_token is missing", &[]),
            (r#"{"secret":""}"#, &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(values(text), expected, "{text}");
        }
    }
}
