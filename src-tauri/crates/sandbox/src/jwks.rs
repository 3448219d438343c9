//! The signing key, `/oauth/jwks`, and access tokens as JWTs (RFC 9068).

use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::error::SandboxError;
use crate::faults::Place;
use crate::misbehave::faulty;
use crate::state::Shared;
use crate::store::write_private;

const FILE: &str = "signing-key.pem";

/// The ES256 key that signs access tokens. It is the server's own, so it lies in the data folder.
pub(crate) struct Signer {
    key: SigningKey,
    kid: String,
}

impl Signer {
    /// Reads the key of the data folder, or makes one there; without a folder it makes one.
    pub(crate) fn open(dir: Option<&Path>) -> Result<Self, SandboxError> {
        let Some(dir) = dir else {
            return Ok(Self::new(make_key()));
        };
        let path = dir.join(FILE);
        match fs::read_to_string(&path) {
            Ok(pem) => SigningKey::from_pkcs8_pem(&pem)
                .map(Self::new)
                .map_err(|_| SandboxError::Damaged { path }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::renew(Some(dir)),
            Err(source) => Err(SandboxError::Data { path, source }),
        }
    }

    /// Makes a new key, over the old one.
    pub(crate) fn renew(dir: Option<&Path>) -> Result<Self, SandboxError> {
        let key = make_key();
        if let Some(dir) = dir {
            let path = dir.join(FILE);
            let pem = key
                .to_pkcs8_pem(LineEnding::LF)
                .map_err(|_| SandboxError::Damaged { path: path.clone() })?;
            write_private(&path, pem.as_bytes())
                .map_err(|source| SandboxError::Data { path, source })?;
        }
        Ok(Self::new(key))
    }

    fn new(key: SigningKey) -> Self {
        let point = VerifyingKey::from(&key).to_encoded_point(true);
        let digest = Sha256::digest(point.as_bytes());
        let kid = URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or_default());
        Self { key, kid }
    }

    /// The JOSE header of an access token (RFC 9068 §2.1).
    pub(crate) fn header(&self) -> Value {
        json!({ "alg": "ES256", "typ": "at+jwt", "kid": self.kid })
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// The claims, if this key signed the token.
    pub(crate) fn verify(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (_, claims) = signed.split_once('.')?;
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        VerifyingKey::from(&self.key)
            .verify(signed.as_bytes(), &signature)
            .ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    /// The successor of a refresh token. Derived, so that a repeat within the grace gets the very
    /// same one although only hashes are kept. Hashed twice against length extension.
    pub(crate) fn derive_successor(&self, refresh_token: &str) -> String {
        let hash = |text: &[u8]| {
            Sha256::new()
                .chain_update(b"refresh token rotation")
                .chain_update(self.key.to_bytes())
                .chain_update(text)
                .finalize()
        };
        URL_SAFE_NO_PAD.encode(hash(&hash(refresh_token.as_bytes())))
    }

    fn jwk(&self) -> Value {
        let point = VerifyingKey::from(&self.key).to_encoded_point(false);
        let coordinate = |bytes: Option<&p256::FieldBytes>| {
            bytes
                .map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
                .unwrap_or_default()
        };
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid,
            "x": coordinate(point.x()), "y": coordinate(point.y()),
        })
    }
}

fn make_key() -> SigningKey {
    loop {
        // Fails for one in 2^32 draws: a number beyond the order of the curve.
        if let Ok(key) = SigningKey::from_slice(&rand::random::<[u8; 32]>()) {
            return key;
        }
    }
}

/// `GET /oauth/jwks`
pub(crate) async fn jwks(State(shared): State<Arc<Shared>>) -> Response {
    shared.tally.count(|counters| counters.jwks += 1);
    faulty(&shared, Place::Jwks, async {
        Json(json!({ "keys": [shared.signer().jwk()] })).into_response()
    })
    .await
}
