//! Where the browser's answer comes to: which port, which path, or nowhere here.

use inchkeep_oauth::loopback::{Listener, PortChoice, path_for};
use inchkeep_oauth::{Issuer, LoopbackHost, RedirectUri};

use crate::contract::ClientSource;
use crate::error::ApiError;
use crate::errors_of_oauth;
use crate::records::OAuthClientRecord;

/// The listener of a sign-in and its redirect URI. Without a listener the person pastes the address
/// on which the browser stopped: the registered address belongs to another program.
///
/// # Errors
/// `PortBusy` for a port that the registration or the person fixed.
pub(crate) fn receive(
    client: &OAuthClientRecord,
    issuer: &Issuer,
    any_port_once: bool,
) -> Result<(Option<Listener>, String), ApiError> {
    let uris: Vec<RedirectUri> = client
        .redirect_uris
        .iter()
        .filter_map(|uri| RedirectUri::parse(uri).ok())
        .collect();
    let receivable = uris.iter().find(|uri| uri.loopback_host().is_some());
    let (host, path) = match (receivable, uris.first()) {
        (Some(uri), _) => (
            uri.loopback_host().unwrap_or(LoopbackHost::Ipv4),
            uri.path().to_owned(),
        ),
        (None, Some(foreign)) => return Ok((None, foreign.as_str().to_owned())),
        (None, None) => (LoopbackHost::Ipv4, path_for(issuer)),
    };
    let registered_port = receivable.and_then(RedirectUri::port);
    let choice = choice(client, registered_port, any_port_once);
    let listener = Listener::bind_host(choice, host, &path).map_err(errors_of_oauth::bind)?;
    let redirect_uri = listener.redirect_uri().to_owned();
    Ok((Some(listener), redirect_uri))
}

fn choice(
    client: &OAuthClientRecord,
    registered_port: Option<u16>,
    any_port_once: bool,
) -> PortChoice {
    if any_port_once {
        return PortChoice::Any;
    }
    if let Some(port) = client.fixed_port {
        return PortChoice::Exactly(port);
    }
    match (client.source, client.sticky_port.or(registered_port)) {
        (_, None) => PortChoice::Any,
        // Registered here with the port of that moment: servers should take any other one too
        // (RFC 8252 §7.3), and some take only this one.
        (ClientSource::RegisteredHere, Some(port)) => PortChoice::Prefer(port),
        // Registered by a person with a port: that one is meant.
        (ClientSource::Portal | ClientSource::Imported, Some(port)) => PortChoice::Exactly(port),
    }
}

#[cfg(test)]
mod tests {
    use inchkeep_oauth::LoopbackHttp;
    use time::OffsetDateTime;

    use super::*;
    use crate::contract::Grant;
    use crate::error::ErrorCode;

    fn client(source: ClientSource, redirect_uris: &[&str]) -> OAuthClientRecord {
        OAuthClientRecord {
            application: "a".into(),
            name: "Desktop".into(),
            client_id: "c".into(),
            grant: Grant::AuthorizationCode,
            source,
            has_secret: false,
            last4: None,
            issuer: None,
            secret_expires_at: None,
            auth_method: "none".into(),
            redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
            scopes: Vec::new(),
            sticky_port: None,
            fixed_port: None,
            keep_signed_in: true,
            refresh_token: true,
            registration_sent: None,
            registration_answer: None,
            manageable: false,
            added_at: OffsetDateTime::UNIX_EPOCH.into(),
        }
    }

    fn issuer() -> Issuer {
        Issuer::parse("https://as.example", LoopbackHttp::Forbidden).expect("an issuer")
    }

    #[test]
    fn a_port_that_the_person_fixed_wins_but_for_this_once() {
        let mut client = client(ClientSource::RegisteredHere, &[]);
        client.sticky_port = Some(40_001);
        assert_eq!(choice(&client, None, false), PortChoice::Prefer(40_001));
        client.fixed_port = Some(40_002);
        assert_eq!(
            choice(&client, Some(40_003), false),
            PortChoice::Exactly(40_002)
        );
        assert_eq!(choice(&client, Some(40_003), true), PortChoice::Any);
    }

    #[tokio::test]
    async fn a_taken_port_of_an_imported_client_is_named_and_not_exchanged() {
        let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = taken.local_addr().expect("an address").port();
        let uri = format!("http://127.0.0.1:{port}/callback");
        let client = client(ClientSource::Portal, &[&uri]);
        let Err(error) = receive(&client, &issuer(), false) else {
            panic!("the port is taken");
        };
        assert_eq!(error.code, ErrorCode::PortBusy);
        assert_eq!(error.facts["port"], port.to_string());
        let (listener, redirect_uri) = receive(&client, &issuer(), true).expect("another port");
        assert!(listener.is_some() && redirect_uri.ends_with("/callback"));
    }

    #[tokio::test]
    async fn an_address_of_another_program_is_left_to_pasting() {
        let client = client(ClientSource::Portal, &["https://myapp.com/callback"]);
        let (listener, redirect_uri) = receive(&client, &issuer(), false).expect("an address");
        assert!(listener.is_none());
        assert_eq!(redirect_uri, "https://myapp.com/callback");
    }
}
