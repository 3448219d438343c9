//! Checking a signature and the claims around it.

use jsonwebtoken::Algorithm;
use secrecy::SecretString;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::jwks::{Jwks, VerifyingKey};
use super::{JwtView, Parts};
use crate::text;

/// How far clocks may be apart, in seconds.
const LEEWAY: f64 = 60.0;

/// What an access token is measured against.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The pinned issuer.
    pub issuer: &'a str,
    /// The audience, if it is known; otherwise `aud` only has to be there.
    pub audience: Option<&'a str>,
    /// The current time.
    pub now: OffsetDateTime,
}

/// Everything that can be said about a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// What the signature proves.
    pub signature: SignatureState,
    /// What is wrong with header type and claims; empty when nothing is.
    pub claim_faults: Vec<ClaimFault>,
}

impl Verification {
    /// Whether the token may be called verified: a valid signature and no fault in the claims.
    pub fn is_verified(&self) -> bool {
        matches!(self.signature, SignatureState::Valid { .. }) && self.claim_faults.is_empty()
    }
}

/// What is known about a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureState {
    /// It was made with a key of the server.
    Valid {
        /// The algorithm.
        alg: String,
        /// The key id, if the token names one.
        kid: Option<String>,
    },
    /// No usable key of the set fits. Fetch the set once more (see
    /// [`Jwks::may_be_fetched_again`]), then leave it.
    NoKey {
        /// The key id that the token names, cleaned.
        kid: Option<String>,
    },
    /// It was not made with the key that it names, or the token was changed.
    Wrong,
    /// The token asks for something that is never accepted.
    Refused {
        /// What.
        why: RefusedReason,
    },
    /// It was not checked.
    NotChecked {
        /// Why not.
        why: NotCheckedReason,
    },
}

/// What is never accepted in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedReason {
    /// `none` or a symmetric algorithm: anybody could have made it (RFC 8725 §3.1, §3.2).
    Algorithm,
    /// A critical header member that is not understood (RFC 7515 §4.1.11).
    CriticalHeader,
}

/// Why a signature was not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCheckedReason {
    /// It is not a JWT; only the server knows what it means.
    Opaque,
    /// There is no key set.
    NoKeySet,
    /// An algorithm that this crate does not know.
    UnknownAlgorithm,
}

/// A fault in type or claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimFault {
    /// `typ` is not `at+jwt` (RFC 9068 §2.1).
    NotAnAccessToken,
    /// `iss` is missing.
    IssuerMissing,
    /// `iss` is another server.
    IssuerDiffers,
    /// `aud` is missing.
    AudienceMissing,
    /// `aud` is somebody else.
    AudienceDiffers,
    /// `exp` is missing or not a number.
    ExpiryMissing,
    /// It has expired.
    Expired,
    /// `nbf` or `iat` lie in the future (or are not numbers).
    NotYetValid,
}

/// Checks a token against a key set. `jwks` is `None` when there is no set to check against.
///
/// The algorithm comes from the key, `jku`, `jwk` and `x5u` in the header are ignored, and the
/// claims are judged whatever the signature says.
pub fn verify(token: &SecretString, jwks: Option<&Jwks>, expected: &Expected<'_>) -> Verification {
    let Some(parts) = Parts::of(token) else {
        let signature = SignatureState::NotChecked {
            why: NotCheckedReason::Opaque,
        };
        return Verification {
            signature,
            claim_faults: Vec::new(),
        };
    };
    Verification {
        signature: check_signature(&parts, jwks),
        claim_faults: claim_faults(&parts.view, expected),
    }
}

