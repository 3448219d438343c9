//! Clients that were made in the portal, brought in by hand.

use std::sync::Arc;

use inchkeep_oauth::{ClientAuthMethod, RedirectUri};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::app::App;
use crate::clients::{checked_scopes, view};
use crate::contract::{
    ChangedList, ClientSource, Grant, ImportClientRequest, ImportDraft, OAuthClientId,
    OAuthClientView, SecretPurpose, Timestamp,
};
use crate::error::{ApiError, ErrorCode};
use crate::names::{duplicate, invalid, name_of};
use crate::records::{ApplicationRecord, OAuthClientRecord};
use crate::secret_drafts::last4;
use crate::store::{Read as _, Write as _};

/// The longest text that is read as a client, in bytes.
const LONGEST: usize = 64 * 1024;

/// A client as the portal shows it, or as a registration answers it (RFC 7591 §3.2.1).
#[derive(Deserialize)]
struct Pasted {
    #[serde(alias = "clientId")]
    client_id: String,
    #[serde(default, alias = "clientSecret")]
    client_secret: Option<SecretString>,
    #[serde(default, alias = "clientName", alias = "name")]
    client_name: Option<String>,
    #[serde(default, alias = "grantTypes")]
    grant_types: Vec<String>,
    #[serde(default, alias = "redirectUris")]
    redirect_uris: Vec<String>,
    #[serde(default)]
    scope: Option<String>,
}

impl App {
    /// Reads a client's JSON from the clipboard. The secret stays here, as a draft.
    ///
    /// # Errors
    /// [`ErrorCode::ClipboardEmpty`], [`ErrorCode::ClipboardRefused`];
    /// [`ErrorCode::PasteNotUsable`] for anything but such JSON.
    pub async fn paste_client(self: &Arc<Self>, _request: ()) -> Result<ImportDraft, ApiError> {
        self.vault()?;
        let pasted = self.host.read_clipboard()?;
        let client = read(&pasted)?;
        self.remember_pasted(&pasted);
        let name = client.client_name.filter(|name| !name.trim().is_empty());
        let secret = match client.client_secret {
            // EXPOSE: only asked whether it is empty.
            Some(secret) if !secret.expose_secret().trim().is_empty() => {
                let name = name.clone().unwrap_or_else(|| client.client_id.clone());
                let purpose = SecretPurpose::ClientSecret { name };
                let secret = crate::secret_drafts::clean(&secret, &purpose)?;
                Some(self.hold_secret(secret, purpose).await?)
            }
            _ => None,
        };
        Ok(ImportDraft {
            name,
            grant: grant_of(&client.grant_types),
            client_id: client.client_id,
            redirect_uris: client.redirect_uris,
            scopes: client
                .scope
                .map(|scope| scope.split_whitespace().map(str::to_owned).collect())
                .unwrap_or_default(),
            secret,
        })
    }

