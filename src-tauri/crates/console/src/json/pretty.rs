//! Lays JSON out, two spaces a level, without touching a single token.

use super::{
    JsonFault,
    tokens::{Token, walk},
};

/// A layout may grow this many times over its input before it is given up. Ordinary answers grow
/// up to eight times; only an attack on memory (deep nesting around millions of tiny values)
/// grows more.
const MAX_GROWTH: usize = 24;
/// Room that small inputs have whatever their growth.
const SLACK: usize = 64 * 1024;

/// Lays out one JSON value. Every token is copied byte for byte: numbers of any length, duplicate
/// names, the order, and escapes stay as they were.
///
/// # Errors
/// The first place where `bytes` is not JSON (or not UTF-8). Show such a body as it is.
pub fn pretty(bytes: &[u8]) -> Result<String, JsonFault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = good.split(|byte| *byte == b'\n').count();
        JsonFault {
            line,
            column: 1,
            message: "not valid UTF-8",
        }
    })?;
    let limit = text.len().saturating_mul(MAX_GROWTH).saturating_add(SLACK);
    let mut out = String::with_capacity(text.len().saturating_mul(3) / 2);
    let mut depth = 0_usize;
    let mut just_opened = false;
    walk(text, &mut |token, slice| {
        if just_opened && token != Token::Close {
            new_line(&mut out, depth);
        }
        match token {
            Token::Open => depth += 1,
            Token::Close => {
                depth -= 1;
                if !just_opened {
                    new_line(&mut out, depth);
                }
            }
            Token::Comma | Token::Colon | Token::Scalar => {}
        }
        out.push_str(slice);
        match token {
            Token::Comma => new_line(&mut out, depth),
            Token::Colon => out.push(' '),
            Token::Open | Token::Close | Token::Scalar => {}
        }
        just_opened = token == Token::Open;
        if out.len() > limit {
            Err("nested too deeply to lay out")
        } else {
            Ok(())
        }
    })?;
    Ok(out)
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tokens_are_copied_and_only_the_space_between_them_changes() {
        let text = br#" {"b":115792089237316195423570985008687907853269984665640564039457584007913129639935,
            "a":[1.0,1e400,-0,"\u00e9\/ , : {"], "b":{} ,"c":[ ],"d":[{"e":null}]}"#;
        let expected = r#"{
  "b": 115792089237316195423570985008687907853269984665640564039457584007913129639935,
  "a": [
    1.0,
    1e400,
    -0,
    "\u00e9\/ , : {"
  ],
  "b": {},
  "c": [],
  "d": [
    {
      "e": null
    }
  ]
}"#;
        assert_eq!(pretty(text).expect("JSON"), expected);
    }

    #[test]
    fn what_is_not_json_is_a_fault_with_its_place() {
        assert_eq!(pretty(b"{\n\"a\" 1}").expect_err("a fault").line, 2);
        assert_eq!(
            pretty(b"\n\xff").expect_err("a fault").message,
            "not valid UTF-8"
        );
    }

    #[test]
    fn a_body_made_to_blow_up_the_layout_is_given_up() {
        let body = format!("{}{}{}", "[".repeat(200), "0,".repeat(200_000), "0]");
        let fault = pretty(body.as_bytes()).expect_err("a fault");
        assert_eq!(fault.message, "nested too deeply to lay out");
    }

    proptest! {
        #[test]
        fn laying_out_changes_nothing_but_space(
            names in prop::collection::vec("[a-z\"\\\\\u{e9} ]{0,6}", 0..6),
            digits in "[1-9][0-9]{0,90}",
        ) {
            let members: Vec<String> = names
                .iter()
                .map(|name| format!("{}:[{digits},{{}}]", serde_json::json!(name)))
                .collect();
            let text = format!("{{{}}}", members.join(","));
            let laid_out = pretty(text.as_bytes()).expect("JSON");
            let back: Vec<String> = laid_out.lines().map(|line| line.trim_start().to_owned()).collect();
            // Names may hold spaces; only the one after a colon is ours.
            prop_assert_eq!(back.concat().replace("\": ", "\":"), text.replace("\": ", "\":"));
            prop_assert_eq!(pretty(laid_out.as_bytes()).expect("JSON"), laid_out);
        }
    }
}
