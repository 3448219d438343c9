use async_compression::tokio::write::{
    BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder,
};
use tokio::io::AsyncWriteExt as _;

use super::*;

#[tokio::test]
async fn headers_keep_the_order_of_the_wire_and_their_duplicates() {
    let server = Server::start(|_| {
        let headers = "Zeta: 1\r\nX-REQUEST-ID: 8f14e45f\r\nset-cookie: a=1\r\nAlpha: 2\r\n\
                       Set-Cookie: b=2\r\nzeta: 3\r\n";
        Reply::answer("200 OK", headers, b"{}")
    })
    .await;
    let exchange = send(&transport(), &get(server.url("/"))).await;
    let names: Vec<_> = answer(&exchange)
        .headers
        .iter()
        .map(|(n, v)| format!("{n}={v}"))
        .collect();
    assert_eq!(
        names,
        [
            "zeta=1",
            "zeta=3",
            "x-request-id=8f14e45f",
            "set-cookie=a=••••••••",
            "set-cookie=b=••••••••",
            "alpha=2",
            "content-length=2",
        ]
    );
    assert_eq!(exchange.request_id().expect("an id").as_str(), "8f14e45f");
}

#[tokio::test]
async fn what_is_shown_as_sent_is_what_the_server_got() {
    let server = Server::start(|_| Reply::answer("200 OK", "", b"")).await;
    let mut draft = get(server.url("/p?a=1#part"));
    draft.method = "POST".into();
    draft.params = vec![Field::new("b", "x y")];
    draft.headers = vec![
        Field::new("X-B", "1"),
        Field::new("x-a", "2"),
        Field::new("X-B", "3"),
    ];
    draft.body = Body::Json("{\"n\": 1.10}".into());
    let mut bare = get(server.url("/bare"));
    bare.method = "POST".into();
    let transport = transport();
    for draft in [&draft, &bare, &get(server.url("/get"))] {
        let exchange = send(&transport, draft).await;
        assert_eq!(answer(&exchange).status, 200);
        let sent = &exchange.request;
        let target = sent.url.strip_prefix(&server.url("")).expect("this server");
        let mut expected = format!("{} {target} HTTP/1.1\r\n", sent.method);
        let rows = sent
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        expected.extend(rows);
        expected.push_str("\r\n");
        expected.push_str(&String::from_utf8_lossy(&sent.body));
        let got = server.requests().pop().expect("a request");
        let sorted = |text: &str| {
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            lines[1..].sort();
            lines
        };
        assert_eq!(sorted(&got), sorted(&expected), "{got}");
    }
    let got = server.requests().swap_remove(0);
    assert!(
        got.starts_with("POST /p?a=1&b=x+y HTTP/1.1\r\nx-b: 1\r\nx-b: 3\r\nx-a: 2\r\n"),
        "{got}"
    );
    assert!(got.ends_with("\r\n\r\n{\"n\": 1.10}"), "{got}");
}

#[tokio::test]
async fn an_error_status_keeps_its_body_whatever_its_kind() {
    let text = b"The limit of requests per second has been exceeded";
    let server =
        Server::start(|_| Reply::answer("429 Too Many Requests", "retry-after: 7\r\n", text)).await;
    let exchange = send(&transport(), &get(server.url("/"))).await;
    let answer = answer(&exchange);
    assert_eq!(
        (answer.status, answer.reason.as_str()),
        (429, "Too Many Requests")
    );
    assert_eq!(answer.body, text);
    let problem = crate::problem::explain(&answer.body).expect("a message");
    assert_eq!(problem.message.as_bytes(), text);
}

#[tokio::test]
async fn a_big_integer_comes_through_digit_by_digit() {
    let body =
        br#"{"a":115792089237316195423570985008687907853269984665640564039457584007913129639935}"#;
    let server = Server::start(|_| Reply::answer("200 OK", "", body)).await;
    let exchange = send(&transport(), &get(server.url("/"))).await;
    let pretty = crate::json::pretty(&answer(&exchange).body).expect("JSON");
    assert!(pretty.contains(
        ": 115792089237316195423570985008687907853269984665640564039457584007913129639935\n"
    ));
}

