use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::*;
use crate::access_request::AccessRequest;
use crate::authorization_code::SignIn;
use crate::issuer::{Issuer, LoopbackHttp};
use crate::scripted::metadata;

/// A test that would wait for ever fails instead.
const PATIENCE: Duration = Duration::from_secs(20);

const PATH: &str = "/callback/test";

fn waiting() -> (Listener, SignIn) {
    let listener = Listener::bind(PortChoice::Any, PATH).expect("listener");
    let metadata = metadata(&json!({}));
    let access = AccessRequest::default();
    let sign_in = SignIn::begin(&metadata, "c", listener.redirect_uri(), &access, None);
    (listener, sign_in.expect("sign-in"))
}

fn state(sign_in: &SignIn) -> String {
    let state = sign_in
        .authorize_url()
        .query_pairs()
        .find(|(name, _)| name == "state");
    state.expect("state").1.into_owned()
}

fn get(port: u16, target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").into_bytes()
}

fn callback(port: u16, sign_in: &SignIn) -> Vec<u8> {
    get(port, &format!("{PATH}?code=c-1&state={}", state(sign_in)))
}

/// Sends raw bytes and reads until the other side is done. A reset after the answer is an end, too.
async fn ask(port: u16, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("connect");
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let mut chunk = [0_u8; 4096];
    while let Ok(count) = stream.read(&mut chunk).await {
        if count == 0 {
            break;
        }
        answer.extend_from_slice(&chunk[..count]);
        // The head ends the answer when there is no body; a browser closes here.
        if is_complete(&answer) {
            break;
        }
    }
    String::from_utf8(answer).expect("text")
}

fn is_complete(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "));
    length.is_none_or(|length| {
        length
            .parse()
            .is_ok_and(|length: usize| body.len() >= length)
    })
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

/// Runs the probes against a waiting listener; they end with the true answer.
async fn probed<T>(
    listener: &mut Listener,
    sign_in: &SignIn,
    probes: impl Future<Output = T>,
) -> (CallbackParameters, T) {
    let run = async { tokio::join!(listener.next_callback(|p| sign_in.judge(p)), probes) };
    timeout(PATIENCE, run)
        .await
        .expect("the true answer never arrived")
}

#[expect(clippy::too_many_lines, reason = "one table")]
#[tokio::test]
async fn hostile_requests_are_turned_away_and_the_true_answer_still_arrives() {
    let (mut listener, sign_in) = waiting();
    let port = listener.port();
    let state = state(&sign_in);
    let host = format!("Host: 127.0.0.1:{port}\r\n");
    let with = |line: &str, headers: &str| format!("{line}\r\n{host}{headers}\r\n").into_bytes();
    let good = format!("GET {PATH}?code=c-1&state={state} HTTP/1.1");
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("favicon", get(port, "/favicon.ico"), "404"),
        ("root", get(port, "/"), "404"),
        (
            "other path",
            get(port, &format!("/callback/other?code=c&state={state}")),
            "404",
        ),
        (
            "deeper path",
            get(port, &format!("{PATH}/?code=c&state={state}")),
            "404",
        ),
        ("POST", with(&good.replace("GET", "POST"), ""), "405"),
        ("HEAD", with(&good.replace("GET", "HEAD"), ""), "405"),
        (
            "OPTIONS",
            with(
                &good.replace("GET", "OPTIONS"),
                "Origin: https://evil.example\r\n",
            ),
            "405",
        ),
        (
            "CONNECT",
            with("CONNECT evil.example:443 HTTP/1.1", ""),
            "405",
        ),
        (
            "another host",
            format!("{good}\r\nHost: evil.example:{port}\r\n\r\n").into(),
            "421",
        ),
        (
            "localhost",
            format!("{good}\r\nHost: localhost:{port}\r\n\r\n").into(),
            "421",
        ),
        ("no host", format!("{good}\r\n\r\n").into(), "400"),
        ("two hosts", with(&good, &host), "400"),
        (
            "absolute form",
            with(
                &good.replace("GET ", &format!("GET http://127.0.0.1:{port}")),
                "",
            ),
            "400",
        ),
        ("prefetch", with(&good, "Sec-Purpose: prefetch\r\n"), "204"),
        ("old prefetch", with(&good, "Purpose: prefetch\r\n"), "204"),
        ("image", with(&good, "Sec-Fetch-Dest: image\r\n"), "204"),
        ("fetch", with(&good, "Sec-Fetch-Dest: empty\r\n"), "204"),
        ("no parameters", get(port, PATH), "400"),
        (
            "forged state",
            get(port, &format!("{PATH}?code=evil&state=forged")),
            "400",
        ),
        ("no state", get(port, &format!("{PATH}?code=evil")), "400"),
        (
            "forged error",
            get(port, &format!("{PATH}?error=access_denied&state=forged")),
            "400",
        ),
        (
            "state twice",
            get(port, &format!("{PATH}?code=c&state={state}&state=x")),
            "400",
        ),
        (
            "markup",
            get(
                port,
                &format!("{PATH}?error=%3Cscript%3Ecanary7&error_description=%3Cimg%3Ecanary7"),
            ),
            "400",
        ),
        (
            "CR LF",
            get(port, &format!("{PATH}?error=a%0D%0ASet-Cookie:canary7")),
            "400",
        ),
        (
            "not UTF-8",
            get(port, &format!("{PATH}?code=%FF&state={state}")),
            "400",
        ),
        (
            "bad percent",
            get(port, &format!("{PATH}?code=%zz&state={state}")),
            "400",
        ),
        (
            "2 MB",
            get(port, &format!("{PATH}?code={}", "x".repeat(2 << 20))),
            "431",
        ),
        (
            "20,000 headers",
            with(&good, &"A: b\r\n".repeat(20_000)),
            "431",
        ),
        ("150 headers", with(&good, &"A: b\r\n".repeat(150)), "431"),
        ("HTTP/0.9", format!("GET {PATH}\r\n\r\n").into(), "400"),
        ("HTTP/1.0", with(&good.replace("1.1", "1.0"), ""), "505"),
        ("a body", with(&good, "Content-Length: 5\r\n"), "400"),
        (
            "chunked",
            with(&good, "Transfer-Encoding: chunked\r\n"),
            "400",
        ),
        (
            "TLS hello",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
            "none",
        ),
        ("zero bytes", vec![0; 512], "none"),
    ];
    let probes = async {
        for (name, request, wanted) in cases {
            let answer = ask(port, &request).await;
            assert_eq!(status(&answer), wanted, "{name}: {answer}");
            let lower = answer.to_ascii_lowercase();
            assert!(!lower.contains("access-control-allow"), "{name}");
            assert!(
                !lower.contains("canary7") && !lower.contains("set-cookie"),
                "{name}"
            );
            assert!(
                answer.is_empty() || answer.contains("Connection: close\r\n"),
                "{name}"
            );
            assert!(!answer.contains("Location"), "{name}");
        }
        ask(port, &callback(port, &sign_in)).await
    };
    let (answer, page) = probed(&mut listener, &sign_in, probes).await;
    assert_eq!(status(&page), "303");
    assert!(sign_in.check(&answer).is_ok());
}

