//! The whole OAuth journey against a server that we did not write: register, token, sign in, call,
//! refresh, call again, revoke.

use inchkeep_oauth::client_credentials;
use inchkeep_oauth::loopback::{Listener, PortChoice, path_for};
use inchkeep_oauth::refresh::refresh;
use inchkeep_oauth::registration::{RegistrationRequest, register};
use inchkeep_oauth::revocation::{TokenHint, revoke};
use inchkeep_oauth::{AccessRequest, Issuer, LoopbackHttp, SignIn, TokenError, discover};
use inchkeep_tests::browser::Browser;
use inchkeep_tests::peer::OidcProvider;
use inchkeep_tests::port::{Port, client};
use secrecy::{ExposeSecret as _, SecretString};

/// Calls the API behind the server; gives the status, and insists on a request id.
async fn call(issuer: &str, token: &SecretString) -> anyhow::Result<u16> {
    // EXPOSE: sent to the server that issued it.
    let answer = client()?
        .get(format!("{issuer}/swap/v5.2/1/tokens"))
        .bearer_auth(token.expose_secret())
        .send()
        .await?;
    assert!(answer.headers().contains_key("x-request-id"));
    Ok(answer.status().as_u16())
}

async fn journey(flags: &[&str]) -> anyhow::Result<()> {
    let server = OidcProvider::start(flags).await?;
    let http = Port::new()?;
    let issuer = Issuer::parse(&server.issuer, LoopbackHttp::Allowed)?;
    let metadata = discover(&http, &issuer).await?;
    let portal_token = SecretString::from(server.portal_token.clone());
    let scopes = AccessRequest::scopes(["swap:read", "balance:read"]);

    // Server to server.
    let worker = RegistrationRequest::client_credentials("Settlement worker");
    let registered = register(&http, &metadata, &worker, &portal_token).await?;
    let tokens =
        client_credentials::token(&http, &metadata, &registered.client()?, &scopes).await?;
    assert_eq!(call(&server.issuer, &tokens.access_token).await?, 200);

    // A person signs in.
    let mut listener = Listener::bind(PortChoice::Any, &path_for(&issuer))?;
    let desktop = RegistrationRequest::authorization_code(
        "Desktop sign-in",
        listener.redirect_uri(),
        Some(server.application_id.clone()),
    );
    let registered = register(&http, &metadata, &desktop, &portal_token).await?;
    let client = registered.client()?;
    let sign_in = SignIn::begin(
        &metadata,
        &registered.client_id,
        listener.redirect_uri(),
        &scopes,
        None,
    )?;
    let url = sign_in.authorize_url().clone();
    let mut browser = tokio::spawn(async move {
        Browser::new()?
            .walk(&url, &[("login", "ada"), ("password", "any")])
            .await
    });
    let answer = tokio::select! {
        answer = listener.next_callback(|parameters| sign_in.judge(parameters)) => answer,
        page = &mut browser => anyhow::bail!("the browser ended before the answer: {:?}", page?),
    };
    let code = sign_in.check(&answer)?;
    listener.finish().await;
    let page = browser.await??;
    assert!(
        page.contains("You can close this tab"),
        "the browser ended elsewhere"
    );

    let tokens = sign_in.redeem(&http, &client, code).await?;
    assert_eq!(call(&server.issuer, &tokens.access_token).await?, 200);

    // Refresh, and use the new token.
    let first = tokens.refresh_token.expect("a refresh token was asked for");
    let renewed = refresh(&http, &metadata, &client, &first, &scopes).await?;
    assert_eq!(call(&server.issuer, &renewed.access_token).await?, 200);
    let second = renewed
        .refresh_token
        .expect("a refresh keeps or replaces its token");
    if flags.contains(&"--no-rotation") {
        assert_eq!(first.expose_secret(), second.expose_secret());
    } else {
        assert_ne!(first.expose_secret(), second.expose_secret());
    }

    // Signed out at the server: the next refresh says so, as the end of the session.
    revoke(&http, &metadata, &client, &second, TokenHint::RefreshToken).await?;
    let ended = refresh(&http, &metadata, &client, &second, &scopes).await;
    assert!(matches!(ended, Err(TokenError::InvalidGrant(_))));
    Ok(())
}

#[tokio::test]
async fn with_jwt_access_tokens_and_rotation() -> anyhow::Result<()> {
    journey(&[]).await
}

#[tokio::test]
async fn with_opaque_access_tokens() -> anyhow::Result<()> {
    journey(&["--opaque"]).await
}

#[tokio::test]
async fn without_rotation() -> anyhow::Result<()> {
    journey(&["--no-rotation"]).await
}

#[tokio::test]
async fn a_wrong_portal_token_is_refused_and_named() -> anyhow::Result<()> {
    let server = OidcProvider::start(&[]).await?;
    let http = Port::new()?;
    let issuer = Issuer::parse(&server.issuer, LoopbackHttp::Allowed)?;
    let metadata = discover(&http, &issuer).await?;
    let canary = SecretString::from("portal_canary_4kT9wZ2mQe8RfLxB1nVdY7Qx2".to_owned());
    let wanted = RegistrationRequest::client_credentials("Settlement worker");
    let error = register(&http, &metadata, &wanted, &canary)
        .await
        .expect_err("it was refused");
    assert!(
        error.request_id().is_some(),
        "support asks for the request id"
    );
    // EXPOSE: looked for in what a person would see.
    assert!(!format!("{error} {error:?}").contains(canary.expose_secret()));
    Ok(())
}
