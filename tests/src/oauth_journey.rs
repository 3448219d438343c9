//! The whole OAuth journey of the client library, the same against every server: register, token,
//! sign in, call, refresh, call again, revoke.

use anyhow::{Context as _, ensure};
use inchkeep_oauth::client_credentials;
use inchkeep_oauth::loopback::{Listener, PortChoice, path_for};
use inchkeep_oauth::refresh::refresh;
use inchkeep_oauth::registration::{RegistrationRequest, register};
use inchkeep_oauth::revocation::{TokenHint, revoke};
use inchkeep_oauth::{AccessRequest, Issuer, LoopbackHttp, SignIn, TokenError, discover};
use secrecy::{ExposeSecret as _, SecretString};

use crate::browser::Browser;
use crate::port::{Port, client};

/// A server under test, as the documentation describes it.
#[derive(Debug)]
pub struct Server {
    /// Its issuer, and the base of its API.
    pub issuer: String,
    /// A portal access token.
    pub portal_token: SecretString,
    /// An application that it knows.
    pub application_id: String,
    /// What a person fills into its forms beside what they hold already.
    pub answers: &'static [(&'static str, &'static str)],
    /// Whether a refresh replaces the refresh token.
    pub rotates: bool,
}

/// Calls the API behind the server; gives the status, and insists on a request id.
async fn call(issuer: &str, token: &SecretString) -> anyhow::Result<u16> {
    // EXPOSE: sent to the server that issued it.
    let answer = client()?
        .get(format!("{issuer}/swap/v5.2/1/tokens"))
        .bearer_auth(token.expose_secret())
        .send()
        .await?;
    ensure!(
        answer.headers().contains_key("x-request-id"),
        "an answer without a request id"
    );
    Ok(answer.status().as_u16())
}

/// Goes the whole way at `server`.
///
/// # Errors
/// At the first step that is not as it should be.
pub async fn oauth_journey(server: &Server) -> anyhow::Result<()> {
    let http = Port::new()?;
    let issuer = Issuer::parse(&server.issuer, LoopbackHttp::Allowed)?;
    let metadata = discover(&http, &issuer).await?;
    let scopes = AccessRequest::scopes(["swap:read", "balance:read"]);

    // Server to server.
    let worker = RegistrationRequest::client_credentials("Settlement worker");
    let registered = register(&http, &metadata, &worker, &server.portal_token).await?;
    let tokens =
        client_credentials::token(&http, &metadata, &registered.client()?, &scopes).await?;
    ensure!(
        call(&server.issuer, &tokens.access_token).await? == 200,
        "the API refused the token"
    );

    // A person signs in.
    let mut listener = Listener::bind(PortChoice::Any, &path_for(&issuer))?;
    let desktop = RegistrationRequest::authorization_code(
        "Desktop sign-in",
        listener.redirect_uri(),
        Some(server.application_id.clone()),
    );
    let registered = register(&http, &metadata, &desktop, &server.portal_token).await?;
    let client = registered.client()?;
    let sign_in = SignIn::begin(
        &metadata,
        &registered.client_id,
        listener.redirect_uri(),
        &scopes,
        None,
    )?;
    let url = sign_in.authorize_url().clone();
    let answers = server.answers;
    let mut browser = tokio::spawn(async move { Browser::new()?.walk(&url, answers).await });
    let answer = tokio::select! {
        answer = listener.next_callback(|parameters| sign_in.judge(parameters)) => answer,
        page = &mut browser => anyhow::bail!("the browser ended before the answer: {:?}", page?),
    };
    let code = sign_in.check(&answer)?;
    listener.finish().await;
    let page = browser.await??;
    ensure!(
        page.contains("You can close this tab"),
        "the browser ended elsewhere"
    );

    let tokens = sign_in.redeem(&http, &client, code).await?;
    ensure!(
        call(&server.issuer, &tokens.access_token).await? == 200,
        "the API refused the token"
    );

    // Refresh, and use the new token.
    let first = tokens
        .refresh_token
        .context("a refresh token was asked for")?;
    let renewed = refresh(&http, &metadata, &client, &first, &scopes).await?;
    ensure!(
        call(&server.issuer, &renewed.access_token).await? == 200,
        "the API refused the token"
    );
    let second = renewed
        .refresh_token
        .context("a refresh keeps or replaces its token")?;
    // EXPOSE: compared with each other.
    let replaced = first.expose_secret() != second.expose_secret();
    ensure!(replaced == server.rotates, "rotation is not as announced");

    // Signed out at the server: the next refresh says so, as the end of the session.
    revoke(&http, &metadata, &client, &second, TokenHint::RefreshToken).await?;
    let ended = refresh(&http, &metadata, &client, &second, &scopes).await;
    ensure!(
        matches!(ended, Err(TokenError::InvalidGrant(_))),
        "a revoked grant went on"
    );
    Ok(())
}
