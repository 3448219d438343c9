//! What an access token looks like inside: a diagnosis for people. Nothing else reads it
//! (RFC 9068 §6).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use inchkeep_oauth::jwt::{
    self, ClaimFault, Expected, Jwks, JwtView, NotCheckedReason, RefusedReason, SignatureState,
    Verification,
};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::app::{App, locked};
use crate::contract::{ClaimView, TokenDiagnosis};
use crate::servers::Server;
use crate::sessions::OwnedSession;

/// A look into a token must not wait longer than this for keys.
const KEYS_LIMIT: Duration = Duration::from_secs(3);

/// The claims that have names of their own, in the order in which they are shown.
const LABELS: [(&str, &str); 10] = [
    ("iss", "Issuer"),
    ("sub", "Subject"),
    ("aud", "Audience"),
    ("client_id", "Client"),
    ("scope", "Scopes"),
    ("iat", "Issued"),
    ("nbf", "Not before"),
    ("exp", "Expires"),
    ("jti", "Token ID"),
    ("sid", "Session ID"),
];

/// The key sets that were fetched, by issuer.
#[derive(Default)]
pub(crate) struct KeySets(Mutex<HashMap<String, Arc<Jwks>>>);

impl KeySets {
    /// Forgets them, at a lock.
    pub(crate) fn forget(&self) {
        locked(&self.0).clear();
    }
}

/// What can be said about an access token.
pub(crate) struct Diagnosis {
    pub(crate) token: TokenDiagnosis,
    pub(crate) claims: Vec<ClaimView>,
    pub(crate) claims_json: Option<String>,
}

impl App {
    /// Looks into a session's access token and checks its signature with the server's keys.
    pub(crate) async fn diagnose(
        self: &Arc<Self>,
        session: &OwnedSession,
        server: Option<&Server>,
    ) -> Diagnosis {
        let token = &session.tokens.access_token;
        let Some(jwt) = jwt::decode(token) else {
            let token = TokenDiagnosis::Opaque;
            return Diagnosis {
                token,
                claims: Vec::new(),
                claims_json: None,
            };
        };
        let expected = Expected {
            issuer: &session.record.issuer,
            audience: None,
            now: self.clock.now(),
        };
        let mut jwks = None;
        if let Some(server) = server {
            jwks = self.key_set(server, session, false).await;
        }
        let mut verification = jwt::verify(token, jwks.as_deref(), &expected);
        // A key that is not in the set may have been added since: look once more.
        if let (SignatureState::NoKey { .. }, Some(server)) = (&verification.signature, server) {
            jwks = self.key_set(server, session, true).await;
            verification = jwt::verify(token, jwks.as_deref(), &expected);
        }
        let claims_json = serde_json::to_string_pretty(&jwt.claims).unwrap_or_default();
        Diagnosis {
            token: judged(&verification),
            claims: claims(&jwt, &verification, session),
            claims_json: Some(claims_json),
        }
    }

    /// The server's keys, as kept or (at most once a minute when asked) fetched again.
    async fn key_set(
        self: &Arc<Self>,
        server: &Server,
        session: &OwnedSession,
        again: bool,
    ) -> Option<Arc<Jwks>> {
        let issuer = server.issuer().as_str();
        let now = self.clock.now();
        let kept = locked(&self.live.keys.0).get(issuer).cloned();
        if let Some(kept) = &kept
            && !(again && kept.may_be_fetched_again(now))
        {
            return Some(Arc::clone(kept));
        }
        let http = self.oauth_http(Some(session.client.environment()));
        let fetch = jwt::fetch(&http, server, now);
        match tokio::time::timeout(KEYS_LIMIT, fetch).await {
            Ok(Ok(fetched)) => {
                let fetched = Arc::new(fetched);
                locked(&self.live.keys.0).insert(issuer.to_owned(), Arc::clone(&fetched));
                Some(fetched)
            }
            Ok(Err(error)) => {
                tracing::info!(%error, "no keys to check a token with");
                kept
            }
            Err(_) => kept,
        }
    }
}

fn judged(verification: &Verification) -> TokenDiagnosis {
    let not_checked = |reason: &str| TokenDiagnosis::NotChecked {
        reason: reason.to_owned(),
    };
    let wrong = |reason: &str| TokenDiagnosis::Wrong {
        reason: reason.to_owned(),
    };
    match &verification.signature {
        SignatureState::Valid { alg, kid } => match verification.claim_faults.first() {
            None => TokenDiagnosis::Valid {
                algorithm: alg.clone(),
                key_id: kid.clone(),
            },
            Some(fault) => wrong(fault_words(*fault)),
        },
        SignatureState::NoKey { .. } => not_checked("No key with this ID in the server's key set."),
        SignatureState::Wrong => wrong("The signature does not fit the server's key."),
        SignatureState::Refused {
            why: RefusedReason::Algorithm,
        } => wrong("The token is signed in a way that anybody could forge."),
        SignatureState::Refused {
            why: RefusedReason::CriticalHeader,
        } => wrong("The token demands something that is not understood."),
        SignatureState::NotChecked {
            why: NotCheckedReason::Opaque,
        } => TokenDiagnosis::Opaque,
        SignatureState::NotChecked {
            why: NotCheckedReason::NoKeySet,
        } => not_checked("The server's keys could not be read."),
        SignatureState::NotChecked {
            why: NotCheckedReason::UnknownAlgorithm,
        } => not_checked("The token is signed in a way that is not known here."),
    }
}

