//! The history: found again, sealed, copied without secrets.

use anyhow::Context as _;
use inchkeep_app::ErrorCode;
use inchkeep_tests::steps::{TOKENS, get, status};
use inchkeep_tests::test_app::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn it_survives_a_restart_and_is_sealed() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    let marked = "/swap/v5.2/1/zebra-crossing-marker";
    let sent = app
        .send(get(&format!("{marked}?herd=quagga-marker")), &key, "header")
        .await?;
    let request_id = sent["requestId"]
        .as_str()
        .context("a request id")?
        .to_owned();
    let app = app.restart().await?;
    for marker in [
        "zebra-crossing-marker",
        "quagga-marker",
        request_id.as_str(),
    ] {
        assert_eq!(
            app.files_with(marker.as_bytes())?,
            Vec::<std::path::PathBuf>::new(),
            "{marker}"
        );
    }
    app.call("unlock_with_keyring", Value::Null).await?;
    for search in ["zebra", request_id.as_str()] {
        let rows = app.history(search).await?;
        assert_eq!(
            (rows.len(), &rows[0]["path"]),
            (1, &json!(marked)),
            "{search}"
        );
    }
    let reference = json!({ "exchangeId": sent["id"] });
    let again = app.call("exchange", reference).await?;
    assert_eq!(again["outcome"], sent["outcome"]);
    assert_eq!(again["draft"], sent["draft"], "it can be sent again");
    let body = json!({ "exchangeId": sent["id"], "form": "pretty" });
    let body = app.call("exchange_body", body).await?;
    assert!(
        body["text"]
            .as_str()
            .is_some_and(|text| text.contains("\"statusCode\": 404")),
        "{body}"
    );
    Ok(())
}

#[tokio::test]
async fn a_copy_as_curl_holds_the_request_and_no_secret() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    let secret = app.reveal("api_key", &key["id"]).await?;
    for (placement, part) in [("header", "Authorization: Bearer"), ("query", "apiKey=")] {
        // A person pasted the key into the draft too.
        let draft = get(&format!("{TOKENS}?apiKey={secret}"));
        let draft = if placement == "query" {
            get(TOKENS)
        } else {
            draft
        };
        let sent = app.send(draft, &key, placement).await?;
        let reference = json!({ "exchangeId": sent["id"] });
        app.call("copy_as_curl", reference.clone()).await?;
        let command = app.host.look().clipboard.context("a command")?;
        assert!(
            command.starts_with("curl") && command.contains(part),
            "{placement}"
        );
        assert!(
            command.contains("INCHKEEP_TOKEN") && !command.contains(&secret),
            "{placement}"
        );

        app.call("copy_for_support", reference).await?;
        let facts = app.host.look().clipboard.context("facts")?;
        assert!(
            facts.contains(sent["requestId"].as_str().context("an id")?),
            "{facts}"
        );
        assert!(
            !facts.contains(&secret) && facts.contains("Sample key"),
            "{placement}"
        );
        assert!(!app.host.look().clipboard_is_secret);
    }
    assert!(
        !app.told().contains(&secret),
        "the draft in the history is masked too"
    );
    Ok(())
}

#[tokio::test]
async fn a_removed_request_can_be_put_back_until_the_lock() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let sent = app.reads_tokens(&app.sample_key().await?).await?;
    let reference = json!({ "exchangeId": sent["id"] });
    let rows = app.history("").await?.len();
    app.call("remove_exchange", reference.clone()).await?;
    assert_eq!(app.history("").await?.len(), rows - 1);
    let error = app
        .call("exchange", reference.clone())
        .await
        .expect_err("removed");
    assert_eq!(error.code, ErrorCode::NotFound);
    app.call("restore_exchange", reference.clone()).await?;
    assert_eq!(
        app.call("exchange", reference.clone()).await?["requestId"],
        sent["requestId"]
    );

    app.call("remove_exchange", reference.clone()).await?;
    app.call("lock", Value::Null).await?;
    app.call("unlock_with_keyring", Value::Null).await?;
    let error = app
        .call("restore_exchange", reference)
        .await
        .expect_err("too late");
    assert_eq!(error.code, ErrorCode::NotFound);
    Ok(())
}

