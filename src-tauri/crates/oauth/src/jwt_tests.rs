use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::http_port::HttpFailure;
use crate::json::JsonFault;
use crate::scripted::{self, Scripted, metadata, reply};

const NOW: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);

const EXPECTED: Expected<'_> = Expected {
    issuer: "https://as.example",
    audience: Some("https://api.example"),
    now: NOW,
};

fn ec() -> EncodingKey {
    EncodingKey::from_ec_pem(include_bytes!("jwt/testkeys/ec.pem")).expect("key")
}

fn ed() -> EncodingKey {
    EncodingKey::from_ed_pem(include_bytes!("jwt/testkeys/ed.pem")).expect("key")
}

fn rsa() -> EncodingKey {
    EncodingKey::from_rsa_pem(include_bytes!("jwt/testkeys/rsa.pem")).expect("key")
}

fn small_rsa() -> EncodingKey {
    EncodingKey::from_rsa_pem(include_bytes!("jwt/testkeys/rsa1024.pem")).expect("key")
}

/// The public half as a JWK with an id and further members.
fn public(key: &EncodingKey, algorithm: Algorithm, members: Value) -> Value {
    let jwk = Jwk::from_encoding_key(key, algorithm).expect("jwk");
    let mut jwk = serde_json::to_value(jwk).expect("JSON");
    let Value::Object(members) = members else {
        unreachable!()
    };
    for (member, value) in members {
        jwk[member] = value;
    }
    jwk
}

fn set(keys: &[Value]) -> Result<Jwks, JwksError> {
    let document = json!({ "keys": keys });
    Jwks::from_document(document.as_object().expect("object"), NOW)
}

fn claims() -> Value {
    let seconds = NOW.unix_timestamp();
    json!({
        "iss": "https://as.example",
        "aud": "https://api.example",
        "sub": "person",
        "iat": seconds - 10,
        "exp": seconds + 600,
    })
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

fn signed(header: &Value, claims: &Value, key: &EncodingKey, algorithm: Algorithm) -> SecretString {
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).expect("sign");
    format!("{message}.{signature}").into()
}

fn header(alg: &str, kid: &str) -> Value {
    json!({"alg": alg, "kid": kid, "typ": "at+jwt"})
}

fn ec_token(claims: &Value) -> SecretString {
    signed(&header("ES256", "e1"), claims, &ec(), Algorithm::ES256)
}

fn ec_set() -> Jwks {
    set(&[public(
        &ec(),
        Algorithm::ES256,
        json!({"kid": "e1", "use": "sig"}),
    )])
    .expect("set")
}

#[test]
fn a_good_token_is_verified_with_every_kind_of_key() {
    let jwks = set(&[
        public(&ec(), Algorithm::ES256, json!({"kid": "e1"})),
        public(
            &rsa(),
            Algorithm::RS256,
            json!({"kid": "r1", "alg": null, "key_ops": ["verify"]}),
        ),
        public(&ed(), Algorithm::EdDSA, json!({"kid": "d1", "alg": null})),
    ])
    .expect("set");
    for (alg, kid, key, algorithm) in [
        ("ES256", "e1", ec(), Algorithm::ES256),
        ("RS256", "r1", rsa(), Algorithm::RS256),
        ("PS512", "r1", rsa(), Algorithm::PS512),
        ("EdDSA", "d1", ed(), Algorithm::EdDSA),
        ("Ed25519", "d1", ed(), Algorithm::EdDSA),
    ] {
        let token = signed(&header(alg, kid), &claims(), &key, algorithm);
        let verification = verify(&token, Some(&jwks), &EXPECTED);
        let valid = SignatureState::Valid {
            alg: alg.into(),
            kid: Some(kid.into()),
        };
        assert_eq!(verification.signature, valid, "{alg}");
        assert!(
            verification.is_verified(),
            "{alg}: {:?}",
            verification.claim_faults
        );
    }
}

