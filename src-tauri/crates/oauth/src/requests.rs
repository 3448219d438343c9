//! Requests to the token and revocation endpoints. The `oauth2` crate writes them; they are sent
//! and their answers are read here, because its parser lets bad answers pass.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use oauth2::basic::BasicClient;
use oauth2::{
    AccessToken, AuthType, AuthorizationCode, ClientId, ClientSecret, HttpRequest, HttpResponse,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RevocationUrl, Scope, StandardRevocableToken,
    SyncHttpClient, TokenUrl,
};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::access_request::AccessRequest;
use crate::client::{Client, ClientAuthMethod};
use crate::http_port::HttpFailure;
use crate::revocation::TokenHint;

/// Takes the request that `oauth2` would send, and sends nothing.
#[derive(Default)]
struct Capture(RefCell<Option<HttpRequest>>);

/// What the `oauth2` crate is told instead of an answer.
#[derive(Debug)]
struct Captured;

impl fmt::Display for Captured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("captured")
    }
}

impl std::error::Error for Captured {}

impl SyncHttpClient for Capture {
    type Error = Captured;

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, Captured> {
        self.0.replace(Some(request));
        Err(Captured)
    }
}

impl Capture {
    /// The captured request, addressed to the endpoint exactly as published.
    fn into_request(self, endpoint: &Url) -> Result<HttpRequest, HttpFailure> {
        let mut request = self.0.into_inner().ok_or(HttpFailure::NotSent)?;
        *request.uri_mut() = endpoint
            .as_str()
            .parse()
            .map_err(|_| HttpFailure::NotSent)?;
        if let Some(credential) = request.headers_mut().get_mut(http::header::AUTHORIZATION) {
            credential.set_sensitive(true);
        }
        Ok(request)
    }
}

/// The client in the types of the `oauth2` crate, with exactly one authentication method.
fn basic_client(client: &Client) -> BasicClient {
    let writer = BasicClient::new(ClientId::new(client.id().to_owned()));
    let writer = match client.auth_method() {
        ClientAuthMethod::Basic => writer.set_auth_type(AuthType::BasicAuth),
        ClientAuthMethod::Post | ClientAuthMethod::None => {
            writer.set_auth_type(AuthType::RequestBody)
        }
    };
    match client.secret() {
        // EXPOSE: the secret proves the client at its own token endpoint.
        Some(secret) => {
            writer.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()))
        }
        None => writer,
    }
}

fn token_url(endpoint: &Url) -> TokenUrl {
    TokenUrl::from_url(endpoint.clone())
}

fn scopes(access: &AccessRequest) -> impl Iterator<Item = Scope> + '_ {
    access.scopes.iter().cloned().map(Scope::new)
}

/// Code, verifier and redirect URI (OAuth 2.1 §4.1.3; several servers still demand the last).
pub(crate) fn authorization_code(
    endpoint: &Url,
    client: &Client,
    code: &SecretString,
    verifier: &SecretString,
    redirect_uri: &str,
    access: &AccessRequest,
) -> Result<HttpRequest, HttpFailure> {
    let redirect_uri =
        RedirectUrl::new(redirect_uri.to_owned()).map_err(|_| HttpFailure::NotSent)?;
    let writer = basic_client(client).set_token_uri(token_url(endpoint));
    let capture = Capture::default();
    let mut request = writer
        // EXPOSE: the code is redeemed byte for byte.
        .exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()))
        // EXPOSE: the verifier proves that this sign-in asked for the code.
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.expose_secret().to_owned()))
        .set_redirect_uri(Cow::Owned(redirect_uri));
    if let Some(resource) = &access.resource {
        request = request.add_extra_param("resource", resource.clone());
    }
    let _ = request.request(&capture);
    capture.into_request(endpoint)
}

/// Client credentials (OAuth 2.1 §4.2).
pub(crate) fn client_credentials(
    endpoint: &Url,
    client: &Client,
    access: &AccessRequest,
) -> Result<HttpRequest, HttpFailure> {
    let writer = basic_client(client).set_token_uri(token_url(endpoint));
    let capture = Capture::default();
    let mut request = writer
        .exchange_client_credentials()
        .add_scopes(scopes(access));
    if let Some(resource) = &access.resource {
        request = request.add_extra_param("resource", resource.clone());
    }
    let _ = request.request(&capture);
    capture.into_request(endpoint)
}

/// Refresh (OAuth 2.1 §4.3). The scope is left out: it then means what was granted.
pub(crate) fn refresh(
    endpoint: &Url,
    client: &Client,
    refresh_token: &SecretString,
    access: &AccessRequest,
) -> Result<HttpRequest, HttpFailure> {
    let writer = basic_client(client).set_token_uri(token_url(endpoint));
    let capture = Capture::default();
    // EXPOSE: the token goes to the token endpoint that issued it.
    let refresh_token = RefreshToken::new(refresh_token.expose_secret().to_owned());
    let mut request = writer.exchange_refresh_token(&refresh_token);
    if let Some(resource) = &access.resource {
        request = request.add_extra_param("resource", resource.clone());
    }
    let _ = request.request(&capture);
    capture.into_request(endpoint)
}

