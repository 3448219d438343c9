//! The journey against a server that we did not write.

use inchkeep_oauth::registration::{RegistrationRequest, register};
use inchkeep_oauth::{Issuer, LoopbackHttp, discover};
use inchkeep_tests::oauth_journey::{Server, oauth_journey};
use inchkeep_tests::peer::OidcProvider;
use inchkeep_tests::port::Port;
use inchkeep_tests::steps::OtherServer;
use secrecy::{ExposeSecret as _, SecretString};

async fn journey(flags: &[&str]) -> anyhow::Result<()> {
    let peer = OidcProvider::start(flags).await?;
    let OtherServer {
        issuer,
        portal_token,
        application_id,
    } = peer.server.clone();
    oauth_journey(&Server {
        issuer,
        portal_token: SecretString::from(portal_token),
        application_id,
        answers: &[("login", "ada"), ("password", "any")],
        rotates: !flags.contains(&"--no-rotation"),
    })
    .await
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
    let issuer = Issuer::parse(&server.server.issuer, LoopbackHttp::Allowed)?;
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
