use axum::{Router, routing};
use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

struct TlsServer {
    port: u16,
    ca_pem: Vec<u8>,
}

impl TlsServer {
    /// HTTPS on `localhost`, its certificate signed by a CA made for this test.
    async fn start(alpn: &'static [&'static [u8]]) -> Self {
        let mut params = CertificateParams::new(vec![]).expect("parameters");
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Test CA");
        let key = KeyPair::generate().expect("a key");
        let ca = CertifiedIssuer::self_signed(params, key).expect("a CA");
        let mut params = CertificateParams::new(vec!["localhost".into()]).expect("parameters");
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "localhost");
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &ca).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("a usable key");
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let app = Router::new().route(
            "/",
            routing::any(|| async { ([("x-request-id", "r-1")], "over TLS") }),
        );
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, app) = (acceptor.clone(), app.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let service = hyper_util::service::TowerToHyperService::new(app);
                    let executor = hyper_util::rt::TokioExecutor::new();
                    let _ = hyper_util::server::conn::auto::Builder::new(executor)
                        .serve_connection(hyper_util::rt::TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self {
            port,
            ca_pem: ca.pem().into_bytes(),
        }
    }

    fn draft(&self, host: &str) -> RequestDraft {
        get(format!("https://{host}:{}/", self.port))
    }

    fn trusting(&self) -> Transport {
        let ca_certificates = vec![self.ca_pem.clone()];
        Transport::new(TransportOptions {
            ca_certificates,
            ..TransportOptions::default()
        })
        .expect("a transport")
    }
}

#[tokio::test]
async fn an_unknown_authority_is_refused() {
    let server = TlsServer::start(&[b"http/1.1"]).await;
    let exchange = send(&transport(), &server.draft("localhost")).await;
    assert_eq!(
        failure(&exchange),
        &TransportFailure::Tls {
            host: "localhost".into(),
            reason: "The certificate is signed by an unknown authority".into(),
        }
    );
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let server = TlsServer::start(&[b"http/1.1"]).await;
    let exchange = send(&server.trusting(), &server.draft("127.0.0.1")).await;
    let TransportFailure::Tls { reason, .. } = failure(&exchange) else {
        panic!("{:?}", exchange.outcome)
    };
    assert_eq!(reason, "The certificate is for another name");
}

#[tokio::test]
async fn a_ca_file_is_trusted_and_the_connection_described() {
    let server = TlsServer::start(&[b"http/1.1"]).await;
    let transport = server.trusting();
    let first = send(&transport, &server.draft("localhost")).await;
    assert_eq!(answer(&first).body, b"over TLS");
    assert_eq!(answer(&first).http_version, HttpVersion::Http11);
    let facts = answer(&first).tls.clone().expect("facts");
    assert_eq!(facts.version.as_deref(), Some("TLS 1.3"));
    assert!(facts.subject.contains("CN=localhost"), "{facts:?}");
    assert!(facts.issuer.contains("CN=Test CA"), "{facts:?}");
    assert!(facts.expires_at > first.started_at);
    let timing = first.timing;
    assert!(
        timing.dns.is_some() && timing.connect.is_some() && timing.tls.is_some(),
        "{timing:?}"
    );

    let second = send(&transport, &server.draft("localhost")).await;
    assert!(second.timing.reused);
    assert_eq!(second.timing.tls, None);
    let facts = answer(&second).tls.clone().expect("facts");
    assert_eq!(facts.version, None, "this handshake was not seen");
    assert!(facts.subject.contains("CN=localhost"));
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_does() {
    let server = TlsServer::start(&[b"h2", b"http/1.1"]).await;
    let mut draft = server.draft("localhost");
    draft.method = "POST".into();
    draft.body = Body::Text("body".into());
    let exchange = send(&server.trusting(), &draft).await;
    assert_eq!(answer(&exchange).http_version, HttpVersion::Http2);
    assert_eq!(answer(&exchange).body, b"over TLS");
    assert_eq!(exchange.request_id().expect("an id").as_str(), "r-1");
}

#[test]
fn a_ca_file_without_a_certificate_is_named() {
    for pem in [
        &b""[..],
        b"not PEM",
        b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    ] {
        let ca_certificates = vec![pem.to_vec()];
        let options = TransportOptions {
            ca_certificates,
            ..TransportOptions::default()
        };
        let error = Transport::new(options).expect_err("refused");
        assert_eq!(error, TransportError::BadCertificate { index: 0 });
    }
}
