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
                kind: "API key",
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