fn check_signature(parts: &Parts<'_>, jwks: Option<&Jwks>) -> SignatureState {
    let header = &parts.view.header;
    let text = |member| header.get(member).and_then(Value::as_str);
    let alg = text("alg").unwrap_or_default();
    if header.contains_key("crit") {
        return SignatureState::Refused {
            why: RefusedReason::CriticalHeader,
        };
    }
    if alg.eq_ignore_ascii_case("none") || alg.starts_with("HS") {
        return SignatureState::Refused {
            why: RefusedReason::Algorithm,
        };
    }
    let Some(jwks) = jwks else {
        return SignatureState::NotChecked {
            why: NotCheckedReason::NoKeySet,
        };
    };
    if !KNOWN_ALGORITHMS.contains(&alg) {
        return SignatureState::NotChecked {
            why: NotCheckedReason::UnknownAlgorithm,
        };
    }
    let kid = text("kid");
    let fitting = |key: &VerifyingKey| {
        let algorithm = key.algorithms.iter().find(|(name, _)| *name == alg);
        algorithm.map(|(_, algorithm)| *algorithm)
    };
    let no_key = || SignatureState::NoKey {
        kid: kid.map(text::clean),
    };
    let found: Option<(&VerifyingKey, Algorithm)> = if let Some(kid) = kid {
        let Some(key) = jwks.keys.iter().find(|key| key.kid.as_deref() == Some(kid)) else {
            return no_key();
        };
        // The named key is there, but it is not for this algorithm: confusion, not absence.
        let Some(algorithm) = fitting(key) else {
            return SignatureState::Wrong;
        };
        Some((key, algorithm))
    } else {
        let mut keys = jwks
            .keys
            .iter()
            .filter_map(|key| Some((key, fitting(key)?)));
        // Without a key id only a single fitting key is a fact; several would be a guess.
        keys.next().filter(|_| keys.next().is_none())
    };
    let Some((key, algorithm)) = found else {
        return no_key();
    };
    let signed = parts.signed.as_bytes();
    match jsonwebtoken::crypto::verify(parts.signature, signed, &key.key, algorithm) {
        Ok(true) => SignatureState::Valid {
            alg: alg.to_owned(),
            kid: kid.map(text::clean),
        },
        _ => SignatureState::Wrong,
    }
}

const KNOWN_ALGORITHMS: [&str; 10] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519",
];

fn claim_faults(view: &JwtView, expected: &Expected<'_>) -> Vec<ClaimFault> {
    let claims = &view.claims;
    let mut faults = Vec::new();
    if !is_access_token(&view.header) {
        faults.push(ClaimFault::NotAnAccessToken);
    }
    match claims.get("iss").and_then(Value::as_str) {
        None => faults.push(ClaimFault::IssuerMissing),
        Some(issuer) if issuer != expected.issuer => faults.push(ClaimFault::IssuerDiffers),
        Some(_) => {}
    }
    let audiences = audiences(claims);
    if audiences.is_empty() {
        faults.push(ClaimFault::AudienceMissing);
    } else if expected
        .audience
        .is_some_and(|wanted| !audiences.contains(&wanted))
    {
        faults.push(ClaimFault::AudienceDiffers);
    }
    // f64 holds every second of the calendar exactly.
    let now = (expected.now - OffsetDateTime::UNIX_EPOCH).as_seconds_f64();
    match claims.get("exp").and_then(Value::as_f64) {
        None => faults.push(ClaimFault::ExpiryMissing),
        Some(end) if end + LEEWAY <= now => faults.push(ClaimFault::Expired),
        Some(_) => {}
    }
    let is_early = |member| {
        claims
            .get(member)
            .is_some_and(|at| at.as_f64().is_none_or(|at| at > now + LEEWAY))
    };
    if is_early("nbf") || is_early("iat") {
        faults.push(ClaimFault::NotYetValid);
    }
    faults
}

/// `at+jwt`, with or without the `application/` prefix (RFC 9068 §4).
fn is_access_token(header: &Map<String, Value>) -> bool {
    header
        .get("typ")
        .and_then(Value::as_str)
        .is_some_and(|typ| {
            typ.eq_ignore_ascii_case("at+jwt") || typ.eq_ignore_ascii_case("application/at+jwt")
        })
}

/// `aud` as a list: one text, or several.
fn audiences(claims: &Map<String, Value>) -> Vec<&str> {
    match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
