//! Keys, and how a field is sealed under one.
//!
//! A sealed field is a 24-byte random nonce followed by the ciphertext of length, text and padding; its
//! 16-byte tag is kept apart so that the manifest can be checked without reading the fields.

use blake2::digest::consts::U32;
use blake2::digest::{FixedOutput, Mac, Update};
use blake2::{Blake2b, Blake2bMac};
use chacha20poly1305::aead::{AeadInPlace, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::TryRngCore;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox};
use zeroize::{Zeroize, Zeroizing};

use crate::error::VaultError;

/// Named in every seal, so that nothing sealed for another purpose or in another format ever opens here.
pub(crate) const FORMAT: &str = "inchkeep-vault";
/// The version of the tables and of what is sealed; part of every seal.
pub(crate) const SCHEMA_VERSION: u32 = 1;

const NONCE: usize = 24;
const LENGTH: usize = 4;
const BLOCK: usize = 64;
/// Bytes of an authentication tag.
pub(crate) const TAG: usize = 16;

/// 32 secret bytes on the heap, wiped when dropped, never shown.
#[derive(Debug)]
pub(crate) struct RawKey(SecretBox<[u8; 32]>);

impl RawKey {
    /// A new key from the operating system's randomness.
    pub(crate) fn make() -> Result<Self, VaultError> {
        Self::fill(|bytes| fill_random(bytes))
    }

    /// A key whose bytes `fill` puts in place, without a copy elsewhere.
    pub(crate) fn fill<E>(fill: impl FnOnce(&mut [u8; 32]) -> Result<(), E>) -> Result<Self, E> {
        let mut key = Self(SecretBox::default());
        fill(key.0.expose_secret_mut())?; // EXPOSE: filled in place
        Ok(key)
    }

    /// The key in `bytes`, if there are 32.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        Self::fill(|key| {
            if key.len() == bytes.len() {
                key.copy_from_slice(bytes);
                Ok(())
            } else {
                Err(())
            }
        })
        .ok()
    }

    /// Another key for one purpose, from which this one cannot be found.
    pub(crate) fn derive(&self, purpose: &str, parts: &[&[u8]]) -> Self {
        let mut output = self.mac(purpose, parts);
        let key = Self(SecretBox::init_with_mut(|key: &mut [u8; 32]| {
            key.copy_from_slice(&output);
        }));
        output.zeroize();
        key
    }

    /// A keyed `BLAKE2b` of `parts` for one purpose (RFC 7693).
    pub(crate) fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        keyed_hash(self.bytes(), purpose, parts)
    }

    /// The bytes, to be wrapped or written to the keyring.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        self.0.expose_secret() // EXPOSE: for the ciphers and the keyring's text only
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.bytes().into())
    }
}

/// A keyed `BLAKE2b` with a key of 1 to 64 bytes.
pub(crate) fn keyed_hash(key: &[u8], purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Blake2bMac<U32> as KeyInit>::new_from_slice(key)
        .expect("BLAKE2b takes keys of 1 to 64 bytes");
    absorb(purpose, parts, |bytes| Mac::update(&mut mac, bytes));
    mac.finalize_fixed().into()
}

/// A `BLAKE2b` without a key: finds accidents, not attackers.
pub(crate) fn checksum(purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Blake2b::<U32>::default();
    absorb(purpose, parts, |bytes| Update::update(&mut hash, bytes));
    hash.finalize_fixed().into()
}

/// Feeds each part behind its length: no two lists of parts give the same bytes.
fn absorb(purpose: &str, parts: &[&[u8]], mut update: impl FnMut(&[u8])) {
    for part in [FORMAT.as_bytes(), purpose.as_bytes()].iter().chain(parts) {
        update(&(part.len() as u64).to_le_bytes());
        update(part);
    }
}

/// Random bytes from the operating system.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), VaultError> {
    OsRng
        .try_fill_bytes(bytes)
        .map_err(|_| VaultError::NoRandomness)
}

/// Where a sealed field belongs. It opens there only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) vault_id: &'a [u8; 16],
    pub(crate) key_id: u32,
    pub(crate) table: &'a str,
    pub(crate) kind: &'a [u8],
    pub(crate) id: &'a [u8],
    pub(crate) field: &'a str,
    pub(crate) revision: u64,
    /// What else the field depends on; for `meta` it is the tag of the record's secret.
    pub(crate) bound: &'a [u8],
}

impl Place<'_> {
    fn associated_data(&self) -> Vec<u8> {
        let mut data = Vec::with_capacity(192);
        absorb(
            "seal",
            &[
                &SCHEMA_VERSION.to_le_bytes(),
                self.vault_id,
                &self.key_id.to_le_bytes(),
                self.table.as_bytes(),
                self.kind,
                self.id,
                self.field.as_bytes(),
                &self.revision.to_le_bytes(),
                self.bound,
            ],
            |bytes| data.extend_from_slice(bytes),
        );
        data
    }
}

/// A sealed field.
#[derive(Debug, Clone)]
pub(crate) struct Sealed {
    pub(crate) tag: [u8; TAG],
    pub(crate) body: Vec<u8>,
}

