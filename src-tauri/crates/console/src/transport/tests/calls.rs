use super::*;

fn post(url: String) -> http::Request<Vec<u8>> {
    http::Request::post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(
            b"grant_type=authorization_code&code=canary-code&client_secret=canary-secret".to_vec(),
        )
        .expect("a request")
}

async fn call(request: http::Request<Vec<u8>>, body_bytes: usize) -> Called {
    let limits = Limits {
        body_bytes,
        ..Limits::default()
    };
    transport()
        .call(request, &limits, &CancellationToken::new())
        .await
}

#[tokio::test]
async fn the_caller_gets_the_secrets_and_the_history_does_not() {
    let body = br#"{"access_token":"canary-token","token_type":"Bearer"}"#;
    let server = Server::start(|_| Reply::answer("200 OK", "x-request-id: r-1\r\n", body)).await;
    let called = call(post(server.url("/oauth/token")), 10_000).await;
    let answer = called.answer.expect("an answer");
    assert!(!format!("{answer:?}").contains("canary"));
    let answer = answer.into_http();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-request-id"], "r-1");
    assert_eq!(answer.body(), body);
    assert!(server.requests()[0].ends_with("client_secret=canary-secret"));

    let exchange = called.exchange;
    assert_eq!(exchange.request_id().expect("an id").as_str(), "r-1");
    let sent = String::from_utf8(exchange.request.body.clone()).expect("UTF-8");
    assert_eq!(
        sent,
        "grant_type=authorization_code&code=••••••••&client_secret=••••••••"
    );
    let kept = String::from_utf8_lossy(&exchange.answer().expect("an answer").body).into_owned();
    assert_eq!(kept, r#"{"access_token":"••••••••","token_type":"Bearer"}"#);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let other = Server::start(|_| Reply::answer("200 OK", "", b"")).await;
    let location = format!("location: {}\r\n", other.url("/"));
    let server = Server::start(move |_| Reply::answer("302 Found", &location, b"")).await;
    let called = call(post(server.url("/oauth/token")), 10_000).await;
    assert_eq!(called.answer.expect("an answer").status, 302);
    assert_eq!((server.requests().len(), other.connections()), (1, 0));
}

#[tokio::test]
async fn the_cap_counts_decoded_bytes_and_a_cut_answer_is_none() {
    let server = Server::start(|request| {
        if request.contains("/lost") {
            Reply::SendAndClose(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec())
        } else {
            Reply::answer("200 OK", "x-request-id: r-1\r\n", &[b' '; 101])
        }
    })
    .await;
    let called = call(post(server.url("/big")), 100).await;
    assert_eq!(
        called.answer.expect_err("too large"),
        TransportFailure::TooLarge { limit: 100 }
    );
    assert_eq!(called.exchange.request_id().expect("an id").as_str(), "r-1");
    let called = call(post(server.url("/lost")), 100).await;
    assert_eq!(called.answer.expect_err("lost"), TransportFailure::Reset);
}

#[tokio::test]
async fn a_cancelled_call_and_a_url_without_host_are_failures() {
    let cancel = CancellationToken::new();
    cancel.cancel();
    let request = post("http://127.0.0.1:9/".into());
    let called = transport().call(request, &Limits::default(), &cancel).await;
    assert_eq!(
        called.answer.expect_err("cancelled"),
        TransportFailure::Cancelled
    );
    assert!(matches!(called.exchange.outcome, Outcome::Cancelled { .. }));

    let called = call(post("/relative".into()), 100).await;
    assert_eq!(
        called.answer.expect_err("refused"),
        TransportFailure::InvalidUrl
    );
}
