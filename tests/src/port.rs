//! The OAuth client's way to the network, as thin as its rules allow; and ports to listen on.

use http::{Request, Response};
use inchkeep_oauth::{BoxFuture, HttpFailure, HttpPort, Purpose};

/// Sends with a plain HTTP client that follows nothing and keeps no cookies.
#[derive(Debug, Clone)]
pub struct Port(reqwest::Client);

impl Port {
    /// A port for loopback servers.
    ///
    /// # Errors
    /// When the HTTP client cannot be built.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self(client()?))
    }
}

/// A free port of 127.0.0.1 that the system hands to no connection by itself: a server that stops
/// for a moment finds it free again.
///
/// # Errors
/// When a hundred of them are taken.
pub fn lasting_port() -> anyhow::Result<u16> {
    for _ in 0..100 {
        let port = rand::random_range(20_000..32_000);
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    anyhow::bail!("a hundred ports are taken")
}

/// An HTTP client without redirects, cookies or proxy.
///
/// # Errors
/// When it cannot be built.
pub fn client() -> anyhow::Result<reqwest::Client> {
    let tls = rustls::ClientConfig::builder_with_provider(
        rustls::crypto::ring::default_provider().into(),
    )
    .with_safe_default_protocol_versions()?
    .with_root_certificates(rustls::RootCertStore::empty())
    .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()?)
}

impl HttpPort for Port {
    fn call(
        &self,
        request: Request<Vec<u8>>,
        purpose: Purpose,
    ) -> BoxFuture<'_, Result<Response<Vec<u8>>, HttpFailure>> {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(|_| HttpFailure::NotSent)?;
            let exchange = async {
                let answer = self.0.execute(request).await.map_err(|error| {
                    if error.is_connect() {
                        HttpFailure::Refused
                    } else {
                        HttpFailure::ConnectionLost
                    }
                })?;
                let mut out = Response::builder().status(answer.status());
                if let Some(headers) = out.headers_mut() {
                    headers.clone_from(answer.headers());
                }
                let body = answer
                    .bytes()
                    .await
                    .map_err(|_| HttpFailure::ConnectionLost)?;
                if body.len() > purpose.max_body_bytes() {
                    return Err(HttpFailure::TooLarge {
                        limit_bytes: purpose.max_body_bytes(),
                    });
                }
                out.body(body.to_vec()).map_err(|_| HttpFailure::NotHttp)
            };
            tokio::time::timeout(purpose.timeout(), exchange)
                .await
                .unwrap_or(Err(HttpFailure::TimedOut))
        })
    }
}
