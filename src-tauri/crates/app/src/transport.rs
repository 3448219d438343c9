//! The one way to the network, and the OAuth client's port on it.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use inchkeep_console::{Limits, Transport, TransportFailure, TransportOptions};
use inchkeep_oauth::{BoxFuture, HttpFailure, HttpPort, Purpose};
use tokio_util::sync::CancellationToken;

use crate::app::{App, locked};
use crate::contract::EnvironmentId;
use crate::error::{ApiError, ErrorCode};
use crate::recorded::Context;
use crate::sent_secrets::{mask_refusal, redactor_of};
use crate::store::blocking;

/// The transport, made at its first use: that reads the system's root certificates.
#[derive(Default)]
pub(crate) struct Wire(OnceLock<Transport>);

impl App {
    /// The transport of this run.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] when TLS cannot be set up.
    pub(crate) async fn transport(self: &Arc<Self>) -> Result<Transport, ApiError> {
        if let Some(transport) = self.live.wire.0.get() {
            return Ok(transport.clone());
        }
        let app = Arc::clone(self);
        blocking(move || {
            let clock = Arc::clone(&app.clock);
            let options = TransportOptions {
                user_agent: concat!("Inchkeep/", env!("CARGO_PKG_VERSION")).to_owned(),
                clock: Arc::new(move || clock.now()),
                ..TransportOptions::default()
            };
            let transport = Transport::new(options)
                .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
            Ok(app.live.wire.0.get_or_init(|| transport).clone())
        })
        .await
    }

    /// The port for OAuth calls. Each call becomes an exchange in the history of `environment`;
    /// without one (a server that is only looked at) nothing is kept.
    pub(crate) fn oauth_http(self: &Arc<Self>, environment: Option<&EnvironmentId>) -> OAuthHttp {
        OAuthHttp {
            app: Arc::clone(self),
            environment: environment.cloned(),
            last: Mutex::default(),
        }
    }
}

/// Sends the OAuth crate's requests under its rules: no redirect, no cookie, strict limits.
pub(crate) struct OAuthHttp {
    app: Arc<App>,
    environment: Option<EnvironmentId>,
    last: Mutex<Last>,
}

/// What the OAuth crate does not tell of the last answer.
#[derive(Default, Clone, Copy)]
struct Last {
    status: Option<u16>,
    max_age: Option<Duration>,
}

impl OAuthHttp {
    /// The status of the last answer.
    pub(crate) fn last_status(&self) -> Option<u16> {
        locked(&self.last).status
    }

    /// `Cache-Control: max-age` of the last answer (RFC 9111 §5.2.2.1); zero for `no-store` and
    /// `no-cache`.
    pub(crate) fn max_age(&self) -> Option<Duration> {
        locked(&self.last).max_age
    }

    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        purpose: Purpose,
    ) -> Result<http::Response<Vec<u8>>, HttpFailure> {
        let transport = self
            .app
            .transport()
            .await
            .map_err(|_| HttpFailure::NotSent)?;
        let limits = Limits {
            time: purpose.timeout(),
            connect: purpose.connect_timeout(),
            body_bytes: purpose.max_body_bytes(),
        };
        let redactor = redactor_of(&request);
        let called = transport
            .call(request, &limits, &CancellationToken::new())
            .await;
        let mut answer = called.answer.map_err(|failure| failure_of(&failure));
        if let Ok(answer) = &mut answer {
            mask_refusal(&redactor, answer);
        }
        *locked(&self.last) = match &answer {
            Ok(answer) => Last {
                status: Some(answer.status),
                max_age: max_age(&answer.headers),
            },
            Err(_) => Last::default(),
        };
        if let Some(environment) = &self.environment {
            let app = Arc::clone(&self.app);
            let context = Context::bare(environment.clone());
            let exchange = redactor.exchange(called.exchange);
            // Beside the flow: a new token must reach the vault before its history does.
            self.app.live.tasks.spawn(async move {
                if let Err(error) = app.record(exchange, context).await {
                    tracing::warn!(code = ?error.code, "an OAuth call is not in the history");
                }
            });
        }
        answer.map(inchkeep_console::RawAnswer::into_http)
    }
}

impl HttpPort for OAuthHttp {
    fn call(
        &self,
        request: http::Request<Vec<u8>>,
        purpose: Purpose,
    ) -> BoxFuture<'_, Result<http::Response<Vec<u8>>, HttpFailure>> {
        Box::pin(self.send(request, purpose))
    }
}

fn failure_of(failure: &TransportFailure) -> HttpFailure {
    match failure {
        TransportFailure::Dns { .. } => HttpFailure::Dns,
        TransportFailure::Refused { .. } => HttpFailure::Refused,
        TransportFailure::Unreachable { .. } => HttpFailure::Unreachable,
        TransportFailure::Tls { reason, .. } => HttpFailure::Tls {
            reason: reason.clone(),
        },
        TransportFailure::TimedOut { .. } => HttpFailure::TimedOut,
        TransportFailure::TooLarge { limit } => HttpFailure::TooLarge {
            limit_bytes: *limit,
        },
        TransportFailure::BadEncoding { .. } | TransportFailure::Protocol => HttpFailure::NotHttp,
        TransportFailure::Proxy
        | TransportFailure::InvalidUrl
        | TransportFailure::Unsupported { .. } => HttpFailure::NotSent,
        TransportFailure::Cancelled => HttpFailure::Cancelled,
        // Without a name it may have happened at any moment, so the worst is assumed.
        TransportFailure::Reset | TransportFailure::Other => HttpFailure::ConnectionLost,
    }
}

fn max_age(headers: &[(String, String)]) -> Option<Duration> {
    let directives = headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("cache-control"))
        .flat_map(|(_, value)| value.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase());
    let mut life = None;
    for directive in directives {
        if directive == "no-store" || directive == "no-cache" {
            return Some(Duration::ZERO);
        }
        if let Some(seconds) = directive.strip_prefix("max-age=") {
            life = seconds
                .trim_matches('"')
                .parse()
                .ok()
                .map(Duration::from_secs);
        }
    }
    life
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Option<Duration> {
        max_age(&[("Cache-Control".into(), value.into())])
    }

    #[test]
    fn the_life_of_metadata_is_what_the_server_says() {
        assert_eq!(of("public, max-age=120"), Some(Duration::from_mins(2)));
        assert_eq!(of("max-age=120, no-store"), Some(Duration::ZERO));
        assert_eq!(of("private"), None);
        assert_eq!(max_age(&[]), None);
    }

    #[test]
    fn a_failure_without_a_name_may_have_been_sent() {
        assert!(failure_of(&TransportFailure::Other).may_have_been_sent());
        assert!(failure_of(&TransportFailure::Reset).may_have_been_sent());
        let refused = TransportFailure::Refused {
            host: "h".into(),
            port: 1,
        };
        assert!(!failure_of(&refused).may_have_been_sent());
    }
}