    /// Keeps a client that was made in the portal.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidField`]; [`ErrorCode::Duplicate`] with the name under which the same
    /// client is kept in this environment; [`ErrorCode::SecretDraftGone`].
    pub async fn import_client(
        self: &Arc<Self>,
        request: ImportClientRequest,
    ) -> Result<OAuthClientView, ApiError> {
        let name = name_of(&request.name)?;
        let client_id = request.client_id.trim().to_owned();
        if client_id.is_empty() || !client_id.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
            return Err(invalid(
                "clientId",
                "Enter the client ID as the portal shows it.",
            ));
        }
        if request.secret.is_none() && request.grant == Grant::ClientCredentials {
            return Err(invalid("secret", "This grant needs the client secret."));
        }
        let scopes = checked_scopes(&request.scopes)?;
        let redirect_uris = checked_uris(&request.redirect_uris)?;
        let secret = request
            .secret
            .as_ref()
            .map(|id| self.drafts.secret(id))
            .transpose()?;
        let application = self.find::<ApplicationRecord>(&request.application).await?;
        let auth_method = self.auth_method(&application, secret.is_some()).await;
        let record = OAuthClientRecord {
            application: request.application,
            name,
            client_id,
            grant: request.grant,
            source: if request.from_portal {
                ClientSource::Portal
            } else {
                ClientSource::Imported
            },
            has_secret: secret.is_some(),
            // EXPOSE: only its last four characters are kept beside the sealed half.
            last4: secret
                .as_ref()
                .and_then(|secret| last4(secret.expose_secret())),
            issuer: None,
            secret_expires_at: None,
            auth_method: auth_method.as_str().to_owned(),
            redirect_uris,
            scopes,
            sticky_port: None,
            fixed_port: None,
            keep_signed_in: true,
            refresh_token: request.grant == Grant::AuthorizationCode,
            registration_sent: None,
            registration_answer: None,
            manageable: false,
            added_at: Timestamp::from(self.clock.now()),
        };
        let environment = application.environment.clone();
        let shown = self
            .change(move |tx| {
                let applications = tx.all::<ApplicationRecord>()?;
                for (_, known) in tx.all::<OAuthClientRecord>()? {
                    let owner = applications
                        .iter()
                        .find(|(key, _)| *key == known.application);
                    let is_here = owner
                        .is_some_and(|(_, owner)| owner.environment == application.environment);
                    if is_here && known.client_id == record.client_id {
                        return Err(duplicate(&known.name));
                    }
                }
                let id = OAuthClientId::make();
                match &secret {
                    Some(secret) => tx.put_with_secret(&id, &record, secret)?,
                    None => tx.put_record(&id, &record)?,
                }
                Ok(view(&id, &record, None))
            })
            .await?;
        if let Some(draft) = &request.secret {
            self.drafts.discard(draft);
        }
        self.changed(&environment, ChangedList::Applications);
        Ok(shown)
    }

    /// How a client of unknown registration authenticates: as the documentation shows, unless the
    /// server says that it takes something else.
    async fn auth_method(
        self: &Arc<Self>,
        application: &ApplicationRecord,
        has_secret: bool,
    ) -> ClientAuthMethod {
        if !has_secret {
            return ClientAuthMethod::None;
        }
        // Without the server the client can be kept all the same.
        let server = self.pinned_server(&application.environment).await.ok();
        match server.and_then(|server| server.preferred_auth_method()) {
            Some(ClientAuthMethod::Basic) => ClientAuthMethod::Basic,
            _ => ClientAuthMethod::Post,
        }
    }
}

fn read(pasted: &SecretString) -> Result<Pasted, ApiError> {
    // EXPOSE: parsed; the secret in it goes into a type that hides it.
    let text = pasted.expose_secret();
    let refused = || {
        ApiError::new(ErrorCode::PasteNotUsable, "not a client as JSON").fact(
            "reason",
            "Copy the client's JSON from the portal: an object with client_id.",
        )
    };
    if text.len() > LONGEST {
        return Err(refused());
    }
    // The error of serde quotes values, so it goes no further.
    let client: Pasted = serde_json::from_str(text.trim()).map_err(|_| refused())?;
    if client.client_id.trim().is_empty() {
        return Err(refused());
    }
    Ok(client)
}

fn grant_of(grant_types: &[String]) -> Option<Grant> {
    let has = |name: &str| grant_types.iter().any(|grant| grant == name);
    match (has("authorization_code"), has("client_credentials")) {
        (true, false) => Some(Grant::AuthorizationCode),
        (false, true) => Some(Grant::ClientCredentials),
        _ => None,
    }
}

fn checked_uris(uris: &[String]) -> Result<Vec<String>, ApiError> {
    let written = uris
        .iter()
        .map(|uri| uri.trim())
        .filter(|uri| !uri.is_empty());
    written
        .map(|uri| match RedirectUri::parse(uri) {
            Ok(uri) => Ok(uri.as_str().to_owned()),
            Err(error) => Err(crate::registration_form::redirect_uri_fault(error)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_of_the_portal_is_read_in_both_spellings() {
        let snake =
            r#"{"client_id":"c-1","client_secret":"s","grant_types":["client_credentials"]}"#;
        let client = read(&snake.into()).expect("a client");
        assert_eq!(client.client_id, "c-1");
        assert_eq!(
            grant_of(&client.grant_types),
            Some(Grant::ClientCredentials)
        );
        let camel =
            r#"{"clientId":"c-2","clientSecret":"s","redirectUris":["http://127.0.0.1/c"]}"#;
        assert_eq!(
            read(&camel.into()).expect("a client").redirect_uris.len(),
            1
        );
    }

    #[test]
    fn anything_else_is_refused_without_being_quoted() {
        for text in ["", "[]", "{\"client_id\":\"\"}", "canary-secret-7"] {
            let error = read(&text.into()).err().expect("it is no client");
            assert_eq!(error.code, ErrorCode::PasteNotUsable);
            assert!(!format!("{error:?}").contains("canary"));
        }
    }
}
