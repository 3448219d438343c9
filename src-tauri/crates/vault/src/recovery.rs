//! Recovery codes: 128 random bits that a person can print, and type again years later.
//!
//! 30 symbols of Crockford's base32 in six groups: 128 bits of code, then 22 bits of a check over them,
//! so that a typing error is told from a code of another vault (one in four million passes unseen).

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::error::VaultError;
use crate::seal::{RawKey, checksum, fill_random, keyed_hash};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE: usize = 16;
const SYMBOLS: usize = 30;
const GROUP: usize = 5;
const WITH_CHECK: usize = 19;

/// A code's 128 bits.
pub(crate) struct RecoveryCode(Zeroizing<[u8; CODE]>);

impl RecoveryCode {
    /// A new code.
    pub(crate) fn make() -> Result<Self, VaultError> {
        let mut bits = Zeroizing::new([0; CODE]);
        fill_random(bits.as_mut())?;
        Ok(Self(bits))
    }

    /// Reads a code as typed: any case, spaces and hyphens anywhere, `I` and `L` for 1, `O` for 0.
    pub(crate) fn parse(typed: &SecretString) -> Result<Self, VaultError> {
        let mut bits = Zeroizing::new([0_u8; WITH_CHECK]);
        let mut symbols = 0;
        let typed = typed.expose_secret(); // EXPOSE: read symbol by symbol
        for symbol in typed.bytes().filter(|byte| !b" -\t\r\n".contains(byte)) {
            let value = value(symbol).ok_or(VaultError::MistypedRecoveryCode)?;
            if symbols == SYMBOLS {
                return Err(VaultError::MistypedRecoveryCode);
            }
            for bit in 0..5 {
                let at = symbols * 5 + bit;
                bits[at / 8] |= (value >> (4 - bit) & 1) << (7 - at % 8);
            }
            symbols += 1;
        }
        let mut code = Self(Zeroizing::new([0; CODE]));
        code.0.copy_from_slice(&bits[..CODE]);
        if symbols == SYMBOLS && *code.with_check() == *bits {
            Ok(code)
        } else {
            Err(VaultError::MistypedRecoveryCode)
        }
    }

    /// The code as shown: `XXXXX-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX`.
    pub(crate) fn text(&self) -> SecretString {
        let bits = self.with_check();
        let mut text = Zeroizing::new(String::with_capacity(SYMBOLS + SYMBOLS / GROUP));
        for symbol in 0..SYMBOLS {
            if symbol > 0 && symbol % GROUP == 0 {
                text.push('-');
            }
            let value = (0..5).fold(0, |value, bit| {
                let at = symbol * 5 + bit;
                value << 1 | (bits[at / 8] >> (7 - at % 8) & 1)
            });
            text.push(ALPHABET[usize::from(value)].into());
        }
        SecretString::from(text.as_str())
    }

    /// The key that the code gives. It has 128 random bits, so it needs no slow derivation.
    pub(crate) fn key(&self, salt: &[u8]) -> Result<RawKey, VaultError> {
        let output = Zeroizing::new(keyed_hash(self.0.as_ref(), "recovery key", &[salt]));
        RawKey::from_slice(output.as_ref()).ok_or(VaultError::WrongKey)
    }

    /// The code and 22 bits of check, in 19 bytes of which the last 2 bits are zero.
    fn with_check(&self) -> Zeroizing<[u8; WITH_CHECK]> {
        let check = checksum("recovery check", &[self.0.as_ref()]);
        let mut bits = Zeroizing::new([0; WITH_CHECK]);
        bits[..CODE].copy_from_slice(self.0.as_ref());
        bits[CODE] = check[0];
        bits[CODE + 1] = check[1];
        bits[CODE + 2] = check[2] & 0xfc;
        bits
    }
}

fn value(symbol: u8) -> Option<u8> {
    let symbol = match symbol.to_ascii_uppercase() {
        b'I' | b'L' => b'1',
        b'O' => b'0',
        other => other,
    };
    let at = ALPHABET.iter().position(|known| *known == symbol)?;
    u8::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(code: &RecoveryCode) -> String {
        code.text().expose_secret().to_owned() // EXPOSE: compared in tests
    }

    #[test]
    fn a_code_is_read_as_it_was_shown_and_as_people_type_it() {
        for _ in 0..200 {
            let code = RecoveryCode::make().unwrap();
            let shown = text(&code);
            assert_eq!(shown.len(), SYMBOLS + 5);
            let typed = shown
                .to_lowercase()
                .replace('-', " ")
                .replace('0', "o")
                .replace('1', "l");
            for typed in [shown, typed] {
                let read = RecoveryCode::parse(&SecretString::from(typed)).unwrap();
                assert_eq!(*read.0, *code.0);
            }
        }
    }

    #[test]
    fn a_wrong_symbol_or_two_swapped_ones_are_typing_errors() {
        let code = RecoveryCode(Zeroizing::new(*b"sixteen bytes..."));
        let shown = text(&code).into_bytes();
        let mut wrong = Vec::new();
        for at in 1..shown.len() {
            let mut typed = shown.clone();
            typed.swap(at - 1, at);
            if typed[at] == b'-' || typed[at - 1] == b'-' || typed == shown {
                continue;
            }
            wrong.push(typed);
        }
        assert!(wrong.len() > 20);
        for at in (0..shown.len()).filter(|at| shown[*at] != b'-') {
            let mut typed = shown.clone();
            typed[at] = if typed[at] == b'7' { b'8' } else { b'7' };
            wrong.push(typed);
        }
        wrong.push(shown[1..].to_vec());
        wrong.push([&shown[..], b"0"].concat());
        wrong.push([&shown[..4], b"U", &shown[5..]].concat());
        wrong.push(Vec::new());
        for typed in wrong {
            let typed = String::from_utf8(typed).unwrap();
            let read = RecoveryCode::parse(&SecretString::from(typed.as_str())).map(drop);
            assert!(
                matches!(read, Err(VaultError::MistypedRecoveryCode)),
                "{typed} for a test's code"
            );
        }
    }

    #[test]
    fn codes_and_salts_give_different_keys() {
        let (one, two) = (RecoveryCode::make().unwrap(), RecoveryCode::make().unwrap());
        assert_ne!(
            one.key(b"s").unwrap().bytes(),
            two.key(b"s").unwrap().bytes()
        );
        assert_ne!(
            one.key(b"s").unwrap().bytes(),
            one.key(b"t").unwrap().bytes()
        );
    }
}
