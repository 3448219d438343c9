//! Telling whether two secrets are the same without keeping either of them.

use blake2::Blake2bMac;
use blake2::digest::Mac;
use blake2::digest::consts::U32;
use rand::TryRngCore as _;
use secrecy::{ExposeSecret as _, SecretString};

/// A keyed hash of a secret, good for this run of the program only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint([u8; 32]);

/// The operating system gave no random bytes.
#[derive(Debug)]
pub(crate) struct NoRandomness;

/// The key of the fingerprints.
pub(crate) struct Fingerprints([u8; 64]);

impl Fingerprints {
    /// A new random key.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub(crate) fn make() -> Result<Self, NoRandomness> {
        random_bytes().map(Self)
    }

    /// The fingerprint of a secret.
    pub(crate) fn of(&self, secret: &SecretString) -> Fingerprint {
        let mut mac = <Blake2bMac<U32> as Mac>::new((&self.0).into());
        // EXPOSE: hashed under a key that dies with this process.
        mac.update(secret.expose_secret().as_bytes());
        Fingerprint(mac.finalize().into_bytes().into())
    }
}

/// Random bytes of the operating system.
pub(crate) fn random_bytes<const LENGTH: usize>() -> Result<[u8; LENGTH], NoRandomness> {
    let mut bytes = [0; LENGTH];
    rand::rngs::OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|_| NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_secrets_are_told_and_keys_differ_between_runs() {
        let (one, two) = (Fingerprints::make().unwrap(), Fingerprints::make().unwrap());
        let secret = |text: &str| SecretString::from(text);
        assert!(one.of(&secret("a key")) == one.of(&secret("a key")));
        assert!(one.of(&secret("a key")) != one.of(&secret("another")));
        assert!(one.of(&secret("a key")) != two.of(&secret("a key")));
    }
}
