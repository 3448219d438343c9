//! Names that people give, and the errors that fields share.

use crate::contract::{ApiError, ErrorCode};

/// The longest name, in characters.
const LONGEST: usize = 64;

/// A name without spaces around it.
///
/// # Errors
/// [`ErrorCode::InvalidField`] when it is empty, over 64 characters, or has control characters.
pub(crate) fn name_of(text: &str) -> Result<String, ApiError> {
    let name = text.trim();
    if name.is_empty() {
        return Err(invalid("name", "Enter a name."));
    }
    if name.chars().count() > LONGEST {
        return Err(invalid("name", "Use at most 64 characters."));
    }
    if name.chars().any(char::is_control) {
        return Err(invalid("name", "A name is one line of text."));
    }
    Ok(name.to_owned())
}

/// A field is not valid, and why, as a sentence.
pub(crate) fn invalid(field: &str, reason: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidField, format!("{field} is not valid"))
        .fact("field", field)
        .fact("reason", reason)
}

/// Something of this name has it already.
pub(crate) fn duplicate(name: &str) -> ApiError {
    ApiError::new(ErrorCode::Duplicate, "it is there already").fact("name", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_have_a_length() {
        assert_eq!(name_of("  router-read ").unwrap(), "router-read");
        assert_eq!(name_of("Ключ 🔑").unwrap(), "Ключ 🔑");
        assert!(name_of(&"é".repeat(64)).is_ok());
        for bad in [" ", "two\nlines", &"é".repeat(65)] {
            assert_eq!(name_of(bad).unwrap_err().code, ErrorCode::InvalidField);
        }
    }
}
