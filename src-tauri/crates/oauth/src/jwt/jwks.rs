//! A server's key set (RFC 7517), reduced to the keys that may check a signature.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use http::header::ACCEPT;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};

use crate::answer;
use crate::http_port::{HttpFailure, HttpPort, Purpose};
use crate::json::{self, JsonFault};
use crate::metadata::AuthorizationServerMetadata;

/// The most keys in a set.
const MAX_KEYS: usize = 100;

/// The shortest RSA modulus, in bits.
const MIN_RSA_BITS: usize = 2048;

/// Members that only a private or symmetric key has (RFC 7518 §6).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Keys that may check signatures. Everything else in the set was skipped.
#[derive(Debug)]
pub struct Jwks {
    pub(super) keys: Vec<VerifyingKey>,
    fetched_at: OffsetDateTime,
}

/// One usable public key.
pub(super) struct VerifyingKey {
    pub(super) kid: Option<String>,
    /// The header names that this key may check: chosen by the key, never by the token
    /// (RFC 8725 §3.1).
    pub(super) algorithms: Vec<(&'static str, Algorithm)>,
    pub(super) key: DecodingKey,
}

impl std::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// Why there is no key set: tokens cannot be verified then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwksError {
    /// The server publishes no key set.
    #[error("the server publishes no keys")]
    NoUri,
    /// No answer.
    #[error("the server's keys could not be fetched")]
    Transport(#[from] HttpFailure),
    /// Not 200; redirects are not followed.
    #[error("the server answered {status} instead of its keys")]
    Status {
        /// The HTTP status.
        status: u16,
        /// `X-Request-Id` of the answer.
        request_id: Option<String>,
    },
    /// Not the one JSON object that it must be.
    #[error("the server's keys are unusable: {0}")]
    Json(#[from] JsonFault),
    /// No `keys` list.
    #[error("the server's key set has no list of keys")]
    NoKeys,
    /// More than 100 keys.
    #[error("the server's key set is too large")]
    TooManyKeys,
    /// One key id names two keys.
    #[error("the server's key set names two keys alike")]
    DuplicateKeyId,
}

/// Fetches the key set that the metadata names. `now` starts the wait of
/// [`Jwks::may_be_fetched_again`].
///
/// Errors: [`JwksError`].
#[tracing::instrument(skip_all)]
pub async fn fetch(
    http: &dyn HttpPort,
    metadata: &AuthorizationServerMetadata,
    now: OffsetDateTime,
) -> Result<Jwks, JwksError> {
    let url = metadata.jwks_uri().ok_or(JwksError::NoUri)?;
    let request = http::Request::get(url.as_str())
        .header(ACCEPT, "application/jwk-set+json, application/json")
        .body(Vec::new())
        .map_err(|_| HttpFailure::NotSent)?;
    let answer = answer::send(http, request, Purpose::Jwks).await?;
    if answer.status != StatusCode::OK {
        let status = answer.status.as_u16();
        return Err(JwksError::Status {
            status,
            request_id: answer.request_id,
        });
    }
    Jwks::from_document(&answer.object_or("application/jwk-set+json")?, now)
}

impl Jwks {
    /// Reads a key set document.
    ///
    /// Errors: `NoKeys`, `TooManyKeys`, `DuplicateKeyId`. Keys that cannot be used are skipped.
    pub fn from_document(
        document: &Map<String, Value>,
        fetched_at: OffsetDateTime,
    ) -> Result<Self, JwksError> {
        let list = document
            .get("keys")
            .and_then(Value::as_array)
            .ok_or(JwksError::NoKeys)?;
        if list.len() > MAX_KEYS {
            return Err(JwksError::TooManyKeys);
        }
        let mut ids = HashSet::new();
        for kid in list.iter().filter_map(|key| key.get("kid")?.as_str()) {
            if !ids.insert(kid) {
                return Err(JwksError::DuplicateKeyId);
            }
        }
        let keys = list
            .iter()
            .filter_map(Value::as_object)
            .filter_map(usable)
            .collect();
        Ok(Self { keys, fetched_at })
    }

    /// How many keys can be used.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key can be used.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether an unknown key id may cause another fetch: at most one a minute.
    pub fn may_be_fetched_again(&self, now: OffsetDateTime) -> bool {
        now - self.fetched_at >= Duration::MINUTE
    }
}

/// The key, if it is a public key for signatures of a kind and strength that we check.
fn usable(key: &Map<String, Value>) -> Option<VerifyingKey> {
    if PRIVATE_MEMBERS
        .iter()
        .any(|member| key.contains_key(*member))
    {
        return None;
    }
    if json::text(key, "use")
        .ok()?
        .is_some_and(|purpose| purpose != "sig")
    {
        return None;
    }
    let operations = json::texts(key, "key_ops").ok()?;
    if operations.is_some_and(|operations| !operations.iter().any(|name| name == "verify")) {
        return None;
    }
    let text = |member| json::text(key, member).ok().flatten();
    let (decoding, mut algorithms) = match (text("kty")?, text("crv")) {
        ("RSA", _) => {
            let (modulus, exponent) = (text("n")?, text("e")?);
            if rsa_bits(modulus)? < MIN_RSA_BITS {
                return None;
            }
            let algorithms = vec![
                ("RS256", Algorithm::RS256),
                ("RS384", Algorithm::RS384),
                ("RS512", Algorithm::RS512),
                ("PS256", Algorithm::PS256),
                ("PS384", Algorithm::PS384),
                ("PS512", Algorithm::PS512),
            ];
            (
                DecodingKey::from_rsa_components(modulus, exponent).ok()?,
                algorithms,
            )
        }
        ("EC", Some(curve @ ("P-256" | "P-384"))) => {
            let algorithm = if curve == "P-256" {
                ("ES256", Algorithm::ES256)
            } else {
                ("ES384", Algorithm::ES384)
            };
            let key = DecodingKey::from_ec_components(text("x")?, text("y")?).ok()?;
            (key, vec![algorithm])
        }
        ("OKP", Some("Ed25519")) => {
            let key = DecodingKey::from_ed_components(text("x")?).ok()?;
            // RFC 9864 names the algorithm of this curve `Ed25519`.
            (
                key,
                vec![("EdDSA", Algorithm::EdDSA), ("Ed25519", Algorithm::EdDSA)],
            )
        }
        _ => return None,
    };
    if let Some(only) = json::text(key, "alg").ok()? {
        algorithms.retain(|(name, _)| *name == only);
    }
    (!algorithms.is_empty()).then(|| VerifyingKey {
        kid: text("kid").map(str::to_owned),
        algorithms,
        key: decoding,
    })
}

fn rsa_bits(modulus: &str) -> Option<usize> {
    let octets = URL_SAFE_NO_PAD.decode(modulus).ok()?;
    let mut octets = octets.iter().skip_while(|octet| **octet == 0);
    let first = octets.next()?;
    let first_bits = 8 - usize::try_from(first.leading_zeros()).ok()?;
    Some(first_bits + 8 * octets.count())
}
