//! Server-to-server tokens (OAuth 2.1 §4.2).

use crate::access_request::AccessRequest;
use crate::client::{Client, ClientAuthMethod};
use crate::http_port::HttpPort;
use crate::metadata::AuthorizationServerMetadata;
use crate::requests;
use crate::token::{self, TokenError, TokenSet};

/// Gets a token for the client itself. A refresh token that a server adds is ignored: the client's
/// own credential gets the next token.
///
/// Errors: [`TokenError`]; `PublicClient` before anything is sent when the client has no secret.
#[tracing::instrument(skip_all)]
pub async fn token(
    http: &dyn HttpPort,
    metadata: &AuthorizationServerMetadata,
    client: &Client,
    access: &AccessRequest,
) -> Result<TokenSet, TokenError> {
    if client.auth_method() == ClientAuthMethod::None {
        return Err(TokenError::PublicClient);
    }
    let request = requests::client_credentials(metadata.token_endpoint(), client, access)?;
    let mut tokens = token::exchange(http, request, access).await?;
    tokens.refresh_token = None;
    Ok(tokens)
}
