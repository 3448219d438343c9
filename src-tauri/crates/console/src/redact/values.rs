//! Secrets that are known by their value.

use std::{collections::HashMap, ops::Range};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::masked;

/// Shorter values are not searched for: they would mask ordinary words.
const MIN_VALUE: usize = 4;
/// Fewer base64 characters than this say too little to tell a secret from chance.
const MIN_BASE64: usize = 6;
/// How far a base64 run is followed on each side of a hit.
const MAX_RUN: usize = 1024;
const PREFIX: usize = 4;

/// Finds any of many secrets in one pass. Their bytes are wiped when it is dropped; only
/// four-byte beginnings stand in the index.
pub(super) struct Values {
    secrets: Vec<Secret>,
    needles: Vec<Needle>,
    by_prefix: HashMap<[u8; PREFIX], Vec<usize>>,
    /// One bit for each pair of first bytes, to pass over almost everything quickly.
    first_pairs: Box<[u64; 1024]>,
}

struct Secret {
    label: String,
    mask: String,
}

struct Needle {
    bytes: Zeroizing<Vec<u8>>,
    secret: usize,
    base64: bool,
}

/// A place where a secret stands.
pub(super) struct Hit<'v> {
    pub(super) range: Range<usize>,
    pub(super) mask: &'v str,
    pub(super) label: &'v str,
}

impl Values {
    pub(super) fn new(secrets: impl IntoIterator<Item = (String, SecretString)>) -> Self {
        let mut values = Self {
            secrets: Vec::new(),
            needles: Vec::new(),
            by_prefix: HashMap::new(),
            first_pairs: Box::new([0; 1024]),
        };
        for (label, value) in secrets {
            // EXPOSE: turned into the spellings that are searched for; wiped on drop.
            values.add(label, value.expose_secret());
        }
        values
    }

    fn add(&mut self, label: String, value: &str) {
        if value.len() < MIN_VALUE {
            return;
        }
        let secret = self.secrets.len();
        self.secrets.push(Secret {
            label,
            mask: masked(value),
        });
        self.add_needle(Zeroizing::new(value.as_bytes().to_vec()), secret, false);
        if value.contains(' ') {
            // Forms write a space as `+`.
            self.add_needle(
                Zeroizing::new(value.replace(' ', "+").into_bytes()),
                secret,
                false,
            );
        }
        for lead in 0..3 {
            for url_safe in [false, true] {
                let text = base64_core(value.as_bytes(), lead, url_safe);
                if text.len() >= MIN_BASE64 {
                    self.add_needle(text, secret, true);
                }
            }
        }
    }

    fn add_needle(&mut self, bytes: Zeroizing<Vec<u8>>, secret: usize, base64: bool) {
        let Some(&prefix) = bytes.first_chunk::<PREFIX>() else {
            return;
        };
        let known = self.by_prefix.entry(prefix).or_default();
        if known
            .iter()
            .any(|at| self.needles.get(*at).is_some_and(|n| *n.bytes == *bytes))
        {
            return;
        }
        known.push(self.needles.len());
        let pair = pair(prefix[0], prefix[1]);
        self.first_pairs[pair / 64] |= 1 << (pair % 64);
        self.needles.push(Needle {
            bytes,
            secret,
            base64,
        });
    }

    /// Every place in `text` where a secret stands, overlapping ones too.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Hit<'_>> {
        let mut hits = Vec::new();
        if self.needles.is_empty() {
            return hits;
        }
        for (at, window) in text.windows(PREFIX).enumerate() {
            let pair = pair(window[0], window[1]);
            if self.first_pairs[pair / 64] & (1 << (pair % 64)) == 0 {
                continue;
            }
            let Some(candidates) = self.by_prefix.get(window) else {
                continue;
            };
            let rest = text.get(at..).unwrap_or_default();
            for needle in candidates
                .iter()
                .filter_map(|index| self.needles.get(*index))
            {
                if !rest.starts_with(&needle.bytes) {
                    continue;
                }
                let Some(secret) = self.secrets.get(needle.secret) else {
                    continue;
                };
                let found = at..at + needle.bytes.len();
                let range = if needle.base64 {
                    whole_base64(text, found)
                } else {
                    found
                };
                hits.push(Hit {
                    range,
                    mask: &secret.mask,
                    label: &secret.label,
                });
            }
        }
        hits
    }
}

fn pair(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

/// The base64 characters that depend on `value` alone when `lead` other bytes stand before it
/// (modulo three) and any may follow.
fn base64_core(value: &[u8], lead: usize, url_safe: bool) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(vec![0; lead]);
    bytes.extend_from_slice(value);
    let engine = if url_safe {
        URL_SAFE_NO_PAD
    } else {
        STANDARD_NO_PAD
    };
    let text = Zeroizing::new(engine.encode(&*bytes).into_bytes());
    let start = (lead * 8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    Zeroizing::new(text.get(start..end).unwrap_or_default().to_vec())
}

/// Widens a hit to the whole run: its neighbours carry the rest of the first and last byte, and
/// the client id of a `Basic` value is no use without the rest.
fn whole_base64(text: &[u8], found: Range<usize>) -> Range<usize> {
    let run = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'=');
    let before = text.get(..found.start).unwrap_or_default();
    let after = text.get(found.end..).unwrap_or_default();
    let start = found.start - before.iter().rev().take(MAX_RUN).take_while(run).count();
    start..found.end + after.iter().take(MAX_RUN).take_while(run).count()
}
