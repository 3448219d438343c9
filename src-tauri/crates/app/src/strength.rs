//! How strong a passphrase is, as the secret window says it in words.

use std::collections::HashSet;

use secrecy::{ExposeSecret as _, SecretString};

/// From here on a passphrase is good: four words of a common list.
const GOOD_BITS: usize = 48;
/// What a word of a common list is worth.
const WORD_BITS: usize = 12;

/// Why a passphrase is not taken, or `None` when it is good. Words count more than signs, because
/// four random words are easier to keep than eight random signs.
pub(crate) fn weakness(passphrase: &SecretString) -> Option<String> {
    let text = passphrase.expose_secret(); // EXPOSE: only its strength goes on.
    let is_break = |letter: char| letter.is_whitespace() || "-_.,".contains(letter);
    let words: HashSet<String> = text
        .to_lowercase()
        .split(is_break)
        .filter(|word| word.chars().count() > 2)
        .map(str::to_owned)
        .collect();
    let has = |kind: fn(char) -> bool| usize::from(text.chars().any(kind));
    let kinds = has(|letter| letter.is_ascii_lowercase())
        + has(|letter| letter.is_ascii_uppercase())
        + has(|letter| letter.is_ascii_digit())
        + has(|letter| !letter.is_alphanumeric() && !letter.is_whitespace());
    let signs = text.chars().collect::<HashSet<_>>().len();
    let bits = (words.len() * WORD_BITS).max(signs * (2 + kinds));
    if bits >= GOOD_BITS {
        return None;
    }
    let missing = (GOOD_BITS - bits).div_ceil(WORD_BITS).max(1);
    let words = if missing == 1 { "word" } else { "words" };
    Some(format!("Weak: add {missing} more {words}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_is_judged_as_the_window_does() {
        let judged = |text: &str| weakness(&SecretString::from(text));
        assert_eq!(judged("abc").as_deref(), Some("Weak: add 3 more words"));
        assert_eq!(judged("horse").as_deref(), Some("Weak: add 3 more words"));
        assert_eq!(
            judged("horse horse horse horse").as_deref(),
            Some("Weak: add 3 more words")
        );
        assert_eq!(judged("correct horse battery staple"), None);
    }
}
