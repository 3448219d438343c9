//! The journey against the sandbox, before and after it was started again.

use std::time::Duration;

use inchkeep_sandbox::{Sandbox, SandboxOptions};
use inchkeep_tests::oauth_journey::{Server, oauth_journey};
use inchkeep_tests::port::lasting_port;
use secrecy::SecretString;

async fn journey(sandbox: &Sandbox) -> anyhow::Result<()> {
    let application = sandbox.applications().remove(0);
    oauth_journey(&Server {
        issuer: sandbox.issuer().to_owned(),
        portal_token: SecretString::from(sandbox.issue_portal_token()?),
        application_id: application.id,
        answers: &[("account", "account-ada"), ("decision", "approve")],
        rotates: true,
    })
    .await
}

#[tokio::test]
async fn the_journey_passes_and_passes_again_after_a_restart() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let options = SandboxOptions {
        data_dir: Some(data.path().to_owned()),
        port: Some(lasting_port()?),
        refresh_grace: Duration::ZERO,
        ..SandboxOptions::default()
    };
    let sandbox = Sandbox::start(options.clone()).await?;
    let port = sandbox.port();
    journey(&sandbox).await?;
    sandbox.stop().await;

    let again = Sandbox::start(SandboxOptions {
        port: None,
        ..options
    })
    .await?;
    assert_eq!(again.port(), port, "the port is part of the issuer");
    journey(&again).await?;
    again.stop().await;
    Ok(())
}
