use tokio::net::TcpListener;

use super::*;

async fn limited(draft: &RequestDraft, time: Duration) -> Exchange {
    let limits = Limits {
        time,
        ..Limits::default()
    };
    let cancel = CancellationToken::new();
    transport()
        .send(draft, None, &limits, &cancel)
        .await
        .expect("a good draft")
}

#[tokio::test]
async fn a_port_where_nothing_listens_is_named() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        listener.local_addr().expect("an address").port()
    };
    let exchange = send(
        &transport(),
        &get(format!("http://127.0.0.1:{port}/?apiKey=canary")),
    )
    .await;
    let expected = TransportFailure::Refused {
        host: "127.0.0.1".into(),
        port,
    };
    assert_eq!(failure(&exchange), &expected);
    assert!(!failure(&exchange).to_string().contains("canary"));
    assert!(!exchange.timing.reused);
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_named() {
    // RFC 6761 §6.4: `invalid` never resolves.
    let exchange = send(&transport(), &get("http://inchkeep-test.invalid/")).await;
    let expected = TransportFailure::Dns {
        host: "inchkeep-test.invalid".into(),
    };
    assert_eq!(failure(&exchange), &expected);
}

#[tokio::test]
async fn the_time_limit_ends_a_request_that_gets_no_answer() {
    let server = Server::start(|_| Reply::SendAndHang(vec![])).await;
    let time = Duration::from_millis(50);
    let exchange = limited(&get(server.url("/")), time).await;
    assert_eq!(
        failure(&exchange),
        &TransportFailure::TimedOut { after: time }
    );
    assert!(exchange.timing.total >= time);
    assert_eq!(exchange.timing.waiting, None);
}

#[tokio::test]
async fn the_time_limit_in_the_body_keeps_what_came_and_the_request_id() {
    let server = Server::start(|_| {
        let head = b"HTTP/1.1 200 OK\r\nx-request-id: r-1\r\ncontent-length: 100\r\n\r\npart";
        Reply::SendAndHang(head.to_vec())
    })
    .await;
    let exchange = limited(&get(server.url("/")), Duration::from_millis(300)).await;
    assert_eq!(answer(&exchange).body, b"part");
    assert_eq!(answer(&exchange).body_end, BodyEnd::TimedOut);
    assert_eq!(exchange.request_id().expect("an id").as_str(), "r-1");
}

