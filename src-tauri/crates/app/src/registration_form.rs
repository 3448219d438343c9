//! What the form of a registration holds, checked, and the request that it becomes.

use inchkeep_oauth::loopback::path_for;
use inchkeep_oauth::registration::{RegistrationGrant, RegistrationRequest, UNUSED_REDIRECT_URI};
use inchkeep_oauth::{Issuer, RedirectUri, RedirectUriError};

use crate::app::App;
use crate::clients::checked_scopes;
use crate::contract::{Grant, RegisterClientRequest};
use crate::error::ApiError;
use crate::names::{invalid, name_of};
use crate::records::ApplicationRecord;

/// Names this program to every server (RFC 7591 §2).
const SOFTWARE_ID: &str = "7d1f6a52-58b0-4b1b-9c55-0f6f4a2d9b51";

/// A request that passed every check of the form.
pub(crate) struct Wanted {
    pub(crate) application: ApplicationRecord,
    pub(crate) name: String,
    pub(crate) grant: Grant,
    pub(crate) refresh_token: bool,
    pub(crate) redirect_uris: Vec<RedirectUri>,
    pub(crate) scopes: Vec<String>,
}

impl App {
    /// Checks what the form holds, in the order of its fields.
    pub(crate) async fn wanted(&self, request: &RegisterClientRequest) -> Result<Wanted, ApiError> {
        let application = self.find::<ApplicationRecord>(&request.application).await?;
        let name = name_of(&request.name)?;
        let mut redirect_uris = Vec::new();
        if request.grant == Grant::AuthorizationCode {
            if application.application_id.is_empty() {
                return Err(invalid("application", "This grant needs an application."));
            }
            for uri in request
                .redirect_uris
                .iter()
                .filter(|uri| !uri.trim().is_empty())
            {
                redirect_uris.push(RedirectUri::parse(uri).map_err(redirect_uri_fault)?);
            }
        }
        Ok(Wanted {
            application,
            name,
            grant: request.grant,
            refresh_token: request.refresh_token && request.grant == Grant::AuthorizationCode,
            redirect_uris,
            scopes: checked_scopes(&request.scopes)?,
        })
    }
}

/// The request for it, with these redirect URIs.
pub(crate) fn registration_of(wanted: &Wanted, redirect_uris: Vec<String>) -> RegistrationRequest {
    let id = Some(wanted.application.application_id.clone()).filter(|id| !id.is_empty());
    RegistrationRequest {
        client_name: wanted.name.clone(),
        grant: match wanted.grant {
            Grant::ClientCredentials => RegistrationGrant::ClientCredentials,
            Grant::AuthorizationCode => RegistrationGrant::AuthorizationCode {
                refresh: wanted.refresh_token,
            },
        },
        redirect_uris,
        application_id: id,
        scopes: wanted.scopes.clone(),
        software_id: Some(SOFTWARE_ID.to_owned()),
        software_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
    }
}

/// The addresses to register. A loopback one without a port gets `port`, and when its path is the
/// usual one also the path that belongs to this server alone (RFC 8252 §8.10).
pub(crate) fn redirect_uris(wanted: &Wanted, issuer: &Issuer, port: &str) -> Vec<String> {
    if wanted.grant == Grant::ClientCredentials {
        return vec![UNUSED_REDIRECT_URI.to_owned()];
    }
    let own = || format!("http://127.0.0.1:{port}{}", path_for(issuer));
    if wanted.redirect_uris.is_empty() {
        return vec![own()];
    }
    let written = wanted.redirect_uris.iter().map(|uri| {
        if uri.loopback_host().is_none() || uri.port().is_some() {
            return uri.as_str().to_owned();
        }
        match uri.path() {
            "/" | "/callback" if uri.as_str().starts_with("http://127.0.0.1") => own(),
            path => {
                let host = uri.as_str().split("://").nth(1).unwrap_or_default();
                let host = host.split('/').next().unwrap_or_default();
                format!("http://{host}:{port}{path}")
            }
        }
    });
    let mut uris: Vec<String> = Vec::new();
    for uri in written {
        if !uris.contains(&uri) {
            uris.push(uri);
        }
    }
    uris
}

pub(crate) fn redirect_uri_fault(error: RedirectUriError) -> ApiError {
    let reason = match error {
        RedirectUriError::Fragment => "A redirect URI cannot contain a #fragment.",
        RedirectUriError::UserInfo => "A redirect URI cannot carry a user name.",
        RedirectUriError::NotAnAddress | RedirectUriError::NotHttpsOrLoopback => {
            "Use https, or http on 127.0.0.1."
        }
    };
    invalid("redirectUris", reason)
}

#[cfg(test)]
mod tests {
    use inchkeep_oauth::LoopbackHttp;

    use super::*;

    fn wanted(grant: Grant, uris: &[&str]) -> Wanted {
        Wanted {
            application: ApplicationRecord {
                environment: "e".into(),
                name: "Treasury".into(),
                application_id: "app-1".into(),
                last_used: None,
            },
            name: "Desktop".into(),
            grant,
            refresh_token: true,
            redirect_uris: uris
                .iter()
                .map(|uri| RedirectUri::parse(uri).expect("a URI"))
                .collect(),
            scopes: Vec::new(),
        }
    }

    fn issuer() -> Issuer {
        Issuer::parse("https://as.example", LoopbackHttp::Forbidden).expect("an issuer")
    }

    #[test]
    fn the_usual_address_gets_the_port_and_the_servers_own_path() {
        let uris = redirect_uris(
            &wanted(Grant::AuthorizationCode, &["http://127.0.0.1/callback"]),
            &issuer(),
            "43117",
        );
        assert_eq!(
            uris,
            [format!("http://127.0.0.1:43117{}", path_for(&issuer()))]
        );
        let none = redirect_uris(&wanted(Grant::AuthorizationCode, &[]), &issuer(), "43117");
        assert_eq!(none, uris);
    }

    #[test]
    fn what_a_person_wrote_on_purpose_stays() {
        let own = [
            "https://myapp.com/callback",
            "http://127.0.0.1:9/callback",
            "http://127.0.0.1/own",
            "http://localhost/callback",
        ];
        let uris = redirect_uris(&wanted(Grant::AuthorizationCode, &own), &issuer(), "43117");
        assert_eq!(
            uris,
            [
                "https://myapp.com/callback",
                "http://127.0.0.1:9/callback",
                "http://127.0.0.1:43117/own",
                "http://localhost:43117/callback",
            ]
        );
    }

    #[test]
    fn a_server_to_server_client_registers_a_loopback_address_too() {
        let uris = redirect_uris(&wanted(Grant::ClientCredentials, &[]), &issuer(), "");
        assert_eq!(uris, [UNUSED_REDIRECT_URI]);
    }
}