#[test]
fn a_forged_or_changed_token_is_not_verified() {
    let jwks = ec_set();
    let signature = |token: &SecretString| verify(token, Some(&jwks), &EXPECTED).signature;
    let algorithm_refused = SignatureState::Refused {
        why: RefusedReason::Algorithm,
    };

    // HS256, keyed with the JSON of the public key.
    let public_json =
        public(&ec(), Algorithm::ES256, json!({"kid": "e1", "use": "sig"})).to_string();
    let hmac = EncodingKey::from_secret(public_json.as_bytes());
    let confused = signed(&header("HS256", "e1"), &claims(), &hmac, Algorithm::HS256);
    assert_eq!(signature(&confused), algorithm_refused);

    for alg in ["none", "None", "NONE"] {
        let none = format!("{}.{}.", encoded(&header(alg, "e1")), encoded(&claims()));
        assert_eq!(signature(&none.into()), algorithm_refused, "{alg}");
    }

    // The attacker's own key in the header, and an address to fetch it from.
    let mut own = header("EdDSA", "e1");
    own["jwk"] = public(&ed(), Algorithm::EdDSA, json!({}));
    own["jku"] = json!("https://evil.example/jwks");
    let own = signed(&own, &claims(), &ed(), Algorithm::EdDSA);
    assert_eq!(signature(&own), SignatureState::Wrong);

    let good = ec_token(&claims());
    // EXPOSE: test value.
    let text = good.expose_secret();
    let (_, rest) = text.split_once('.').expect("parts");
    let (_, tail) = rest.split_once('.').expect("parts");
    let mut more = claims();
    more["scope"] = json!("admin");
    let changed = format!(
        "{}.{}.{tail}",
        encoded(&header("ES256", "e1")),
        encoded(&more)
    );
    assert_eq!(signature(&changed.into()), SignatureState::Wrong);
    let empty = format!(
        "{}.{}.",
        encoded(&header("ES256", "e1")),
        encoded(&claims())
    );
    assert_eq!(signature(&empty.into()), SignatureState::Wrong);

    let mut critical = header("ES256", "e1");
    critical["crit"] = json!(["x"]);
    let critical = signed(&critical, &claims(), &ec(), Algorithm::ES256);
    let refused = SignatureState::Refused {
        why: RefusedReason::CriticalHeader,
    };
    assert_eq!(signature(&critical), refused);
}

#[test]
fn a_key_is_found_by_its_id_or_by_being_the_only_one() {
    let jwks = ec_set();
    let unknown = signed(&header("ES256", "e2"), &claims(), &ec(), Algorithm::ES256);
    let no_key = |kid: Option<&str>| SignatureState::NoKey {
        kid: kid.map(str::to_owned),
    };
    assert_eq!(
        verify(&unknown, Some(&jwks), &EXPECTED).signature,
        no_key(Some("e2"))
    );

    let nameless = json!({"alg": "ES256", "typ": "at+jwt"});
    let nameless = signed(&nameless, &claims(), &ec(), Algorithm::ES256);
    assert!(verify(&nameless, Some(&jwks), &EXPECTED).is_verified());
    let two = set(&[
        public(&ec(), Algorithm::ES256, json!({"kid": "e1"})),
        public(&ec(), Algorithm::ES256, json!({"kid": "e2"})),
    ]);
    assert_eq!(
        verify(&nameless, Some(&two.expect("set")), &EXPECTED).signature,
        no_key(None)
    );

    assert!(!jwks.may_be_fetched_again(NOW + time::Duration::seconds(59)));
    assert!(jwks.may_be_fetched_again(NOW + time::Duration::seconds(60)));
}

