//! TLS: which roots are trusted, and what a handshake showed. Nothing here turns a check off.

use std::{fmt, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, NamedGroup, SignatureScheme,
    client::{
        ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
};
use rustls_platform_verifier::Verifier;
use time::OffsetDateTime;
use x509_cert::{Certificate, der::Decode as _};

use super::{TransportError, phases};
use crate::TlsFacts;

/// The operating system's roots and `extra` ones in PEM; TLS 1.2 and 1.3; ring.
pub(super) fn config(extra: &[Vec<u8>]) -> Result<ClientConfig, TransportError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = Roots::new(extra, &provider)?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| TransportError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(roots))
        .with_no_client_auth();
    // Handshakes are not resumed: a kept connection is the faster way, and a full handshake is
    // the only one that shows its version.
    config.resumption = Resumption::store(Arc::new(HandshakeWatch));
    Ok(config)
}

/// What the server's certificate says. `None` when it cannot be read.
pub(super) fn facts(certificate: &[u8], version: Option<&'static str>) -> Option<TlsFacts> {
    let certificate = Certificate::from_der(certificate).ok()?.tbs_certificate;
    let expires = certificate.validity.not_after.to_unix_duration().as_secs();
    Some(TlsFacts {
        version: version.map(str::to_owned),
        subject: certificate.subject.to_string(),
        issuer: certificate.issuer.to_string(),
        expires_at: OffsetDateTime::from_unix_timestamp(i64::try_from(expires).ok()?).ok()?,
    })
}

/// Asks the platform's verifier, and notes which version of TLS signed the handshake.
struct Roots {
    /// `None` on a system without any root certificate: then no certificate is trusted.
    verifier: Option<Verifier>,
    provider: Arc<CryptoProvider>,
}

impl Roots {
    fn new(extra: &[Vec<u8>], provider: &Arc<CryptoProvider>) -> Result<Self, TransportError> {
        let mut certificates = Vec::new();
        for (index, pem) in extra.iter().enumerate() {
            let before = certificates.len();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                certificates
                    .push(certificate.map_err(|_| TransportError::BadCertificate { index })?);
            }
            if certificates.len() == before {
                return Err(TransportError::BadCertificate { index });
            }
        }
        let some_extra = !certificates.is_empty();
        let verifier = match Verifier::new_with_extra_roots(certificates, Arc::clone(provider)) {
            Ok(verifier) => Some(verifier),
            Err(_) if some_extra => return Err(TransportError::Tls),
            Err(_) => None,
        };
        Ok(Self {
            verifier,
            provider: Arc::clone(provider),
        })
    }
}

impl ServerCertVerifier for Roots {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.verifier
            .as_ref()
            .ok_or(rustls::Error::InvalidCertificate(
                CertificateError::UnknownIssuer,
            ))?
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        phases::tls_version_is("TLS 1.2");
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        phases::tls_version_is("TLS 1.3");
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Roots")
    }
}

/// Keeps no session. It is asked for one when a handshake begins, which is worth knowing.
#[derive(Debug)]
struct HandshakeWatch;

impl ClientSessionStore for HandshakeWatch {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        phases::tls_begins();
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        phases::tls_begins();
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _: ServerName<'static>, _: Tls13ClientSessionValue) {}

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        phases::tls_begins();
        None
    }
}
