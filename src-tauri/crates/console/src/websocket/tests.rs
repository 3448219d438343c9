//! WebSocket against a real server on this computer.

use axum::{
    Router,
    extract::{
        RawQuery, State, WebSocketUpgrade,
        ws::{CloseFrame, Message as ServerMessage, WebSocket as ServerSocket},
    },
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::any,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    Credential, Placement, Transport, TransportOptions,
    testing::{Reply, Server},
};

const KEY: &str = "canary-key-0123456789-7Qx2";

async fn upgrade(
    State(()): State<()>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Response {
    let by_header = headers
        .get("authorization")
        .is_some_and(|v| v == &format!("Bearer {KEY}"));
    let by_query = query.is_some_and(|query| query.contains(&format!("apiKey={KEY}")));
    if !by_header && !by_query {
        return (
            StatusCode::UNAUTHORIZED,
            [("x-request-id", "refused-1")],
            "no key",
        )
            .into_response();
    }
    let mut response = upgrade.on_upgrade(talk);
    response
        .headers_mut()
        .insert("x-request-id", "open-1".parse().expect("a value"));
    response
}

/// Echoes; on `close` closes with 1008, on `drop` goes away.
async fn talk(mut socket: ServerSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        match &message {
            ServerMessage::Text(text) if text.as_str() == "close" => {
                let frame = CloseFrame {
                    code: 1008,
                    reason: "policy violation".into(),
                };
                let _ = socket.send(ServerMessage::Close(Some(frame))).await;
                while socket.recv().await.is_some() {}
                return;
            }
            ServerMessage::Text(text) if text.as_str() == "drop" => return,
            ServerMessage::Text(_) | ServerMessage::Binary(_) => {
                let _ = socket.send(message).await;
            }
            _ => {}
        }
    }
}

async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let app = Router::new().route("/web3/1", any(upgrade)).with_state(());
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("ws://{address}/web3/1")
}

async fn open(
    url: &str,
    placement: Option<Placement>,
    limit: Duration,
) -> Result<(WebSocket, Handshake), HandshakeFailure> {
    let transport = Transport::new(TransportOptions::default()).expect("a transport");
    let draft = WebSocketDraft {
        url: url.into(),
        ..WebSocketDraft::default()
    };
    let credential = placement.map(|placement| Credential {
        label: "k".into(),
        placement,
        value: KEY.into(),
    });
    connect(
        &transport,
        &draft,
        credential.as_ref(),
        limit,
        &CancellationToken::new(),
    )
    .await
}

const LIMIT: Duration = Duration::from_secs(10);

fn received(event: SocketEvent) -> Content {
    match event {
        SocketEvent::Message(Message {
            direction: Direction::Received,
            content,
            ..
        }) => content,
        other => panic!("no message: {other:?}"),
    }
}

#[tokio::test]
async fn messages_are_echoed_with_the_key_in_the_header_and_in_the_query() {
    let url = start().await;
    for placement in [Placement::Header, Placement::Query] {
        let (mut socket, handshake) = open(&url, Some(placement), LIMIT).await.expect("open");
        assert_eq!(handshake.status, 101);
        assert_eq!(
            handshake.request_id.as_ref().expect("an id").as_str(),
            "open-1"
        );
        let stored = serde_json::to_string(&handshake).expect("JSON");
        assert!(!stored.contains("canary"), "{stored}");
        assert!(stored.contains("••••••••7Qx2"), "{stored}");

        let sent = socket
            .send_text("{\"method\":\"ping\"}")
            .await
            .expect("sent");
        assert_eq!(sent.direction, Direction::Sent);
        assert_eq!(received(socket.next_event().await), sent.content);
        let sent = socket.send_binary(&[0, 255, 7]).await.expect("sent");
        assert_eq!(received(socket.next_event().await), sent.content);
    }
}

#[tokio::test]
async fn a_refusal_keeps_status_headers_request_id_and_body() {
    let failure = open(&start().await, None, LIMIT)
        .await
        .expect_err("refused");
    assert_eq!(failure.error, ConnectError::Refused { status: 401 });
    assert_eq!(failure.status, Some(401));
    assert_eq!(failure.request_id.expect("an id").as_str(), "refused-1");
    assert_eq!(failure.body, b"no key");
    assert!(
        failure
            .headers
            .iter()
            .any(|(name, _)| name == "content-type")
    );
}