#[test]
fn without_keys_nothing_is_called_verified() {
    let token = ec_token(&claims());
    let unchecked = verify(&token, None, &EXPECTED);
    let why = NotCheckedReason::NoKeySet;
    assert_eq!(unchecked.signature, SignatureState::NotChecked { why });
    assert!(!unchecked.is_verified());
    let opaque = verify(&"opaque-token".into(), Some(&ec_set()), &EXPECTED);
    let why = NotCheckedReason::Opaque;
    assert_eq!(opaque.signature, SignatureState::NotChecked { why });
    assert!(!opaque.is_verified());
    let other = format!(
        "{}.{}.c2ln",
        encoded(&header("ES512", "e1")),
        encoded(&claims())
    );
    let other = verify(&other.into(), Some(&ec_set()), &EXPECTED);
    let why = NotCheckedReason::UnknownAlgorithm;
    assert_eq!(other.signature, SignatureState::NotChecked { why });
}

#[test]
fn claims_are_judged_beside_the_signature() {
    use ClaimFault as F;
    let seconds = NOW.unix_timestamp();
    let cases = [
        (json!({"aud": null}), vec![F::AudienceMissing]),
        (json!({"aud": []}), vec![F::AudienceMissing]),
        (
            json!({"aud": "https://other.example"}),
            vec![F::AudienceDiffers],
        ),
        (json!({"aud": ["x", "https://api.example"]}), vec![]),
        (json!({"iss": null}), vec![F::IssuerMissing]),
        (
            json!({"iss": "https://as.example/"}),
            vec![F::IssuerDiffers],
        ),
        (
            json!({"iss": ["https://as.example"]}),
            vec![F::IssuerMissing],
        ),
        (json!({"exp": null}), vec![F::ExpiryMissing]),
        (json!({"exp": "soon"}), vec![F::ExpiryMissing]),
        (json!({"exp": seconds - 3600}), vec![F::Expired]),
        (json!({"exp": seconds - 60}), vec![F::Expired]),
        (json!({"exp": seconds - 59}), vec![]),
        (json!({"nbf": seconds + 61}), vec![F::NotYetValid]),
        (json!({"nbf": seconds + 60}), vec![]),
        (json!({"iat": seconds + 3600}), vec![F::NotYetValid]),
        (json!({"nbf": "x"}), vec![F::NotYetValid]),
    ];
    for (changes, wanted) in cases {
        let mut body = claims();
        for (member, value) in changes.as_object().expect("object") {
            body[member] = value.clone();
        }
        let verification = verify(&ec_token(&body), Some(&ec_set()), &EXPECTED);
        assert!(
            matches!(verification.signature, SignatureState::Valid { .. }),
            "{changes}"
        );
        assert_eq!(verification.claim_faults, wanted, "{changes}");
        assert_eq!(verification.is_verified(), wanted.is_empty(), "{changes}");
    }
    let id_token = json!({"alg": "ES256", "kid": "e1", "typ": "JWT"});
    let id_token = signed(&id_token, &claims(), &ec(), Algorithm::ES256);
    let verification = verify(&id_token, Some(&ec_set()), &EXPECTED);
    assert_eq!(verification.claim_faults, [F::NotAnAccessToken]);
}

#[test]
fn keys_that_cannot_be_used_are_skipped() {
    let ec_key = |members| public(&ec(), Algorithm::ES256, members);
    let unusable = [
        json!({"kty": "XYZ", "kid": "1"}),
        json!({"kid": "2"}),
        json!({"kty": "oct", "k": "c2VjcmV0", "kid": "3"}),
        ec_key(json!({"kid": "4", "use": "enc"})),
        ec_key(json!({"kid": "5", "key_ops": ["sign"]})),
        ec_key(json!({"kid": "6", "d": "AAAA"})),
        ec_key(json!({"kid": "7", "alg": "RS256"})),
        ec_key(json!({"kid": "8", "crv": "P-521"})),
        ec_key(json!({"kid": "9", "x": 7})),
        public(&small_rsa(), Algorithm::RS256, json!({"kid": "10"})),
        json!("not a key"),
    ];
    assert!(set(&unusable).expect("set").is_empty());
    let mut mixed = unusable.to_vec();
    mixed.push(ec_key(json!({"kid": "e1"})));
    let jwks = set(&mixed).expect("set");
    assert_eq!(jwks.len(), 1);
    assert!(verify(&ec_token(&claims()), Some(&jwks), &EXPECTED).is_verified());

    let weak = signed(
        &header("RS256", "10"),
        &claims(),
        &small_rsa(),
        Algorithm::RS256,
    );
    let state = verify(&weak, Some(&jwks), &EXPECTED).signature;
    assert_eq!(
        state,
        SignatureState::NoKey {
            kid: Some("10".into())
        }
    );
}