async fn encoded(coding: &str, body: &[u8]) -> Vec<u8> {
    macro_rules! encode {
        ($encoder:ident) => {{
            let mut encoder = $encoder::new(Vec::new());
            encoder.write_all(body).await.expect("memory");
            encoder.shutdown().await.expect("memory");
            encoder.into_inner()
        }};
    }
    match coding {
        "gzip" => encode!(GzipEncoder),
        "br" => encode!(BrotliEncoder),
        "zstd" => encode!(ZstdEncoder),
        "deflate" => encode!(ZlibEncoder),
        _ => encode!(DeflateEncoder),
    }
}

#[tokio::test]
async fn encoded_bodies_are_decoded_and_both_sizes_told() {
    let body = "0123456789".repeat(5_000);
    for coding in ["gzip", "br", "zstd", "deflate", "bare deflate"] {
        let bytes = encoded(coding, body.as_bytes()).await;
        let on_wire = bytes.len() as u64;
        let header = format!(
            "content-encoding: {}\r\n",
            coding.trim_start_matches("bare ")
        );
        let server = Server::start(move |_| Reply::answer("200 OK", &header, &bytes)).await;
        let exchange = send(&transport(), &get(server.url("/"))).await;
        let answer = answer(&exchange);
        assert_eq!(answer.body_end, BodyEnd::Complete, "{coding}");
        assert!(answer.body == body.as_bytes(), "{coding}");
        assert_eq!(
            (answer.size_on_wire, answer.size_decoded),
            (on_wire, 50_000),
            "{coding}"
        );
        assert!(
            answer
                .headers
                .iter()
                .any(|(name, _)| name == "content-encoding"),
            "{coding}"
        );
    }
}

#[tokio::test]
async fn codings_are_undone_in_reverse_and_an_unknown_one_leaves_the_body_as_it_came() {
    let twice = encoded("br", &encoded("gzip", b"inside").await).await;
    let server = Server::start(move |request| {
        if request.starts_with("GET /twice") {
            Reply::answer("200 OK", "content-encoding: gzip, br\r\n", &twice)
        } else {
            Reply::answer("200 OK", "content-encoding: own\r\n", b"as it came")
        }
    })
    .await;
    let transport = transport();
    let exchange = send(&transport, &get(server.url("/twice"))).await;
    assert_eq!(answer(&exchange).body, b"inside");
    let exchange = send(&transport, &get(server.url("/own"))).await;
    assert_eq!(answer(&exchange).body, b"as it came");
}

#[tokio::test]
async fn damage_to_an_encoding_is_told_and_no_body_is_no_damage() {
    let whole = encoded("gzip", "0123456789".repeat(5_000).as_bytes()).await;
    let server = Server::start(move |request| {
        let header = "content-encoding: gzip\r\n";
        if request.starts_with("HEAD") {
            Reply::Send(
                format!("HTTP/1.1 200 OK\r\n{header}content-length: 99\r\n\r\n").into_bytes(),
            )
        } else if request.starts_with("GET /cut") {
            Reply::answer("200 OK", header, &whole[..whole.len() / 2])
        } else {
            Reply::answer("200 OK", header, b"not gzip at all")
        }
    })
    .await;
    let transport = transport();
    for path in ["/cut", "/wrong"] {
        let exchange = send(&transport, &get(server.url(path))).await;
        assert_eq!(answer(&exchange).body_end, BodyEnd::BadEncoding, "{path}");
    }
    let head = RequestDraft {
        method: "HEAD".into(),
        ..get(server.url("/"))
    };
    let exchange = send(&transport, &head).await;
    assert_eq!(answer(&exchange).body_end, BodyEnd::Complete);
}

#[tokio::test]
async fn bytes_that_are_no_text_are_kept() {
    let body = [0_u8, 0xff, 0xfe, b'a', 0x80];
    let server = Server::start(move |_| {
        let mut bytes =
            b"HTTP/1.1 200 OK\r\nx-latin: caf\xe9\r\ncontent-length: 5\r\n\r\n".to_vec();
        bytes.extend_from_slice(&body);
        Reply::Send(bytes)
    })
    .await;
    let exchange = send(&transport(), &get(server.url("/"))).await;
    assert_eq!(answer(&exchange).body, body);
    assert_eq!(
        answer(&exchange).headers[0],
        ("x-latin".into(), "caf\u{fffd}".into())
    );
}