#[tokio::test]
async fn silent_connections_do_not_hold_the_answer_up() {
    let (mut listener, sign_in) = waiting();
    let port = listener.port();
    let probes = async {
        let mut held = Vec::new();
        for _ in 0..40 {
            held.push(
                TcpStream::connect(("127.0.0.1", port))
                    .await
                    .expect("connect"),
            );
        }
        let mut half = TcpStream::connect(("127.0.0.1", port))
            .await
            .expect("connect");
        half.write_all(b"GET /call").await.expect("half a request");
        let began = Instant::now();
        let page = ask(port, &callback(port, &sign_in)).await;
        assert!(
            began.elapsed() < Duration::from_secs(1),
            "{:?}",
            began.elapsed()
        );
        assert_eq!(held.len(), 40);
        drop((held, half));
        page
    };
    let (_, page) = probed(&mut listener, &sign_in, probes).await;
    assert_eq!(status(&page), "303");
}

#[tokio::test]
async fn more_connections_than_there_is_room_for_push_out_the_oldest() {
    let (mut listener, sign_in) = waiting();
    let port = listener.port();
    let probes = async {
        let mut held = Vec::new();
        for _ in 0..100 {
            held.push(
                TcpStream::connect(("127.0.0.1", port))
                    .await
                    .expect("connect"),
            );
        }
        let page = ask(port, &callback(port, &sign_in)).await;
        // Far sooner than the 5 s after which a silent connection is closed anyway.
        let oldest = held.first_mut().expect("connection");
        let closed = timeout(Duration::from_secs(2), oldest.read(&mut [0_u8; 1])).await;
        assert!(
            !matches!(closed, Err(_) | Ok(Ok(1..))),
            "the oldest is still open"
        );
        drop(held);
        page
    };
    let (_, page) = probed(&mut listener, &sign_in, probes).await;
    assert_eq!(status(&page), "303");
}