#[tokio::test]
async fn cancelling_ends_a_request_at_once() {
    let server = Server::start(|_| Reply::SendAndHang(vec![])).await;
    let (transport, cancel) = (transport(), CancellationToken::new());
    let draft = get(server.url("/"));
    let limits = Limits::default();
    let sending = transport.send(&draft, None, &limits, &cancel);
    let cancelling = async {
        server.replied.notified().await;
        cancel.cancel();
        Instant::now()
    };
    let (exchange, cancelled) = tokio::join!(sending, cancelling);
    // The limit of the design is 100 ms.
    assert!(cancelled.elapsed() < Duration::from_millis(100));
    let outcome = exchange.expect("a good draft").outcome;
    assert!(
        matches!(
            outcome,
            Outcome::Cancelled {
                request_id: None,
                ..
            }
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn cancelling_in_the_body_keeps_the_request_id() {
    let server = Server::start(|_| {
        let head = b"HTTP/1.1 200 OK\r\nX-Request-Id: r-1\r\ncontent-length: 100\r\n\r\npart";
        Reply::SendAndHang(head.to_vec())
    })
    .await;
    let (transport, cancel) = (transport(), CancellationToken::new());
    let request = get(server.url("/")).prepare().expect("a good draft");
    let (marks, limits) = (SharedMarks::default(), Limits::default());
    let deadline = phases::deadline(limits.time);
    let work = transport.round_trip(request, &marks, &limits, deadline, &cancel);
    tokio::pin!(work);
    // Polled until the headers are in; the body never ends.
    while marks.lock().answered.is_none() {
        tokio::select! {
            biased;
            _ = &mut work => panic!("the body ended"),
            () = tokio::task::yield_now() => {}
        }
    }
    cancel.cancel();
    let outcome = work.await.outcome;
    let Outcome::Cancelled {
        request_id: Some(id),
        ..
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert_eq!(id.as_str(), "r-1");
}

#[tokio::test]
async fn nothing_is_sent_after_the_cancel() {
    let server = Server::start(|_| Reply::answer("200 OK", "", b"")).await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let limits = Limits::default();
    let draft = get(server.url("/"));
    let exchange = transport()
        .send(&draft, None, &limits, &cancel)
        .await
        .expect("a good draft");
    assert!(matches!(exchange.outcome, Outcome::Cancelled { .. }));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_connection_lost_in_the_body_keeps_what_came() {
    let server = Server::start(|_| {
        let head = b"HTTP/1.1 200 OK\r\nx-request-id: r-1\r\ncontent-length: 100\r\n\r\n0123456789";
        Reply::SendAndClose(head.to_vec())
    })
    .await;
    let exchange = send(&transport(), &get(server.url("/"))).await;
    assert_eq!(answer(&exchange).body, b"0123456789");
    assert_eq!(answer(&exchange).body_end, BodyEnd::ConnectionLost);
    assert_eq!(answer(&exchange).size_on_wire, 10);
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_and_one_that_is_not_http() {
    let server = Server::start(|request| {
        let bytes = if request.starts_with("GET /ssh") {
            &b"SSH-2.0-OpenSSH_9\r\n\r\n"[..]
        } else {
            b""
        };
        Reply::SendAndClose(bytes.to_vec())
    })
    .await;
    let transport = transport();
    let exchange = send(&transport, &get(server.url("/"))).await;
    assert_eq!(failure(&exchange), &TransportFailure::Reset);
    let exchange = send(&transport, &get(server.url("/ssh"))).await;
    assert_eq!(failure(&exchange), &TransportFailure::Protocol);
}

/// Runs itself again as a process whose environment names a proxy: the system's settings are read
/// once for each process, and must not leak into other tests.
#[tokio::test]
async fn the_systems_proxy_is_used_but_never_for_this_computer() {
    const TARGET: &str = "INCHKEEP_TEST_PROXIED_TARGET";
    if let Ok(target) = std::env::var(TARGET) {
        let transport = transport();
        let direct = send(&transport, &get(target)).await;
        assert_eq!(answer(&direct).body, b"direct");
        let proxied = send(&transport, &get("http://inchkeep-test.invalid/x")).await;
        assert_eq!(answer(&proxied).body, b"by proxy");
        return;
    }
    let target = Server::start(|_| Reply::answer("200 OK", "", b"direct")).await;
    let proxy = Server::start(|_| Reply::answer("200 OK", "", b"by proxy")).await;
    let (target_url, proxy_url) = (target.url("/"), proxy.url(""));
    let child = tokio::task::spawn_blocking(move || {
        let name =
            "transport::tests::failures::the_systems_proxy_is_used_but_never_for_this_computer";
        std::process::Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", name])
            .env(TARGET, target_url)
            .env("http_proxy", &proxy_url)
            .env("HTTP_PROXY", proxy_url)
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .output()
            .expect("a process")
    });
    let output = child.await.expect("no panic");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert_eq!(
        target.requests().len(),
        1,
        "the child ran and reached the target"
    );
    let requests = proxy.requests();
    assert_eq!(requests.len(), 1);
    assert!(
        requests[0].starts_with("GET http://inchkeep-test.invalid/x "),
        "{}",
        requests[0]
    );
}

#[tokio::test]
async fn a_connection_that_is_never_made_is_told_from_an_answer_that_never_comes() {
    // It accepts, as the kernel does for it, and never answers the TLS handshake.
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let request = |scheme: &str| {
        http::Request::post(format!("{scheme}://127.0.0.1:{port}/token"))
            .body(b"code=x".to_vec())
            .expect("a request")
    };
    let limits = Limits {
        time: Duration::from_millis(400),
        connect: Duration::from_millis(100),
        ..Limits::default()
    };
    let cancel = CancellationToken::new();
    let transport = transport();
    let never_made = transport.call(request("https"), &limits, &cancel).await;
    let unreachable = TransportFailure::Unreachable {
        host: "127.0.0.1".into(),
    };
    assert_eq!(never_made.answer.err(), Some(unreachable));
    let no_answer = transport.call(request("http"), &limits, &cancel).await;
    let timed_out = TransportFailure::TimedOut { after: limits.time };
    assert_eq!(no_answer.answer.err(), Some(timed_out));
}
