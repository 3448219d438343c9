//! Rotation, grace, reuse, revocation.

use std::time::Duration;

use inchkeep_sandbox::SandboxOptions;
use serde_json::Value;

use crate::support::{Fixture, Registered, options, refusal, start, start_with, text};

const TOKENS: &str = "/swap/v6.1/1/tokens";

async fn refreshed(it: &Fixture, client: &Registered, token: &str) -> Value {
    let answer = it.refresh(client, token).await;
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

#[tokio::test]
async fn each_refresh_gives_another_refresh_token() {
    let it = start().await;
    let client = it.code_client().await;
    let mut tokens = vec![text(&it.sign_in(&client).await, "refresh_token")];
    for _ in 0..3 {
        let answer = refreshed(&it, &client, tokens.last().unwrap()).await;
        let next = text(&answer, "refresh_token");
        assert!(!tokens.contains(&next));
        tokens.push(next);
    }
    assert_eq!(it.sandbox.counters().token_refresh, 3);
    assert_eq!(it.sandbox.counters().refresh_reuses, 0);
}

#[tokio::test]
async fn within_the_grace_the_same_successor_comes_again() {
    let it = start().await;
    let client = it.code_client().await;
    let first = text(&it.sign_in(&client).await, "refresh_token");
    let once = refreshed(&it, &client, &first).await;
    it.sandbox.advance_clock(Duration::from_secs(9));
    let again = refreshed(&it, &client, &first).await;
    assert_eq!(once["refresh_token"], again["refresh_token"]);
    assert_eq!(it.sandbox.counters().refresh_replays, 1);
    // And the successor still counts.
    refreshed(&it, &client, &text(&again, "refresh_token")).await;
}

#[tokio::test]
async fn reuse_after_the_grace_ends_the_session() {
    let it = start().await;
    let client = it.code_client().await;
    let first = text(&it.sign_in(&client).await, "refresh_token");
    let next = refreshed(&it, &client, &first).await;
    it.sandbox.advance_clock(Duration::from_secs(11));
    assert_eq!(
        refusal(it.refresh(&client, &first).await).await,
        (400, "invalid_grant".into())
    );
    assert_eq!(it.sandbox.counters().refresh_reuses, 1);
    assert_eq!(
        it.refresh(&client, &text(&next, "refresh_token"))
            .await
            .status(),
        400
    );
    assert_eq!(
        it.get(TOKENS, &text(&next, "access_token")).await.status(),
        401
    );
}

#[tokio::test]
async fn without_a_grace_any_repeat_ends_the_session() {
    let it = start_with(SandboxOptions {
        refresh_grace: Duration::ZERO,
        ..options()
    })
    .await;
    let client = it.code_client().await;
    let first = text(&it.sign_in(&client).await, "refresh_token");
    refreshed(&it, &client, &first).await;
    assert_eq!(it.refresh(&client, &first).await.status(), 400);
    assert_eq!(it.sandbox.counters().refresh_reuses, 1);
}

#[tokio::test]
async fn a_token_two_generations_old_is_reuse_even_within_the_grace() {
    let it = start().await;
    let client = it.code_client().await;
    let first = text(&it.sign_in(&client).await, "refresh_token");
    let second = text(&refreshed(&it, &client, &first).await, "refresh_token");
    refreshed(&it, &client, &second).await;
    assert_eq!(it.refresh(&client, &first).await.status(), 400);
    assert_eq!(it.sandbox.counters().refresh_reuses, 1);
}

#[tokio::test]
async fn a_made_up_or_foreign_refresh_token_harms_nobody() {
    let it = start().await;
    let client = it.code_client().await;
    let other = it.code_client().await;
    let good = text(&it.sign_in(&client).await, "refresh_token");
    let made_up = format!(
        "{}x",
        good.rsplit_once('.').unwrap().0.to_owned() + ".guess"
    );
    assert_eq!(it.refresh(&client, &made_up).await.status(), 400);
    assert_eq!(it.refresh(&other, &good).await.status(), 400);
    assert_eq!(it.sandbox.counters().refresh_reuses, 0);
    refreshed(&it, &client, &good).await;
}

#[tokio::test]
async fn the_scope_can_shrink_but_not_grow() {
    let it = start().await;
    let client = it.code_client().await;
    let token = text(&it.sign_in(&client).await, "refresh_token");
    let ask = async |token: &str, scope: &str| {
        it.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("scope", scope),
            ("client_id", &client.id),
            ("client_secret", &client.secret),
        ])
        .await
    };
    let grown = ask(&token, "swap:read everything").await;
    assert_eq!(refusal(grown).await, (400, "invalid_scope".into()));
    let narrowed: Value = ask(&token, "swap:read").await.json().await.unwrap();
    assert_eq!(narrowed["scope"], "swap:read");
}

#[tokio::test]
async fn a_session_ends_with_its_life() {
    let it = start().await;
    let client = it.code_client().await;
    let token = text(&it.sign_in(&client).await, "refresh_token");
    it.sandbox.advance_clock(Duration::from_hours(31 * 24));
    assert_eq!(
        refusal(it.refresh(&client, &token).await).await,
        (400, "invalid_grant".into())
    );
}

async fn revoke(it: &Fixture, client: &Registered, token: &str) -> u16 {
    let form = [
        ("token", token),
        ("client_id", client.id.as_str()),
        ("client_secret", client.secret.as_str()),
    ];
    it.http
        .post(it.url("/oauth/revoke"))
        .form(&form)
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}

#[tokio::test]
async fn revoking_the_refresh_token_ends_the_session() {
    let it = start().await;
    let client = it.code_client().await;
    let tokens = it.sign_in(&client).await;
    assert_eq!(
        revoke(&it, &client, &text(&tokens, "refresh_token")).await,
        200
    );
    assert_eq!(
        it.refresh(&client, &text(&tokens, "refresh_token"))
            .await
            .status(),
        400
    );
    assert_eq!(
        it.get(TOKENS, &text(&tokens, "access_token"))
            .await
            .status(),
        401
    );
}

#[tokio::test]
async fn revoking_an_access_token_leaves_the_session() {
    let it = start().await;
    let client = it.code_client().await;
    let tokens = it.sign_in(&client).await;
    assert_eq!(
        revoke(&it, &client, &text(&tokens, "access_token")).await,
        200
    );
    assert_eq!(
        it.get(TOKENS, &text(&tokens, "access_token"))
            .await
            .status(),
        401
    );
    let renewed = refreshed(&it, &client, &text(&tokens, "refresh_token")).await;
    assert_eq!(
        it.get(TOKENS, &text(&renewed, "access_token"))
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn revocation_takes_unknown_tokens_but_not_those_of_others() {
    let it = start().await;
    let client = it.code_client().await;
    let other = it.code_client().await;
    let tokens = it.sign_in(&client).await;
    assert_eq!(revoke(&it, &client, "never-issued").await, 200);
    assert_eq!(
        revoke(&it, &other, &text(&tokens, "refresh_token")).await,
        400
    );
    assert_eq!(
        revoke(&it, &other, &text(&tokens, "access_token")).await,
        400
    );
    let stranger = Registered {
        id: client.id.clone(),
        secret: "wrong".into(),
    };
    assert_eq!(
        revoke(&it, &stranger, &text(&tokens, "refresh_token")).await,
        401
    );
    assert_eq!(
        it.get(TOKENS, &text(&tokens, "access_token"))
            .await
            .status(),
        200
    );
    assert_eq!(it.sandbox.counters().revocations, 4);
}
