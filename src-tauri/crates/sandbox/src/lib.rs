//! A practice server: an imitation of the documented 1inch Business API on a loopback port.
//!
//! It is an OAuth 2.1 server with a consent page (metadata, dynamic registration, authorization
//! code with PKCE, client credentials, rotating refresh tokens, revocation, a JWK set), an API
//! gateway that takes API keys and access tokens, two web sockets, and a small portal that hands
//! out keys and portal access tokens. It shares no code with the client side of this workspace:
//! it is the independent witness that the client is right. [`Faults`] make it misbehave on purpose.
//!
//! It keeps only SHA-256 hashes of keys, secrets and tokens on disk, listens on 127.0.0.1 alone,
//! and refuses every request whose `Host` is not its own address.
//!
//! ```
//! use inchkeep_sandbox::{Sandbox, SandboxOptions};
//!
//! # let _ = rustls::crypto::ring::default_provider().install_default();
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let sandbox = Sandbox::start(SandboxOptions { port: Some(0), ..SandboxOptions::default() })
//!     .await
//!     .unwrap();
//! let seed = sandbox.take_seed().expect("a new sandbox hands out one sample key");
//!
//! // The first line of the documentation: a list of tokens, asked for with an API key.
//! let answer = reqwest::Client::new()
//!     .get(sandbox.url().join("/swap/v5.2/1/tokens").unwrap())
//!     .bearer_auth(&seed.api_key)
//!     .send()
//!     .await
//!     .unwrap();
//! assert_eq!(answer.status(), 200);
//! assert!(answer.headers().contains_key("x-request-id"));
//! sandbox.stop().await;
//! # });
//! ```

mod authorization_answer;
mod authorize;
mod client_auth;
mod consent;
mod control;
mod counters;
mod error;
mod faults;
mod gateway;
mod html;
mod issue;
mod jwks;
mod mcp;
mod metadata;
mod misbehave;
mod oauth_error;
mod params;
mod portal;
mod refresh;
mod registration;
mod request_id;
mod revocation;
mod router;
mod serve;
mod server;
mod state;
mod store;
mod token;
mod websocket;

pub use counters::{AuthorizationRecord, Counters};
pub use error::SandboxError;
pub use faults::{ActiveFault, Fault, Faults, Place};
pub use server::{Decision, Sandbox, SandboxOptions, Seed};
pub use store::Application;
