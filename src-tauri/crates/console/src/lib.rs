//! Requests by hand: a [`RequestDraft`] becomes an [`Exchange`].
//!
//! This crate alone speaks HTTP and WebSocket. It knows nothing of vaults, OAuth or disks: a
//! [`Credential`] comes in with its value, an exchange goes out, and the caller decides what is
//! kept. Three rules hold here rather than in the callers:
//!
//! - a credential never follows a redirect to another origin ([`Exchange::stopped_redirect`]);
//! - the credential that was sent is already masked in the exchange; every other secret is masked
//!   by [`Redactor`], by value and by shape, before anything is stored or shown;
//! - a JSON body is never read through a float ([`json`]).
//!
//! ```
//! use inchkeep_console::{Body, Field, RequestDraft, curl};
//!
//! let draft = RequestDraft {
//!     method: "GET".into(),
//!     url: "https://api.1inch.com/swap/v5.2/1/tokens".into(),
//!     params: vec![],
//!     headers: vec![Field::new("accept", "application/json")],
//!     body: Body::None,
//! };
//! draft.check()?;
//! assert_eq!(
//!     curl::to_curl(&draft, Some(inchkeep_console::Placement::Header)),
//!     "curl 'https://api.1inch.com/swap/v5.2/1/tokens' \\\n  \
//!      -H 'accept: application/json' \\\n  \
//!      -H \"Authorization: Bearer $INCHKEEP_TOKEN\""
//! );
//! # Ok::<(), inchkeep_console::DraftError>(())
//! ```

pub mod curl;
pub mod firewall;
pub mod json;
pub mod problem;
pub mod support;
pub mod websocket;

mod credential;
mod draft;
mod exchange;
mod failure;
mod redact;
mod request_id;
#[cfg(test)]
mod testing;
mod timing;
mod transport;

pub use credential::{Credential, Placement, QUERY_PARAMETER};
pub use draft::{Body, DraftError, Field, RequestDraft};
pub use exchange::{
    Answer, BodyEnd, Exchange, ExchangeId, Hop, HttpVersion, Outcome, SentRequest, StopReason,
    StoppedRedirect, TlsFacts,
};
pub use failure::TransportFailure;
pub use redact::{MASK, Redactor, masked};
pub use request_id::{RequestId, body_request_id, request_id};
pub use timing::Timing;
pub use transport::{Called, Limits, RawAnswer, Transport, TransportError, TransportOptions};