fn fault_words(fault: ClaimFault) -> &'static str {
    match fault {
        ClaimFault::NotAnAccessToken => "The signature is valid, but this is no access token.",
        ClaimFault::IssuerMissing => "The signature is valid, but no issuer is named.",
        ClaimFault::IssuerDiffers => "The signature is valid, but the issuer is another one.",
        ClaimFault::AudienceMissing => "The signature is valid, but no audience is named.",
        ClaimFault::AudienceDiffers => "The signature is valid, but the audience is another one.",
        ClaimFault::ExpiryMissing => "The signature is valid, but no end is named.",
        ClaimFault::Expired => "The signature is valid, but the token has expired.",
        ClaimFault::NotYetValid => "The signature is valid, but the token is not valid yet.",
    }
}

fn claims(jwt: &JwtView, verification: &Verification, session: &OwnedSession) -> Vec<ClaimView> {
    let known = LABELS.iter().filter_map(|(name, label)| {
        let value = jwt.claims.get(*name)?;
        Some(claim(name, label, value, verification, session))
    });
    let others = jwt
        .claims
        .iter()
        .filter(|(name, _)| LABELS.iter().all(|(known, _)| known != name))
        .map(|(name, value)| claim(name, name, value, verification, session));
    known.chain(others).collect()
}

fn claim(
    name: &str,
    label: &str,
    value: &Value,
    verification: &Verification,
    session: &OwnedSession,
) -> ClaimView {
    let has = |fault| verification.claim_faults.contains(&fault);
    let remark = match name {
        "iss" if has(ClaimFault::IssuerDiffers) => Some("differs from server metadata".to_owned()),
        "iss" => Some("matches server metadata".to_owned()),
        "exp" if has(ClaimFault::Expired) => Some("has expired".to_owned()),
        "nbf" if has(ClaimFault::NotYetValid) => Some("lies in the future".to_owned()),
        "iat" => clock_remark(moment(value), session.record.issued_at.0),
        _ => None,
    };
    ClaimView {
        name: name.to_owned(),
        label: label.to_owned(),
        value: readable(name, value),
        raw: value.to_string(),
        remark,
    }
}

fn readable(name: &str, value: &Value) -> String {
    let as_time = match name {
        "iat" | "nbf" | "exp" | "auth_time" | "updated_at" => {
            moment(value).and_then(|time| time.format(&Rfc3339).ok())
        }
        _ => None,
    };
    match (as_time, value) {
        (Some(time), _) => time,
        (None, Value::String(text)) => text.clone(),
        (None, Value::Array(items)) if items.iter().all(Value::is_string) => items
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        (None, other) => other.to_string(),
    }
}

fn moment(value: &Value) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(value.as_i64()?).ok()
}

/// The server wrote `iat` at the moment when this computer got the token, so that the two clocks
/// can be compared.
fn clock_remark(issued: Option<OffsetDateTime>, received: OffsetDateTime) -> Option<String> {
    let apart = (received - issued?).whole_minutes();
    match apart {
        1.. => Some(format!("Your clock is {apart} min ahead of the server")),
        ..=-1 => Some(format!("Your clock is {} min behind the server", -apart)),
        0 => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_valid_signature_around_wrong_claims_is_not_called_valid() {
        let signature = SignatureState::Valid {
            alg: "ES256".into(),
            kid: None,
        };
        let verification = Verification {
            signature,
            claim_faults: vec![ClaimFault::IssuerDiffers],
        };
        assert!(matches!(
            judged(&verification),
            TokenDiagnosis::Wrong { .. }
        ));
    }

    #[test]
    fn a_time_reads_as_a_date_and_a_list_as_words() {
        assert_eq!(readable("exp", &json!(0)), "1970-01-01T00:00:00Z");
        assert_eq!(readable("aud", &json!(["a", "b"])), "a, b");
        assert_eq!(readable("n", &json!(7)), "7");
    }

    #[test]
    fn clocks_that_are_apart_are_told() {
        let at = OffsetDateTime::UNIX_EPOCH;
        let remark = clock_remark(Some(at), at + time::Duration::seconds(200));
        assert_eq!(
            remark.as_deref(),
            Some("Your clock is 3 min ahead of the server")
        );
        assert_eq!(
            clock_remark(Some(at), at + time::Duration::seconds(59)),
            None
        );
        let remark = clock_remark(Some(at), at - time::Duration::seconds(61));
        assert_eq!(
            remark.as_deref(),
            Some("Your clock is 1 min behind the server")
        );
    }
}
