//! A strict OAuth 2.1 client (draft-ietf-oauth-v2-1-16) for native apps.
//!
//! It finds and checks a server's metadata ([`discover`]), registers clients
//! ([`registration::register`]), signs people in through the browser with PKCE ([`SignIn`],
//! [`loopback::Listener`]), gets server-to-server tokens ([`client_credentials::token`]), refreshes
//! ([`refresh::refresh`]) and gives tokens back ([`revocation::revoke`]). It sends nothing itself:
//! HTTP goes through an [`HttpPort`]. It stores nothing and shows nothing.
//!
//! No error, `Debug` or log line of this crate holds a secret. Texts from servers are cleaned before
//! they are handed out, but they are still plain text: never HTML.
//!
//! # A whole sign-in
//!
//! ```
//! use inchkeep_oauth::loopback::{Listener, PortChoice, path_for};
//! use inchkeep_oauth::{
//!     AccessRequest, BoxFuture, Client, HttpFailure, HttpPort, Issuer, LoopbackHttp, Purpose,
//!     SignIn, discover,
//! };
//! # use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
//!
//! /// A port that answers from a script. A real one sends the request.
//! struct Scripted;
//!
//! impl HttpPort for Scripted {
//!     fn call(
//!         &self,
//!         _request: http::Request<Vec<u8>>,
//!         purpose: Purpose,
//!     ) -> BoxFuture<'_, Result<http::Response<Vec<u8>>, HttpFailure>> {
//!         let body = match purpose {
//!             Purpose::Metadata => r#"{
//!                 "issuer": "https://as.example",
//!                 "authorization_endpoint": "https://as.example/authorize",
//!                 "token_endpoint": "https://as.example/token",
//!                 "response_types_supported": ["code"],
//!                 "code_challenge_methods_supported": ["S256"]
//!             }"#,
//!             _ => r#"{"access_token": "at-1", "token_type": "Bearer", "expires_in": 1800}"#,
//!         };
//!         let answer = http::Response::builder()
//!             .header("content-type", "application/json")
//!             .body(body.as_bytes().to_vec())
//!             .map_err(|_| HttpFailure::NotHttp);
//!         Box::pin(async move { answer })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let issuer = Issuer::parse("https://as.example", LoopbackHttp::Forbidden)?;
//! let metadata = discover(&Scripted, &issuer).await?;
//! assert!(metadata.foreign_endpoints().is_empty());
//!
//! let client = Client::with_secret("client-1", "secret-1".into())?;
//! let mut listener = Listener::bind(PortChoice::Any, &path_for(&issuer))?;
//! let access = AccessRequest::scopes(["swap:read"]);
//! let sign_in =
//!     SignIn::begin(&metadata, client.id(), listener.redirect_uri(), &access, None)?;
//!
//! // The app opens this in the person's browser …
//! let browser = tokio::spawn(browse(sign_in.authorize_url().clone()));
//! // … and waits for the answer. Forged answers are turned away and do not end the wait.
//! let answer = listener.next_callback(|parameters| sign_in.judge(parameters)).await;
//! let code = sign_in.check(&answer)?;
//! let (tokens, ()) = tokio::join!(sign_in.redeem(&Scripted, &client, code), listener.finish());
//! let tokens = tokens?;
//! assert_eq!(tokens.scopes, ["swap:read"]);
//! assert_eq!(tokens.expires_in, Some(std::time::Duration::from_secs(1800)));
//! assert!(browser.await??.contains("You can close this tab"));
//! # Ok(())
//! # }
//! #
//! # /// Plays the browser: approves, follows the redirect, reads the last page.
//! # async fn browse(authorize: url::Url) -> std::io::Result<String> {
//! #     let value = |name: &str| {
//! #         let found = authorize.query_pairs().find(|(key, _)| key == name);
//! #         found.map(|(_, value)| value.into_owned()).unwrap_or_default()
//! #     };
//! #     let redirect = url::Url::parse(&value("redirect_uri")).map_err(std::io::Error::other)?;
//! #     let callback = format!("{}?code=c-1&state={}", redirect.path(), value("state"));
//! #     let mut page = String::new();
//! #     for target in [callback.as_str(), "/done"] {
//! #         let port = redirect.port().unwrap_or_default();
//! #         let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
//! #         let request = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
//! #         stream.write_all(request.as_bytes()).await?;
//! #         let mut buffer = [0_u8; 4096];
//! #         let count = stream.read(&mut buffer).await?;
//! #         page = String::from_utf8_lossy(&buffer[..count]).into_owned();
//! #     }
//! #     Ok(page)
//! # }
//! ```

mod access_request;
mod answer;
pub mod authorization_code;
pub mod callback;
mod client;
pub mod client_credentials;
mod http_port;
mod issuer;
mod json;
pub mod jwt;
pub mod loopback;
pub mod metadata;
mod pkce;
mod redirect_uri;
pub mod refresh;
pub mod registration;
mod requests;
pub mod revocation;
#[cfg(test)]
mod scripted;
mod text;
mod token;

pub use access_request::AccessRequest;
pub use answer::Refusal;
pub use authorization_code::{AuthorizationCode, Prompt, SignIn};
pub use client::{Client, ClientAuthMethod, ClientError};
pub use http_port::{BoxFuture, HttpFailure, HttpPort, Purpose};
pub use issuer::{Issuer, IssuerError, LoopbackHttp};
pub use json::JsonFault;
pub use metadata::{AuthorizationServerMetadata, discover};
pub use redirect_uri::{LoopbackHost, RedirectUri, RedirectUriError};
pub use token::{TokenError, TokenFault, TokenSet, TokenType};