#[tokio::test]
async fn closing_is_told_by_side_code_and_reason() {
    let url = start().await;
    let (mut socket, _) = open(&url, Some(Placement::Header), LIMIT)
        .await
        .expect("open");
    socket.send_text("close").await.expect("sent");
    let reason = "policy violation".to_owned();
    let closed = SocketEvent::Closed(Closed {
        by: ClosedBy::Server,
        code: Some(1008),
        reason,
    });
    assert_eq!(socket.next_event().await, closed);
    assert_eq!(socket.next_event().await, closed, "the end stays the end");
    assert_eq!(socket.send_text("late").await, Err(TransportFailure::Reset));

    let (mut socket, _) = open(&url, Some(Placement::Header), LIMIT)
        .await
        .expect("open");
    socket.close(1000, "done").await;
    let reason = "done".to_owned();
    let closed = SocketEvent::Closed(Closed {
        by: ClosedBy::You,
        code: Some(1000),
        reason,
    });
    assert_eq!(socket.next_event().await, closed);
}

#[tokio::test]
async fn a_lost_connection_is_no_close() {
    let url = start().await;
    let (mut socket, _) = open(&url, Some(Placement::Header), LIMIT)
        .await
        .expect("open");
    socket.send_text("drop").await.expect("sent");
    assert_eq!(
        socket.next_event().await,
        SocketEvent::Dropped(TransportFailure::Reset)
    );
}

#[tokio::test]
async fn a_server_that_never_answers_the_close_does_not_hold_it_up() {
    let server = Server::start(|request| {
        let key = request
            .lines()
            .find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "));
        let accept = tungstenite::handshake::derive_accept_key(key.expect("a key").as_bytes());
        Reply::SendAndHang(
            format!(
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
                 sec-websocket-accept: {accept}\r\n\r\n"
            )
            .into_bytes(),
        )
    })
    .await;
    let url = format!("ws://{}/", server.address());
    let (mut socket, handshake) = open(&url, None, LIMIT).await.expect("open");
    assert_eq!(handshake.request_id, None);
    socket.close(1000, "").await;
    assert!(matches!(
        socket.next_event().await,
        SocketEvent::Closed(Closed {
            by: ClosedBy::You,
            code: Some(1000),
            ..
        })
    ));
}

#[tokio::test]
async fn what_cannot_be_connected_to_says_why() {
    let error = |result: Result<_, HandshakeFailure>| result.expect_err("a failure").error;
    assert_eq!(
        error(open("ws://api.1inch.com/web3/1", None, LIMIT).await),
        ConnectError::NotEncrypted {
            host: "api.1inch.com".into()
        }
    );
    assert!(matches!(
        error(open("https://api.1inch.com/", None, LIMIT).await),
        ConnectError::Draft(_)
    ));
    assert_eq!(
        error(open("wss://inchkeep-test.invalid/", None, LIMIT).await),
        TransportFailure::Dns {
            host: "inchkeep-test.invalid".into()
        }
        .into()
    );
    let silent = Server::start(|_| Reply::SendAndHang(vec![])).await;
    let limit = Duration::from_millis(50);
    assert_eq!(
        error(open(&format!("ws://{}/", silent.address()), None, limit).await),
        TransportFailure::TimedOut { after: limit }.into()
    );
    let plain = Server::start(|_| Reply::answer("200 OK", "", b"a page")).await;
    assert_eq!(
        error(open(&format!("ws://{}/", plain.address()), None, LIMIT).await),
        ConnectError::Refused { status: 200 }
    );
}

#[tokio::test]
async fn cancelling_ends_the_handshake() {
    let silent = Server::start(|_| Reply::SendAndHang(vec![])).await;
    let transport = Transport::new(TransportOptions::default()).expect("a transport");
    let url = format!("ws://{}/", silent.address());
    let draft = WebSocketDraft {
        url,
        ..WebSocketDraft::default()
    };
    let cancel = CancellationToken::new();
    let connecting = connect(&transport, &draft, None, LIMIT, &cancel);
    let cancelling = async {
        silent.replied.notified().await;
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(connecting, cancelling);
    assert_eq!(
        result.expect_err("cancelled").error,
        ConnectError::Cancelled
    );
}