#[tokio::test]
async fn a_body_over_the_limit_is_cut_and_says_so() {
    let server = Server::start(|request| {
        let body = if request.starts_with("GET /exact") {
            vec![b'x'; 1000]
        } else {
            vec![b'x'; 1001]
        };
        Reply::answer("200 OK", "x-request-id: r\r\n", &body)
    })
    .await;
    let limits = Limits {
        body_bytes: 1000,
        ..Limits::default()
    };
    let transport = transport();
    for (path, end) in [
        ("/exact", BodyEnd::Complete),
        ("/over", BodyEnd::CutAtLimit),
    ] {
        let draft = get(server.url(path));
        let cancel = CancellationToken::new();
        let exchange = transport
            .send(&draft, None, &limits, &cancel)
            .await
            .expect("a good draft");
        assert_eq!(answer(&exchange).body.len(), 1000, "{path}");
        assert_eq!(answer(&exchange).body_end, end, "{path}");
        assert_eq!(answer(&exchange).body_truncated(), path == "/over");
    }
}

#[tokio::test]
async fn a_small_body_that_unpacks_to_a_huge_one_is_cut_while_unpacking() {
    let bomb = encoded("gzip", &vec![0; 50_000_000]).await;
    assert!(bomb.len() < 100_000);
    let server =
        Server::start(move |_| Reply::answer("200 OK", "content-encoding: gzip\r\n", &bomb)).await;
    let exchange = send(&transport(), &get(server.url("/"))).await;
    let answer = answer(&exchange);
    assert_eq!(answer.body.len(), Limits::default().body_bytes);
    assert_eq!(answer.body_end, BodyEnd::CutAtLimit);
    assert!(answer.size_decoded < 11_000_000);
}

#[tokio::test]
async fn a_kept_connection_is_told_from_a_new_one() {
    let server = Server::start(|_| Reply::answer("200 OK", "", b"ok")).await;
    let transport = transport();
    let first = send(&transport, &get(server.url("/"))).await;
    assert!(!first.timing.reused);
    assert!(first.timing.connect.is_some());
    assert_eq!((first.timing.dns, first.timing.tls), (None, None));
    let second = send(&transport, &get(server.url("/"))).await;
    assert!(second.timing.reused);
    assert_eq!(second.timing.connect, None);
    assert_eq!(server.connections(), 1);
    assert_eq!(answer(&second).remote_address, Some(server.address()));

    let by_name = get(format!("http://localhost:{}/", server.address().port()));
    let third = send(&transport, &by_name).await;
    assert!(!third.timing.reused);
    assert!(third.timing.dns.is_some());
}

#[tokio::test]
async fn the_phases_make_up_the_total() {
    let server = Server::start(|_| Reply::answer("200 OK", "", &vec![b'x'; 300_000])).await;
    let mut draft = get(format!("http://localhost:{}/", server.address().port()));
    draft.method = "POST".into();
    draft.body = Body::Text("y".repeat(300_000));
    let timing = send(&transport(), &draft).await.timing;
    let phases = [
        timing.dns,
        timing.connect,
        timing.send,
        timing.waiting,
        timing.download,
    ];
    assert!(phases.iter().all(Option::is_some), "{timing:?}");
    let sum: Duration = phases.into_iter().flatten().sum();
    assert!(
        timing.total.abs_diff(sum) < Duration::from_millis(1),
        "{timing:?}"
    );
}

#[tokio::test]
async fn no_cookie_is_kept_from_one_request_to_the_next() {
    let server = Server::start(|_| Reply::answer("200 OK", "set-cookie: sid=1\r\n", b"")).await;
    let transport = transport();
    for _ in 0..2 {
        send(&transport, &get(server.url("/"))).await;
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(
        !requests[1].to_ascii_lowercase().contains("cookie"),
        "{}",
        requests[1]
    );
}

#[tokio::test]
async fn an_exchange_survives_being_stored() {
    let server =
        Server::start(|_| Reply::answer("200 OK", "x-request-id: r\r\n", b"\xff\x00")).await;
    let exchange = send(&transport(), &get(server.url("/"))).await;
    let stored = serde_json::to_string(&exchange).expect("JSON");
    let back: Exchange = serde_json::from_str(&stored).expect("an exchange");
    assert_eq!(back.outcome, exchange.outcome);
    assert_eq!((back.id, back.request), (exchange.id, exchange.request));
    assert_eq!(
        back.timing.total.as_micros(),
        exchange.timing.total.as_micros()
    );
}