#[test]
fn a_key_set_with_two_keys_of_one_name_or_too_many_is_refused() {
    let twice = [
        json!({"kty": "XYZ", "kid": "a"}),
        public(&ec(), Algorithm::ES256, json!({"kid": "a"})),
    ];
    assert_eq!(set(&twice).err(), Some(JwksError::DuplicateKeyId));
    let many: Vec<Value> = (0..101)
        .map(|n| json!({"kty": "XYZ", "kid": n.to_string()}))
        .collect();
    assert_eq!(set(&many).err(), Some(JwksError::TooManyKeys));
    let none = Jwks::from_document(&Map::new(), NOW);
    assert_eq!(none.err(), Some(JwksError::NoKeys));
}

#[tokio::test]
async fn a_key_set_is_fetched_under_the_same_rules() {
    let body = json!({"keys": [public(&ec(), Algorithm::ES256, json!({"kid": "e1"}))]});
    let key_set = [("content-type", "application/jwk-set+json")];
    let with =
        |scene| async move { fetch(&Scripted::new([scene]), &metadata(&json!({})), NOW).await };
    assert_eq!(
        with(scripted::json(200, &body)).await.expect("set").len(),
        1
    );
    assert_eq!(
        with(reply(200, &key_set, body.to_string()))
            .await
            .expect("set")
            .len(),
        1
    );
    let missing = with(reply(404, &[], "")).await.err();
    let id = Some("req-7".to_owned());
    assert_eq!(
        missing,
        Some(JwksError::Status {
            status: 404,
            request_id: id.clone()
        })
    );
    let moved = with(reply(302, &[("location", "https://evil.example")], ""))
        .await
        .err();
    assert_eq!(
        moved,
        Some(JwksError::Status {
            status: 302,
            request_id: id
        })
    );
    let page = with(reply(200, &[("content-type", "text/html")], "<p>"))
        .await
        .err();
    assert_eq!(page, Some(JwksError::Json(JsonFault::MediaType)));
    let huge = with(scripted::json(
        200,
        &json!({"keys": ["x".repeat(600 * 1024)]}),
    ))
    .await
    .err();
    let too_large = HttpFailure::TooLarge {
        limit_bytes: 524_288,
    };
    assert_eq!(huge, Some(JwksError::Transport(too_large)));
    let none = fetch(
        &Scripted::new([]),
        &metadata(&json!({"jwks_uri": null})),
        NOW,
    )
    .await
    .err();
    assert_eq!(none, Some(JwksError::NoUri));
}

#[test]
fn only_a_signed_jwt_can_be_decoded() {
    let view = decode(&ec_token(&claims())).expect("view");
    assert_eq!(view.header.get("alg"), Some(&json!("ES256")));
    assert_eq!(view.claims.get("sub"), Some(&json!("person")));
    assert!(
        !format!("{view:?}").contains("person"),
        "claims are not printed"
    );
    let good = encoded(&header("ES256", "e1"));
    for text in [
        String::new(),
        "opaque".into(),
        "a.b.c".into(),
        "...".into(),
        format!("{good}.{good}"),
        format!("{good}.{good}.x.y.z"),
        format!("{}.{good}.x", encoded(&json!({"typ": "JWT"}))),
        format!("{good}.{}.x", encoded(&json!([]))),
        format!("{good}.{}.x", URL_SAFE_NO_PAD.encode(r#"{"a":1,"a":2}"#)),
        format!("{good}.{}.x", "A".repeat(70_000)),
    ] {
        assert!(decode(&text.clone().into()).is_none(), "{text}");
    }
}
