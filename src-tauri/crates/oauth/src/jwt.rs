//! Looking into tokens, for diagnosis only (RFC 7519, RFC 8725, RFC 9068 §4).
//!
//! A client must not act on what its access token holds (RFC 9068 §6). Nothing in this crate does:
//! lifetimes come from `expires_in`, scopes from the token answer.

mod jwks;
mod verify;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

pub use jwks::{Jwks, JwksError, fetch};
pub use verify::{
    ClaimFault, Expected, NotCheckedReason, RefusedReason, SignatureState, Verification, verify,
};

use crate::json;

/// The longest text that is looked at as a JWT, in bytes.
const MAX_JWT_BYTES: usize = 64 * 1024;

/// The readable parts of a signed JWT. Nothing in it is verified.
#[derive(Clone, PartialEq)]
pub struct JwtView {
    /// The JOSE header.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
}

/// The claims may name a person, so they are not printed by accident.
impl fmt::Debug for JwtView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtView")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

/// Reads a token as a signed JWT in compact form (RFC 7515 §7.1); `None` for an opaque token.
pub fn decode(token: &SecretString) -> Option<JwtView> {
    Some(Parts::of(token)?.view)
}

/// A JWT taken apart.
struct Parts<'a> {
    view: JwtView,
    /// `header.payload`, what the signature covers.
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    fn of(token: &'a SecretString) -> Option<Self> {
        // EXPOSE: taken apart in memory; the parts go to the caller or to the signature check.
        let token = token.expose_secret();
        if token.len() > MAX_JWT_BYTES {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        if claims.contains('.') {
            return None;
        }
        let view = JwtView {
            header: part(header)?,
            claims: part(claims)?,
        };
        view.header.get("alg")?.as_str()?;
        Some(Self {
            view,
            signed,
            signature,
        })
    }
}

fn part(text: &str) -> Option<Map<String, Value>> {
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
    json::object_from_bytes(&bytes).ok()
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;
