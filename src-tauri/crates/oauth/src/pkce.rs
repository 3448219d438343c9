//! Random values of one sign-in: the PKCE pair (RFC 7636) and the state.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// 32 octets from the operating system, as 43 characters of base64url. Used for the code verifier
/// (RFC 7636 §4.1) and for the state.
///
/// Errors: the operating system has no randomness to give.
pub(crate) fn make_random_text() -> Result<SecretString, rand::rand_core::OsError> {
    let mut octets = Zeroizing::new([0_u8; 32]);
    OsRng.try_fill_bytes(octets.as_mut_slice())?;
    Ok(URL_SAFE_NO_PAD.encode(octets.as_slice()).into())
}

/// `BASE64URL(SHA256(verifier))`, the S256 challenge (RFC 7636 §4.2).
pub(crate) fn derive_challenge(verifier: &SecretString) -> String {
    // EXPOSE: hashed here; only the digest leaves.
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose_secret().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_matches_rfc_7636_appendix_b() {
        let verifier = SecretString::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(
            derive_challenge(&verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_verifier_has_43_unreserved_characters_and_never_repeats() {
        let one = make_random_text().expect("random");
        let other = make_random_text().expect("random");
        // EXPOSE: test value.
        let (one, other) = (one.expose_secret(), other.expose_secret());
        assert_eq!(one.len(), 43);
        assert!(
            one.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
        assert_ne!(one, other);
    }
}