/// Seals `text` for `place`. The padding hides its length up to a multiple of 64 bytes.
pub(crate) fn seal(key: &RawKey, place: &Place<'_>, text: &[u8]) -> Result<Sealed, VaultError> {
    let length = u32::try_from(text.len()).map_err(|_| VaultError::Encode)?;
    let padded = (LENGTH + text.len()).next_multiple_of(BLOCK);
    // One buffer from the start, encrypted in place: no copy of the text stays behind.
    let mut body = vec![0; NONCE + padded];
    let (nonce, field) = body.split_at_mut(NONCE);
    fill_random(nonce)?;
    let (head, rest) = field.split_at_mut(LENGTH);
    head.copy_from_slice(&length.to_le_bytes());
    for (to, from) in rest.iter_mut().zip(text) {
        *to = *from;
    }
    let tag = key
        .cipher()
        .encrypt_in_place_detached(XNonce::from_slice(nonce), &place.associated_data(), field)
        .map_err(|_| VaultError::Encode)?;
    Ok(Sealed {
        tag: tag.into(),
        body,
    })
}

/// Opens what [`seal`] made; `None` if the key, the place or a single bit differs.
pub(crate) fn open(
    key: &RawKey,
    place: &Place<'_>,
    tag: &[u8],
    body: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, field) = body.split_at_checked(NONCE)?;
    if tag.len() != TAG || field.is_empty() || !field.len().is_multiple_of(BLOCK) {
        return None;
    }
    let mut text = Zeroizing::new(field.to_vec());
    key.cipher()
        .decrypt_in_place_detached(
            XNonce::from_slice(nonce),
            &place.associated_data(),
            &mut text,
            tag.into(),
        )
        .ok()?;
    let (head, rest) = text.split_at_checked(LENGTH)?;
    let length = usize::try_from(u32::from_le_bytes(head.try_into().ok()?)).ok()?;
    if length > rest.len() {
        return None;
    }
    text.drain(..LENGTH);
    text.truncate(length);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place() -> Place<'static> {
        Place {
            vault_id: &[7; 16],
            key_id: 1,
            table: "records",
            kind: b"session",
            id: b"a",
            field: "meta",
            revision: 3,
            bound: b"",
        }
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_to_the_same_text(text in proptest::collection::vec(any::<u8>(), 0..300)) {
            let key = RawKey::make().unwrap();
            let sealed = seal(&key, &place(), &text).unwrap();
            prop_assert_eq!((sealed.body.len() - NONCE) % BLOCK, 0);
            let opened = open(&key, &place(), &sealed.tag, &sealed.body).unwrap();
            prop_assert_eq!(&*opened, &text);
        }

        #[test]
        fn a_flipped_bit_never_opens(text in proptest::collection::vec(any::<u8>(), 0..100), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
            let key = RawKey::make().unwrap();
            let mut sealed = seal(&key, &place(), &text).unwrap();
            let at = at.index(sealed.body.len() + TAG);
            if at < TAG {
                sealed.tag[at] ^= 1 << bit;
            } else {
                sealed.body[at - TAG] ^= 1 << bit;
            }
            prop_assert!(open(&key, &place(), &sealed.tag, &sealed.body).is_none());
        }
    }

    #[test]
    fn a_field_opens_in_its_own_place_only() {
        let key = RawKey::make().unwrap();
        let sealed = seal(&key, &place(), b"text").unwrap();
        let here = place();
        let elsewhere = [
            Place {
                vault_id: &[8; 16],
                ..here
            },
            Place { key_id: 2, ..here },
            Place {
                table: "slots",
                ..here
            },
            Place {
                kind: b"api_key",
                ..here
            },
            Place { id: b"b", ..here },
            Place {
                field: "secret",
                ..here
            },
            Place {
                revision: 2,
                ..here
            },
            Place {
                bound: b"x",
                ..here
            },
            // Moving a byte over a border between two parts must not go unseen.
            Place {
                kind: b"sessiona",
                id: b"",
                ..here
            },
        ];
        assert!(open(&key, &here, &sealed.tag, &sealed.body).is_some());
        for place in elsewhere {
            assert!(
                open(&key, &place, &sealed.tag, &sealed.body).is_none(),
                "{place:?}"
            );
        }
    }

    #[test]
    fn length_is_hidden_up_to_the_block() {
        let key = RawKey::make().unwrap();
        let short = seal(&key, &place(), b"x").unwrap().body.len();
        let longer = seal(&key, &place(), &[b'x'; 60]).unwrap().body.len();
        let next = seal(&key, &place(), &[b'x'; 61]).unwrap().body.len();
        assert_eq!(short, longer);
        assert_eq!(next, longer + BLOCK);
    }

    #[test]
    fn keys_for_two_purposes_differ_and_debug_shows_none() {
        let key = RawKey::from_slice(&[0xab; 32]).unwrap();
        assert_ne!(key.mac("a", &[]), key.mac("b", &[]));
        assert_ne!(
            key.derive("a", &[b"x"]).bytes(),
            key.derive("a", &[b"y"]).bytes()
        );
        assert!(!format!("{key:?}").contains("171"));
        assert!(RawKey::from_slice(&[1; 31]).is_none());
    }
}
