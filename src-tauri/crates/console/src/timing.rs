//! How long each part of an exchange took, as far as it can be told apart.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The phases of one request. Those that are known follow each other without gaps, so together
/// they make up `total`. A phase that did not happen, or cannot be told apart from the next one,
/// is `None`; nothing here is estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// From the call to the last byte of the body (or to the failure).
    #[serde(with = "micros")]
    pub total: Duration,
    /// True only when no new connection was opened for this request.
    pub reused: bool,
    /// Looking up the name. `None` for an IP address, a kept connection, and a name that the
    /// proxy looks up.
    #[serde(with = "option_micros")]
    pub dns: Option<Duration>,
    /// Opening the TCP connection (to the proxy, if there is one, with its `CONNECT`).
    #[serde(with = "option_micros")]
    pub connect: Option<Duration>,
    /// The TLS handshake. `None` for plain HTTP and for a kept connection.
    #[serde(with = "option_micros")]
    pub tls: Option<Duration>,
    /// Until the connection had taken the last byte of the request's body. `None` without a
    /// body: sending the headers alone cannot be told apart from waiting.
    #[serde(with = "option_micros")]
    pub send: Option<Duration>,
    /// Until the response's headers were there. `None` when they never came.
    #[serde(with = "option_micros")]
    pub waiting: Option<Duration>,
    /// From the headers to the last byte of the body that was read.
    #[serde(with = "option_micros")]
    pub download: Option<Duration>,
}

mod micros {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(whole(*value))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_micros)
    }

    pub(super) fn whole(value: Duration) -> u64 {
        u64::try_from(value.as_micros()).unwrap_or(u64::MAX)
    }
}

mod option_micros {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize as _, Serializer};

    #[expect(
        clippy::ref_option,
        reason = "the signature that serde's `with` asks for"
    )]
    pub(super) fn serialize<S: Serializer>(
        value: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(super::micros::whole).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(from)?.map(Duration::from_micros))
    }
}
