//! Short names for the faults that tests want most.

use serde_json::{Value, json};

use super::Fault;

impl Fault {
    /// Answers this status in the shape of the place.
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            retry_after: None,
        }
    }

    /// Answers this status with `Retry-After` in seconds.
    pub fn retry_after(status: u16, seconds: u32) -> Self {
        Self::Status {
            status,
            retry_after: Some(seconds.to_string()),
        }
    }

    /// Answers 200 with a sign-in page in HTML, as a captive portal does.
    pub fn html() -> Self {
        Self::Answer {
            status: 200,
            content_type: "text/html; charset=utf-8".into(),
            body: "<!doctype html><title>Sign in to the network</title><p>Welcome".into(),
        }
    }

    /// Answers 200 with a body that is no JSON, though it is called so.
    pub fn garbage() -> Self {
        Self::Answer {
            status: 200,
            content_type: "application/json".into(),
            body: "{\"access_token\": \u{1}]".into(),
        }
    }

    /// Takes a member away from the JSON answer.
    pub fn without(member: &str) -> Self {
        Self::Merge {
            patch: json!({ member: null }),
        }
    }

    /// Gives a member of the JSON answer this value.
    pub fn with(member: &str, value: impl Into<Value>) -> Self {
        Self::Merge {
            patch: json!({ member: value.into() }),
        }
    }

    /// [`Place::Metadata`](crate::Place::Metadata): names another issuer (RFC 8414 §3.3).
    pub fn wrong_issuer() -> Self {
        Self::with("issuer", "https://issuer.example")
    }

    /// [`Place::TokenRefresh`](crate::Place::TokenRefresh): the answer has no refresh token (RFC 6749 §6: keep the old one).
    pub fn no_refresh_token() -> Self {
        Self::without("refresh_token")
    }

    /// [`Place::TokenRefresh`](crate::Place::TokenRefresh): the refresh token is the empty string.
    pub fn empty_refresh_token() -> Self {
        Self::with("refresh_token", "")
    }

    /// [`Place::Authorization`](crate::Place::Authorization): another `state` comes back.
    pub fn wrong_state() -> Self {
        Self::answer_with("state", "not-the-state-that-was-sent")
    }

    /// [`Place::Authorization`](crate::Place::Authorization): `iss` is missing although the metadata promises it (RFC 9207 §2.4).
    pub fn no_iss() -> Self {
        Self::answer_without("iss")
    }

    /// [`Place::Authorization`](crate::Place::Authorization): `iss` names another server (RFC 9207 §2.4).
    pub fn wrong_iss() -> Self {
        Self::answer_with("iss", "https://issuer.example")
    }

    /// [`Place::Authorization`](crate::Place::Authorization): an error comes back instead of the code.
    pub fn authorization_error(error: &str) -> Self {
        Self::AnswerParameters {
            remove: vec!["code".into()],
            set: vec![("error".into(), error.into())],
            append: Vec::new(),
        }
    }

    /// [`Place::Authorization`](crate::Place::Authorization): takes a parameter away from the redirect.
    pub fn answer_without(name: &str) -> Self {
        Self::AnswerParameters {
            remove: vec![name.into()],
            set: Vec::new(),
            append: Vec::new(),
        }
    }

    /// [`Place::Authorization`](crate::Place::Authorization): gives a parameter of the redirect this value.
    pub fn answer_with(name: &str, value: &str) -> Self {
        Self::AnswerParameters {
            remove: Vec::new(),
            set: vec![(name.into(), value.into())],
            append: Vec::new(),
        }
    }

    /// [`Place::Authorization`](crate::Place::Authorization): adds a parameter to the redirect once more.
    pub fn answer_with_another(name: &str, value: &str) -> Self {
        Self::AnswerParameters {
            remove: Vec::new(),
            set: Vec::new(),
            append: vec![(name.into(), value.into())],
        }
    }
}