#[tokio::test]
async fn a_head_may_arrive_byte_by_byte() {
    let (mut listener, sign_in) = waiting();
    let port = listener.port();
    let probes = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port))
            .await
            .expect("connect");
        stream.set_nodelay(true).expect("nodelay");
        for byte in callback(port, &sign_in) {
            stream.write_all(&[byte]).await.expect("byte");
            tokio::task::yield_now().await;
        }
        let mut buffer = [0_u8; 64];
        let count = stream.read(&mut buffer).await.expect("answer");
        String::from_utf8_lossy(&buffer[..count]).into_owned()
    };
    let (_, page) = probed(&mut listener, &sign_in, probes).await;
    assert_eq!(status(&page), "303");
}

#[tokio::test]
async fn a_long_code_passes() {
    let (mut listener, sign_in) = waiting();
    let port = listener.port();
    let code = "x".repeat(8 * 1024);
    let request = get(
        port,
        &format!("{PATH}?code={code}&state={}", state(&sign_in)),
    );
    let (answer, page) = probed(&mut listener, &sign_in, ask(port, &request)).await;
    assert_eq!(status(&page), "303");
    assert!(sign_in.check(&answer).is_ok());
}

#[tokio::test]
async fn the_last_page_is_quiet_and_the_same_for_a_second_delivery() {
    let (mut listener, sign_in) = waiting();
    let port = listener.port();
    let request = callback(port, &sign_in);
    let (_, first) = probed(&mut listener, &sign_in, ask(port, &request)).await;
    assert!(first.contains("\r\nLocation: /done\r\n"), "{first}");
    assert!(!first.contains("c-1"), "no code in the redirect");
    let browser = async {
        let second = ask(port, &request).await;
        (second, ask(port, &get(port, "/done")).await)
    };
    let run = async { tokio::join!(listener.finish(), browser) };
    let ((), (second, page)) = timeout(PATIENCE, run).await.expect("last page");
    assert_eq!(first, second);
    for wanted in [
        "HTTP/1.1 200 OK\r\n",
        "\r\nCache-Control: no-store\r\n",
        "\r\nReferrer-Policy: no-referrer\r\n",
        "\r\nX-Content-Type-Options: nosniff\r\n",
        "\r\nConnection: close\r\n",
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        "<h1>You can close this tab</h1>",
        "Inchkeep has what it needs. Go back to the app.",
        "color-scheme:light dark",
    ] {
        assert!(page.contains(wanted), "{wanted} is missing in {page}");
    }
    for unwanted in [
        "<script",
        "http:",
        "https:",
        "src=",
        "url(",
        &state(&sign_in),
        "c-1",
    ] {
        assert!(!page.contains(unwanted), "{unwanted} is in {page}");
    }
}

#[tokio::test]
async fn a_declined_sign_in_ends_on_the_other_page() {
    let (mut listener, sign_in) = waiting();
    let port = listener.port();
    let target = format!("{PATH}?error=access_denied&state={}", state(&sign_in));
    let request = get(port, &target);
    let (answer, redirect) = probed(&mut listener, &sign_in, ask(port, &request)).await;
    assert!(answer.has_error());
    assert!(
        redirect.contains("\r\nLocation: /stopped\r\n"),
        "{redirect}"
    );
    let page = get(port, "/stopped");
    let run = async { tokio::join!(listener.finish(), ask(port, &page)) };
    let ((), page) = timeout(PATIENCE, run).await.expect("last page");
    assert!(page.contains("<h1>Sign-in did not finish</h1>"), "{page}");
    assert!(page.contains("Go back to Inchkeep to see why."));
}

#[tokio::test]
async fn waiting_can_be_interrupted_and_taken_up_again() {
    let (mut listener, sign_in) = waiting();
    let port = listener.port();
    let mut stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("connect");
    let request = callback(port, &sign_in);
    let (head, tail) = request.split_at(20);
    stream.write_all(head).await.expect("head");
    let limit = Duration::from_millis(50);
    let first = timeout(limit, listener.next_callback(|p| sign_in.judge(p))).await;
    assert!(first.is_err(), "nothing complete has come");
    stream.write_all(tail).await.expect("tail");
    let (answer, ()) = probed(&mut listener, &sign_in, async {}).await;
    assert!(sign_in.check(&answer).is_ok());
}