/// Revocation (RFC 7009 §2.1).
pub(crate) fn revocation(
    endpoint: &Url,
    client: &Client,
    token: &SecretString,
    hint: TokenHint,
) -> Result<HttpRequest, HttpFailure> {
    // `oauth2` refuses http here even on loopback. The metadata rules already decided which
    // addresses are allowed, so it is given a stand-in and the request is re-addressed.
    let stand_in = RevocationUrl::new("https://revocation.invalid/".to_owned())
        .map_err(|_| HttpFailure::NotSent)?;
    // EXPOSE: the token is handed back to the server that issued it.
    let token = token.expose_secret().to_owned();
    let token = match hint {
        TokenHint::AccessToken => StandardRevocableToken::from(AccessToken::new(token)),
        TokenHint::RefreshToken => StandardRevocableToken::from(RefreshToken::new(token)),
    };
    let writer = basic_client(client).set_revocation_url(stand_in);
    let capture = Capture::default();
    let request = writer
        .revoke_token(token)
        .map_err(|_| HttpFailure::NotSent)?;
    let _ = request.request(&capture);
    capture.into_request(endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(request: &HttpRequest) -> Vec<(String, String)> {
        url::form_urlencoded::parse(request.body())
            .into_owned()
            .collect()
    }

    fn endpoint(text: &str) -> Url {
        Url::parse(text).expect("url")
    }

    #[test]
    fn a_secret_travels_in_exactly_one_place() {
        let endpoint = endpoint("https://as.example/token");
        let access = AccessRequest::scopes(["a", "b"]);
        let client = |method| Client::new("id:1", method, Some("s p%".into())).expect("client");
        let post =
            client_credentials(&endpoint, &client(ClientAuthMethod::Post), &access).expect("post");
        assert!(post.headers().get("authorization").is_none());
        assert!(form(&post).contains(&("client_secret".into(), "s p%".into())));
        assert!(form(&post).contains(&("scope".into(), "a b".into())));

        let basic = client_credentials(&endpoint, &client(ClientAuthMethod::Basic), &access)
            .expect("basic");
        let header = basic.headers().get("authorization").expect("header");
        assert!(header.is_sensitive());
        // base64("id%3A1:s+p%25"): both parts form-encoded first (RFC 6749 §2.3.1).
        assert_eq!(header, "Basic aWQlM0ExOnMrcCUyNQ==");
        assert!(
            form(&basic)
                .iter()
                .all(|(name, _)| !name.starts_with("client_"))
        );

        let public = Client::public("id:1").expect("client");
        let public = refresh(&endpoint, &public, &"r".into(), &access).expect("public");
        assert!(form(&public).contains(&("client_id".into(), "id:1".into())));
        assert!(
            form(&public)
                .iter()
                .all(|(name, _)| name != "client_secret" && name != "scope")
        );
    }

    #[test]
    fn a_query_of_the_token_endpoint_is_kept() {
        let endpoint = endpoint("https://as.example/token?tenant=7");
        let client = Client::public("id").expect("client");
        let request =
            client_credentials(&endpoint, &client, &AccessRequest::default()).expect("request");
        assert_eq!(request.uri(), "https://as.example/token?tenant=7");
    }

    #[test]
    fn a_code_is_redeemed_byte_for_byte_with_verifier_and_redirect_uri() {
        let code = "a+b/c=d%e&f g";
        let request = authorization_code(
            &endpoint("https://as.example/token"),
            &Client::public("id").expect("client"),
            &code.into(),
            &"verifier".into(),
            "http://127.0.0.1:4711/callback",
            &AccessRequest {
                scopes: vec!["x".into()],
                resource: Some("https://api.example".into()),
            },
        )
        .expect("request");
        let wanted = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", "verifier"),
            ("client_id", "id"),
            ("redirect_uri", "http://127.0.0.1:4711/callback"),
            ("resource", "https://api.example"),
        ];
        let wanted: Vec<_> = wanted.map(|(n, v)| (n.to_owned(), v.to_owned())).into();
        assert_eq!(form(&request), wanted);
    }

    #[test]
    fn revocation_works_on_loopback_http() {
        let endpoint = endpoint("http://127.0.0.1:9/revoke");
        let client = Client::public("id").expect("client");
        let request =
            revocation(&endpoint, &client, &"t".into(), TokenHint::RefreshToken).expect("request");
        assert_eq!(request.uri(), "http://127.0.0.1:9/revoke");
        assert!(form(&request).contains(&("token_type_hint".into(), "refresh_token".into())));
    }
}
