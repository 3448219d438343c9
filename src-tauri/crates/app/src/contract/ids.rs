//! Ids and times. Ids are UUIDv7 text, so they sort by the time they were made.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use ts_rs::TS;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $brand:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = $brand)]
        pub struct $name(String);

        impl $name {
            /// A new random id.
            pub fn make() -> Self {
                Self(uuid::Uuid::now_v7().to_string())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// An [`crate::contract::EnvironmentView`].
    EnvironmentId = "string & { readonly brand: 'Environment' }";
    /// An application as Inchkeep keeps it; the portal's own id is `application_id`.
    ApplicationKey = "string & { readonly brand: 'Application' }";
    /// An API key.
    ApiKeyId = "string & { readonly brand: 'ApiKey' }";
    /// An OAuth client as Inchkeep keeps it; the server's own id is `client_id`.
    OAuthClientId = "string & { readonly brand: 'OAuthClient' }";
    /// A stored session.
    SessionId = "string & { readonly brand: 'Session' }";
    /// A sign-in in progress.
    SignInId = "string & { readonly brand: 'SignIn' }";
    /// An exchange in the history.
    ExchangeId = "string & { readonly brand: 'Exchange' }";
    /// One press of Send, chosen by the page so that it can cancel.
    SendId = "string & { readonly brand: 'Send' }";
    /// A WebSocket connection, chosen by the page.
    SocketId = "string & { readonly brand: 'Socket' }";
    /// A secret that Rust holds for a form that is not saved yet.
    SecretDraftId = "string & { readonly brand: 'SecretDraft' }";
}

/// A moment, on the wire as RFC 3339 text in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct Timestamp(#[serde(with = "time::serde::rfc3339")] pub OffsetDateTime);

impl Timestamp {
    /// Whole seconds since 1970.
    pub fn unix(self) -> i64 {
        self.0.unix_timestamp()
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(time: OffsetDateTime) -> Self {
        Self(time)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.format(&Rfc3339).unwrap_or_default())
    }
}
