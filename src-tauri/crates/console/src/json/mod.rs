//! JSON as text: checked and laid out token by token, never through a float.
//!
//! A 2^256-1 stays as it was written, names keep their order, and a name that stands twice stays
//! twice (RFC 8259 leaves all three to the reader; a console must not choose).

mod pretty;
mod tokens;

use std::fmt;

pub use pretty::pretty;

/// Where a text stops being JSON, and what was expected there. Reads as `Line 3: expected , or }`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
pub struct JsonFault {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// Starts in lower case, without a full stop.
    pub message: &'static str,
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {}: {}", self.line, self.message)
    }
}

/// Checks that `text` is one JSON value (RFC 8259) and nothing else.
pub fn check(text: &str) -> Result<(), JsonFault> {
    tokens::walk(text, &mut |_, _| Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (usize, usize, &'static str) {
        let fault = check(text).expect_err(text);
        (fault.line, fault.column, fault.message)
    }

    #[test]
    fn a_fault_names_its_line_and_what_was_expected() {
        let cases: [(&str, (usize, usize, &str)); 17] = [
            ("", (1, 1, "expected a value")),
            (
                "{\n  \"a\": 1,\n  \"b\": 2 \"c\": 3\n}",
                (3, 10, "expected , or }"),
            ),
            ("[1 2]", (1, 4, "expected , or ]")),
            ("[1,]", (1, 4, "expected a value")),
            ("[", (1, 2, "expected a value or ]")),
            ("{\"a\":1,}", (1, 8, "expected a name in quotes")),
            ("{a:1}", (1, 2, "expected a name in quotes or }")),
            ("{\"a\" 1}", (1, 6, "expected :")),
            ("{} {}", (1, 4, "expected nothing after the value")),
            ("01", (1, 1, "not a number")),
            ("-", (1, 1, "not a number")),
            ("1.e5", (1, 1, "not a number")),
            ("True", (1, 1, "expected a value")),
            ("\"a", (1, 1, "this text has no closing quote")),
            (
                "\"a\nb\"",
                (1, 3, "a line break or tab inside a text must be escaped"),
            ),
            ("\"\\x\"", (1, 2, "unknown escape in a text")),
            ("[\"é\", x]", (1, 7, "expected a value")),
        ];
        for (text, expected) in cases {
            assert_eq!(fault(text), expected, "{text}");
        }
        assert_eq!(
            check("{\n\n\"a\": 1 2}").expect_err("a fault").to_string(),
            "Line 3: expected , or }"
        );
    }

    #[test]
    fn everything_that_is_json_passes() {
        for text in [
            "null",
            " true ",
            "-0.5e+10",
            "\"\\u00e9\\/\\\\\"",
            "[[],{},[{}]]",
            "{\"a\":{\"a\":[1,2,\"3\"]},\"a\":null}",
            "115792089237316195423570985008687907853269984665640564039457584007913129639935",
        ] {
            check(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        }
    }

    #[test]
    fn nesting_without_end_is_a_fault_and_no_crash() {
        let text = "[".repeat(100_000);
        assert_eq!(
            check(&text).expect_err("a fault").message,
            "nested too deeply"
        );
    }
}
