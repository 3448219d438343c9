//! A secret of the vault, found by what the page calls it.

use secrecy::SecretString;

use crate::app::App;
use crate::contract::{
    ApiError, ApplicationKey, ErrorCode, OAuthClientId, SecretTarget, SessionId,
};
use crate::records::{
    ApiKeyRecord, ApplicationRecord, EnvironmentRecord, OAuthClientRecord, SessionRecord,
    SessionTokens,
};
use crate::store::{Read, missing};

const API_KEY: &str = "API key";

/// A secret with the words around it.
pub(crate) struct NamedSecret {
    /// Name of the key or client.
    pub(crate) name: String,
    /// "API key", "Client secret", "Access token", "Refresh token".
    pub(crate) kind: &'static str,
    /// Name of its environment.
    pub(crate) environment: String,
    /// The secret.
    pub(crate) secret: SecretString,
}

impl NamedSecret {
    /// What it is called once it is copied: "API key router-read", "Access token of web".
    pub(crate) fn label(&self) -> String {
        match self.kind {
            API_KEY => format!("{} {}", self.kind, self.name),
            _ => format!("{} of {}", self.kind, self.name),
        }
    }
}

impl App {
    /// Reads a secret that is about to be shown or copied.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn named_secret(
        &self,
        target: &SecretTarget,
    ) -> Result<NamedSecret, ApiError> {
        let target = target.clone();
        self.read(move |vault| find(vault, &target)).await
    }
}

fn find(reader: &impl Read, target: &SecretTarget) -> Result<NamedSecret, ApiError> {
    match target {
        SecretTarget::ApiKey(id) => {
            let record = reader.one::<ApiKeyRecord>(id)?;
            Ok(NamedSecret {
                kind: API_KEY,
                environment: environment(reader, &record.application)?,
                secret: reader.secret_of::<ApiKeyRecord>(id)?,
                name: record.name,
            })
        }
        SecretTarget::ClientSecret(id) => {
            let secret = reader.secret_of::<OAuthClientRecord>(id)?;
            of_client(reader, id, "Client secret", secret)
        }
        SecretTarget::AccessToken(id) => {
            let (client, tokens) = tokens(reader, id)?;
            of_client(reader, &client, "Access token", tokens.access_token)
        }
        SecretTarget::RefreshToken(id) => {
            let (client, tokens) = tokens(reader, id)?;
            let token = tokens
                .refresh_token
                .ok_or_else(|| missing("refresh token"))?;
            of_client(reader, &client, "Refresh token", token)
        }
    }
}

fn of_client(
    reader: &impl Read,
    id: &OAuthClientId,
    kind: &'static str,
    secret: SecretString,
) -> Result<NamedSecret, ApiError> {
    let record = reader.one::<OAuthClientRecord>(id)?;
    let environment = environment(reader, &record.application)?;
    Ok(NamedSecret {
        name: record.name,
        kind,
        environment,
        secret,
    })
}

fn tokens(reader: &impl Read, id: &SessionId) -> Result<(OAuthClientId, SessionTokens), ApiError> {
    let record = reader.one::<SessionRecord>(id)?;
    let tokens = SessionTokens::from_secret(&reader.secret_of::<SessionRecord>(id)?)
        .ok_or_else(|| ApiError::new(ErrorCode::VaultDamaged, "tokens in an unknown shape"))?;
    Ok((record.oauth_client, tokens))
}

fn environment(reader: &impl Read, application: &ApplicationKey) -> Result<String, ApiError> {
    let application = reader.one::<ApplicationRecord>(application)?;
    Ok(reader
        .one::<EnvironmentRecord>(&application.environment)?
        .name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_names_the_kind_beside_the_name() {
        let label = |kind| {
            NamedSecret {
                name: "web".to_owned(),
                kind,
                environment: "Sandbox".to_owned(),
                secret: SecretString::default(),
            }
            .label()
        };
        assert_eq!(label(API_KEY), "API key web");
        assert_eq!(label("Access token"), "Access token of web");
    }
}
