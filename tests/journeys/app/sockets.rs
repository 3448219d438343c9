//! Sockets: connected by header and by query, spoken over, ended by either side.

use anyhow::Context as _;
use inchkeep_app::ErrorCode;
use inchkeep_sandbox::{Fault, Place};
use inchkeep_tests::steps::status;
use inchkeep_tests::test_app::TestApp;
use serde_json::{Value, json};

const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#;

async fn connect(app: &TestApp, id: &str, key: &Value, placement: &str) -> anyhow::Result<Value> {
    let request = json!({
        "socketId": id, "environmentId": app.environment().await?, "url": "/web3/1",
        "credential": key, "placement": placement, "allowForeignHost": false,
    });
    Ok(app.call("connect_socket", request).await?)
}

async fn received(app: &TestApp, id: &str) -> anyhow::Result<Vec<Value>> {
    let of_socket = |event: &Value| event["data"]["socketId"] == id;
    app.wait_until("a message of the server", |desktop| {
        desktop.events.iter().any(|event| {
            event["event"] == "socket_messages"
                && of_socket(event)
                && event["data"]["messages"]
                    .to_string()
                    .contains("\"received\"")
        })
    })
    .await?;
    let events = app
        .events("socket_messages")
        .into_iter()
        .filter(|data| data["socketId"] == id);
    let messages = events.flat_map(|data| data["messages"].as_array().cloned().unwrap_or_default());
    Ok(messages
        .filter(|message| message["direction"] == "received")
        .collect())
}

async fn ended(app: &TestApp, id: &str) -> anyhow::Result<Value> {
    let is_end =
        |event: &Value| event["event"] == "socket_ended" && event["data"]["socketId"] == id;
    app.wait_until("the end is told", |desktop| {
        desktop.events.iter().any(is_end)
    })
    .await?;
    let end = app
        .events("socket_ended")
        .into_iter()
        .find(|data| data["socketId"] == id);
    Ok(end.context("an end")?["end"].clone())
}

#[tokio::test]
async fn one_is_opened_by_header_and_by_query_spoken_over_and_closed() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    let secret = app.reveal("api_key", &key["id"]).await?;
    for placement in ["header", "query"] {
        let socket = connect(&app, placement, &key, placement).await?;
        assert_eq!(socket["open"], true, "{}", socket["handshake"]["outcome"]);
        assert_eq!(status(&socket["handshake"]), Some(101));
        assert!(
            socket["handshake"]["requestId"].is_string(),
            "a handshake has a request id too"
        );
        let message = json!({ "socketId": placement, "text": CALL, "binary": false });
        let sent = app.call("send_message", message.clone()).await?;
        assert_eq!(
            (&sent["number"], &sent["direction"]),
            (&json!(1), &json!("sent"))
        );
        let answer = received(&app, placement).await?.remove(0);
        assert!(
            answer["text"]
                .as_str()
                .is_some_and(|text| text.contains("0x1")),
            "{answer}"
        );
        app.call("disconnect_socket", json!({ "socketId": placement }))
            .await?;
        assert_eq!(ended(&app, placement).await?["by"], "you");
        let error = app
            .call("send_message", message)
            .await
            .expect_err("it is closed");
        assert_eq!(error.code, ErrorCode::SocketClosed);
    }
    let handshakes = app.history("/web3/1").await?;
    assert_eq!(handshakes.len(), 2);
    assert!(
        handshakes
            .iter()
            .all(|row| row["method"] == "WS" && row["status"] == 101)
    );
    assert!(!app.told().contains(&secret), "in the URL it is masked");
    Ok(())
}

#[tokio::test]
async fn a_refused_handshake_is_an_answer_with_its_request_id() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let socket = connect(&app, "bare", &Value::Null, "header").await?;
    assert_eq!(socket["open"], false);
    assert_eq!(status(&socket["handshake"]), Some(401));
    assert!(socket["handshake"]["requestId"].is_string());
    assert!(socket["handshake"]["explanation"].is_string());
    let again = connect(&app, "bare", &app.sample_key().await?, "header").await?;
    assert_eq!(again["open"], true, "its id is free again");
    let twice = connect(&app, "bare", &Value::Null, "header")
        .await
        .expect_err("in use");
    assert!(twice.to_string().contains("there already"), "{twice}");
    Ok(())
}

#[tokio::test]
async fn the_server_says_why_it_ends_one() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    let sandbox = app.sandbox().await?;
    let close = Fault::CloseSocket {
        code: 4001,
        reason: "Quota used up".into(),
        after: 0,
    };
    sandbox.faults().once(Place::Socket, close);
    connect(&app, "closed", &key, "header").await?;
    let end = ended(&app, "closed").await?;
    assert_eq!(
        end,
        json!({ "by": "server", "code": 4001, "reason": "Quota used up" })
    );

    sandbox.faults().once(Place::Socket, Fault::DropSocket);
    connect(&app, "dropped", &key, "header").await?;
    assert_eq!(ended(&app, "dropped").await?["by"], "lost");
    Ok(())
}

#[tokio::test]
async fn a_lock_ends_all_of_them() -> anyhow::Result<()> {
    let app = TestApp::start_in_sandbox().await?;
    let key = app.sample_key().await?;
    connect(&app, "one", &key, "header").await?;
    connect(&app, "two", &key, "query").await?;
    app.call("lock", Value::Null).await?;
    for id in ["one", "two"] {
        let message = json!({ "socketId": id, "text": CALL, "binary": false });
        let error = app
            .call("send_message", message)
            .await
            .expect_err("it is closed");
        assert_eq!(error.code, ErrorCode::SocketClosed);
    }
    Ok(())
}