#[tokio::test]
async fn it_is_read_in_pages_and_trimmed_to_what_the_settings_keep() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    for number in 0..7 {
        app.send(get(&format!("{TOKENS}?page={number}")), &key, "header")
            .await?;
    }
    let environment_id = app.environment().await?;
    let page = |before: Value| json!({ "environmentId": environment_id, "search": TOKENS, "limit": 3, "before": before });
    let mut seen = Vec::new();
    let mut before = Value::Null;
    loop {
        let answer = app.call("history", page(before)).await?;
        assert_eq!(answer["total"], 7);
        let rows = answer["rows"].as_array().cloned().unwrap_or_default();
        let Some(last) = rows.last() else { break };
        before = last["id"].clone();
        seen.extend(rows.iter().map(|row| row["id"].clone()));
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.is_sorted_by(|newer, older| newer.as_str() > older.as_str()));
    let error = app
        .call(
            "history",
            json!({ "environmentId": environment_id, "search": "", "limit": 0, "before": null }),
        )
        .await
        .expect_err("no rows at all");
    assert_eq!(error.code, ErrorCode::InvalidField);
    Ok(())
}

#[tokio::test]
async fn twenty_at_once_are_all_kept() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    let sends =
        (0..20).map(|number| app.send(get(&format!("{TOKENS}?at={number}")), &key, "header"));
    let sent = futures_util::future::join_all(sends).await;
    let mut ids = Vec::new();
    for exchange in sent {
        let exchange = exchange?;
        assert!(status(&exchange).is_some());
        ids.push(exchange["id"].clone());
    }
    let app = app.crash().await?;
    app.call("unlock_with_keyring", Value::Null).await?;
    let rows = app.history(TOKENS).await?;
    assert!(ids.iter().all(|id| rows.iter().any(|row| row["id"] == *id)));
    Ok(())
}

#[tokio::test]
async fn a_large_body_is_shown_in_part_and_kept_in_part() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let huge = inchkeep_sandbox::Fault::Huge { bytes: 5_000_000 };
    app.sandbox()
        .await?
        .faults()
        .once(inchkeep_sandbox::Place::Gateway, huge);
    let sent = app
        .send(get(TOKENS), &app.sample_key().await?, "header")
        .await?;
    assert!(
        sent["outcome"]["size"].as_u64() >= Some(4_900_000),
        "{}",
        sent["outcome"]
    );
    let body = json!({ "exchangeId": sent["id"], "form": "raw" });
    let shown = app.call("exchange_body", body.clone()).await?;
    let length = |body: &Value| body["text"].as_str().map(str::len);
    assert_eq!(
        (&shown["cut"], length(&shown)),
        (&json!(true), Some(2_000_000))
    );
    let app = app.restart().await?;
    app.call("unlock_with_keyring", Value::Null).await?;
    let kept = app.call("exchange_body", body).await?;
    assert_eq!(
        (&kept["cut"], length(&kept)),
        (&json!(true), Some(1_000_000))
    );
    assert_eq!(kept["size"], shown["size"]);
    Ok(())
}

#[tokio::test]
async fn an_answer_that_cannot_be_kept_is_shown_all_the_same() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    // From here on every change is refused, as on a full disk.
    let database = app.data_dir().join("vault").join("vault.db");
    let aside = database.with_extension("aside");
    std::fs::copy(&database, &aside)?;
    std::fs::rename(&aside, &database)?;
    let sent = app.send(get(TOKENS), &key, "header").await?;
    assert_eq!(status(&sent), Some(200));
    let told = sent["explanation"].as_str().context("it is told")?;
    assert!(told.contains("not in the history"), "{told}");
    let body = json!({ "exchangeId": sent["id"], "form": "raw" });
    app.call("exchange_body", body).await?;
    assert_eq!(app.history("").await?, Vec::<Value>::new());
    Ok(())
}