#[tokio::test]
async fn dropping_the_listener_frees_the_port_at_once() {
    let (mut listener, sign_in) = waiting();
    let port = listener.port();
    // One connection that is answered, one that stays open and silent, one that was never accepted.
    let silent = TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("connect");
    let request = callback(port, &sign_in);
    probed(&mut listener, &sign_in, ask(port, &request)).await;
    let late = TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("connect");
    drop(listener);
    assert!(
        TcpStream::connect(("127.0.0.1", port)).await.is_err(),
        "nobody listens"
    );
    let again = Listener::bind(PortChoice::Exactly(port), PATH).expect("the port is free");
    assert_eq!(again.port(), port);
    drop((silent, late));
}

#[tokio::test]
async fn finish_closes_the_port_when_the_page_is_delivered() {
    let (mut listener, sign_in) = waiting();
    let port = listener.port();
    let request = callback(port, &sign_in);
    probed(&mut listener, &sign_in, ask(port, &request)).await;
    let page = get(port, "/done");
    let began = Instant::now();
    let run = async { tokio::join!(listener.finish(), ask(port, &page)) };
    timeout(PATIENCE, run).await.expect("finish");
    assert!(began.elapsed() < Duration::from_secs(3));
    Listener::bind(PortChoice::Exactly(port), PATH).expect("the port is free");
}

#[tokio::test]
async fn finish_without_an_answer_returns_at_once() {
    let (listener, _) = waiting();
    let began = Instant::now();
    timeout(PATIENCE, listener.finish()).await.expect("finish");
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_taken_port_is_named_or_replaced_as_chosen() {
    let first = Listener::bind(PortChoice::Any, PATH).expect("listener");
    let port = first.port();
    let exactly = Listener::bind(PortChoice::Exactly(port), PATH);
    assert_eq!(exactly.err(), Some(BindError::PortBusy { port }));
    let other = Listener::bind(PortChoice::Prefer(port), PATH).expect("another port");
    assert_ne!(other.port(), port);
    assert!(!other.has_preferred_port());
    drop(first);
    let own = Listener::bind(PortChoice::Prefer(port), PATH).expect("the port");
    assert!(own.has_preferred_port() && own.port() == port);
    assert_eq!(own.redirect_uri(), format!("http://127.0.0.1:{port}{PATH}"));
}

#[tokio::test]
async fn another_program_cannot_share_the_port() {
    let listener = Listener::bind(PortChoice::Any, PATH).expect("listener");
    for own in &listener.sockets {
        let shared = socket2::SockRef::from(own).reuse_address().expect("option");
        assert!(!shared, "SO_REUSEADDR is on");
    }
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], listener.port()));
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let socket = socket.expect("socket");
    socket.set_reuse_address(true).expect("option");
    #[cfg(all(unix, not(target_os = "solaris")))]
    socket.set_reuse_port(true).expect("option");
    assert!(socket.bind(&address.into()).is_err());
}

#[tokio::test]
async fn localhost_is_served_under_its_own_name_only() {
    let bound = Listener::bind_host(PortChoice::Any, LoopbackHost::Localhost, PATH);
    let mut listener = bound.expect("listener");
    let port = listener.port();
    assert_eq!(
        listener.redirect_uri(),
        format!("http://localhost:{port}{PATH}")
    );
    let metadata = metadata(&json!({}));
    let access = AccessRequest::default();
    let sign_in = SignIn::begin(&metadata, "c", listener.redirect_uri(), &access, None);
    let sign_in = sign_in.expect("sign-in");
    let probes = async {
        let refused = ask(port, &callback(port, &sign_in)).await;
        assert_eq!(status(&refused), "421");
        let target = format!("{PATH}?code=c&state={}", state(&sign_in));
        let named = format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
        ask(port, named.as_bytes()).await
    };
    let (_, page) = probed(&mut listener, &sign_in, probes).await;
    assert_eq!(status(&page), "303");
}

#[tokio::test]
async fn odd_paths_are_not_listened_on() {
    for path in [
        "", "callback", "/a?b", "/a#b", "/a b", "/ä", "/done", "/stopped", "/a/../b",
    ] {
        assert_eq!(
            Listener::bind(PortChoice::Any, path).err(),
            Some(BindError::Path),
            "{path}"
        );
    }
}

#[test]
fn every_issuer_has_its_own_path() {
    let path = |text| path_for(&Issuer::parse(text, LoopbackHttp::Forbidden).expect("issuer"));
    let one = path("https://as.example");
    assert_eq!(one, path("https://as.example"));
    assert_ne!(one, path("https://as.example/"));
    assert!(is_plain_path(&one) && one.len() == 26, "{one}");
}
