//! A registered client and how it proves itself at the token endpoint.

use secrecy::SecretString;

use crate::text;

/// How a client authenticates at the token endpoint (OAuth 2.1 §2.4). Exactly one per request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientAuthMethod {
    /// `client_secret_post`: the secret in the form body.
    Post,
    /// `client_secret_basic`: the secret in an `Authorization: Basic` header.
    Basic,
    /// `none`: a public client, only its id.
    None,
}

impl ClientAuthMethod {
    /// The registered name, for example `client_secret_post`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "client_secret_post",
            Self::Basic => "client_secret_basic",
            Self::None => "none",
        }
    }

    /// The method of that name; `None` for one that this crate cannot do.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Post, Self::Basic, Self::None]
            .into_iter()
            .find(|method| method.as_str() == name)
    }
}

/// A client at one authorization server.
#[derive(Debug, Clone)]
pub struct Client {
    id: String,
    auth_method: ClientAuthMethod,
    secret: Option<SecretString>,
}

/// Why a client cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The client id is empty or holds characters outside %x20-7E (OAuth 2.1 §A.1).
    #[error("the client ID is empty or holds characters that are not printable")]
    ClientId,
    /// The method needs a secret and there is none.
    #[error("this client needs its secret")]
    SecretMissing,
}

impl Client {
    /// A client as it is stored: id, method and, unless it is public, its secret. The secret of a
    /// public client is never sent and not kept.
    ///
    /// Errors: [`ClientError`].
    pub fn new(
        id: impl Into<String>,
        auth_method: ClientAuthMethod,
        secret: Option<SecretString>,
    ) -> Result<Self, ClientError> {
        let id = id.into();
        if !text::is_vschar(&id) {
            return Err(ClientError::ClientId);
        }
        let secret = match auth_method {
            ClientAuthMethod::None => None,
            _ => Some(secret.ok_or(ClientError::SecretMissing)?),
        };
        Ok(Self {
            id,
            auth_method,
            secret,
        })
    }

    /// A public client: no secret.
    pub fn public(id: impl Into<String>) -> Result<Self, ClientError> {
        Self::new(id, ClientAuthMethod::None, None)
    }

    /// A client that sends its secret in the body, as the 1inch documentation shows.
    pub fn with_secret(id: impl Into<String>, secret: SecretString) -> Result<Self, ClientError> {
        Self::new(id, ClientAuthMethod::Post, Some(secret))
    }

    /// The client id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How it authenticates.
    pub fn auth_method(&self) -> ClientAuthMethod {
        self.auth_method
    }

    /// Its secret; `None` for a public client.
    pub fn secret(&self) -> Option<&SecretString> {
        self.secret.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_without_its_secret_is_refused() {
        assert_eq!(
            Client::new("id", ClientAuthMethod::Post, None).err(),
            Some(ClientError::SecretMissing)
        );
        assert_eq!(Client::public("a\r\nb").err(), Some(ClientError::ClientId));
        assert_eq!(Client::public("").err(), Some(ClientError::ClientId));
    }

    #[test]
    fn the_secret_is_not_in_debug() {
        let client = Client::with_secret("id", "canary-7".into()).expect("client");
        assert!(!format!("{client:?}").contains("canary-7"));
    }

    #[test]
    fn methods_have_their_registered_names() {
        for method in [
            ClientAuthMethod::Post,
            ClientAuthMethod::Basic,
            ClientAuthMethod::None,
        ] {
            assert_eq!(ClientAuthMethod::from_name(method.as_str()), Some(method));
        }
        assert_eq!(ClientAuthMethod::from_name("private_key_jwt"), None);
    }
}
