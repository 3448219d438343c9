use futures_util::{SinkExt as _, StreamExt as _};
use inchkeep_sandbox::{Fault, Place};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::{Fixture, start, text};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(
    it: &Fixture,
    path: &str,
    bearer: Option<&str>,
) -> Result<(Socket, Response), Error> {
    let address = it.url(path).replacen("http", "ws", 1);
    let mut request = address.into_client_request().unwrap();
    if let Some(bearer) = bearer {
        let value = format!("Bearer {bearer}").parse().unwrap();
        request.headers_mut().insert("authorization", value);
    }
    connect_async(request).await
}

async fn ask(socket: &mut Socket, message: &str) -> Value {
    socket.send(Message::text(message)).await.unwrap();
    loop {
        if let Message::Text(answer) = socket.next().await.unwrap().unwrap() {
            return serde_json::from_str(answer.as_str()).unwrap();
        }
    }
}

async fn close_code(socket: &mut Socket) -> Option<u16> {
    loop {
        match socket.next().await? {
            Ok(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}

#[tokio::test]
async fn json_rpc_with_a_key_in_the_header_and_in_the_query() {
    let it = start().await;
    let key = it.seed.api_key.clone();
    let in_query = format!("/web3/1?apiKey={key}");
    for (path, bearer) in [("/web3/1", Some(key.as_str())), (in_query.as_str(), None)] {
        let (mut socket, upgrade) = connect(&it, path, bearer).await.unwrap();
        assert_eq!(upgrade.status(), 101);
        assert!(upgrade.headers().contains_key("x-request-id"));
        let answer = ask(
            &mut socket,
            r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#,
        )
        .await;
        assert_eq!(
            answer,
            json!({ "jsonrpc": "2.0", "id": 1, "result": "0x1" })
        );
    }
    assert_eq!(it.sandbox.counters().sockets, 2);
}

#[tokio::test]
async fn json_rpc_with_an_access_token() {
    let it = start().await;
    let client = it.server_client().await;
    let tokens: Value = it.client_credentials(&client).await.json().await.unwrap();
    let access = text(&tokens, "access_token");
    let (mut socket, _) = connect(&it, "/web3/137/full", Some(&access)).await.unwrap();
    let answer = ask(
        &mut socket,
        r#"{"jsonrpc":"2.0","id":"x","method":"net_version"}"#,
    )
    .await;
    assert_eq!(answer["result"], "137");
}

#[tokio::test]
async fn json_rpc_errors() {
    let it = start().await;
    let (mut socket, _) = connect(&it, "/web3/1", Some(&it.seed.api_key))
        .await
        .unwrap();
    for (message, code) in [
        (r#"{"jsonrpc":"2.0","id":1,"method":"eth_mine"}"#, -32601),
        ("{", -32700),
        (r#"{"id":1,"method":"eth_chainId"}"#, -32600),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["new"]}"#,
            -32602,
        ),
    ] {
        assert_eq!(
            ask(&mut socket, message).await["error"]["code"],
            code,
            "{message}"
        );
    }
    let latest =
        r#"{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",false]}"#;
    let block = ask(&mut socket, latest).await;
    assert!(
        block["result"]["number"]
            .as_str()
            .unwrap()
            .starts_with("0x")
    );
}

#[tokio::test]
async fn who_is_nobody_is_refused_before_the_upgrade() {
    let it = start().await;
    for (path, bearer, status) in [
        ("/web3/1", None, 401),
        ("/web3/1", Some("wrong"), 401),
        ("/web3/1?apiKey=wrong", None, 401),
        ("/web3/999", Some(it.seed.api_key.as_str()), 404),
        ("/fusion/ws/v2.0/1", None, 401),
    ] {
        let Err(Error::Http(answer)) = connect(&it, path, bearer).await else {
            panic!("{path} was opened");
        };
        assert_eq!(answer.status(), status, "{path}");
        assert!(answer.headers().contains_key("x-request-id"), "{path}");
    }
    assert_eq!(it.sandbox.counters().sockets, 0);
}

#[tokio::test]
async fn pings_are_answered_and_binary_is_refused() {
    let it = start().await;
    let (mut socket, _) = connect(&it, "/web3/1", Some(&it.seed.api_key))
        .await
        .unwrap();
    socket.send(Message::Ping("abc".into())).await.unwrap();
    assert_eq!(
        socket.next().await.unwrap().unwrap(),
        Message::Pong("abc".into())
    );
    socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(close_code(&mut socket).await, Some(1003));
}

#[tokio::test]
async fn fusion_answers_and_pushes() {
    let it = start().await;
    let (mut socket, _) = connect(&it, "/fusion/ws/v2.0/1", Some(&it.seed.api_key))
        .await
        .unwrap();
    let answer = ask(&mut socket, r#"{"method":"ping"}"#).await;
    assert_eq!(answer, json!({ "method": "ping", "result": "pong" }));
    let answer = ask(&mut socket, r#"{"method":"getAllowedMethods"}"#).await;
    assert_eq!(
        answer["result"],
        json!(["ping", "getAllowedMethods", "getActiveOrders"])
    );
    let answer = ask(
        &mut socket,
        r#"{"method":"getActiveOrders","param":{"limit":2,"page":1}}"#,
    )
    .await;
    assert_eq!(answer["result"]["items"].as_array().unwrap().len(), 2);
    let Message::Text(event) = socket.next().await.unwrap().unwrap() else {
        panic!("no event")
    };
    let event: Value = serde_json::from_str(event.as_str()).unwrap();
    assert_eq!(event["event"], "order_created");
    assert!(event["result"]["orderHash"].is_string());
}

#[tokio::test]
async fn stopping_closes_with_going_away() {
    let it = start().await;
    let (mut socket, _) = connect(&it, "/web3/1", Some(&it.seed.api_key))
        .await
        .unwrap();
    let (code, ()) = tokio::join!(close_code(&mut socket), it.sandbox.stop());
    assert_eq!(code, Some(1001));
}

#[tokio::test]
async fn a_fault_closes_after_so_many_answers_or_drops() {
    let it = start().await;
    let fault = Fault::CloseSocket {
        code: 4001,
        reason: "over".into(),
        after: 1,
    };
    it.sandbox.faults().once(Place::Socket, fault);
    let (mut socket, _) = connect(&it, "/web3/1", Some(&it.seed.api_key))
        .await
        .unwrap();
    ask(
        &mut socket,
        r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#,
    )
    .await;
    assert_eq!(close_code(&mut socket).await, Some(4001));

    it.sandbox.faults().once(Place::Socket, Fault::DropSocket);
    let (mut socket, _) = connect(&it, "/web3/1", Some(&it.seed.api_key))
        .await
        .unwrap();
    assert_eq!(close_code(&mut socket).await, None);
}
