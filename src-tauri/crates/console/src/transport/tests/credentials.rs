use super::*;

const KEY: &str = "canary-key-0123456789-7Qx2";

fn credential(placement: Placement) -> Credential {
    Credential {
        label: "router-read".into(),
        placement,
        value: KEY.into(),
    }
}

async fn send_with(draft: &RequestDraft, placement: Placement) -> Exchange {
    let credential = credential(placement);
    let cancel = CancellationToken::new();
    transport()
        .send(draft, Some(&credential), &Limits::default(), &cancel)
        .await
        .expect("a good draft")
}

fn redirect(status: &'static str, location: String) -> impl Fn(&str) -> Reply {
    move |request| {
        if request.contains(" /start") {
            Reply::answer(
                status,
                &format!("location: {location}\r\nx-request-id: hop\r\n"),
                b"",
            )
        } else {
            Reply::answer("200 OK", "", b"end")
        }
    }
}

#[tokio::test]
async fn the_server_gets_the_credential_and_the_exchange_its_mask() {
    let server = Server::start(|_| Reply::answer("200 OK", "", b"")).await;
    let mut draft = get(server.url("/p?a=1"));
    draft.headers = vec![Field::new("Authorization", "Basic by-hand")];
    let by_header = send_with(&draft, Placement::Header).await;
    draft.headers.clear();
    let by_query = send_with(&draft, Placement::Query).await;

    let requests = server.requests();
    assert!(
        requests[0].contains(&format!("authorization: Bearer {KEY}\r\n")),
        "{}",
        requests[0]
    );
    assert!(
        !requests[0].contains("by-hand"),
        "the chosen credential replaces it"
    );
    assert!(requests[1].starts_with(&format!("GET /p?a=1&apiKey={KEY} HTTP/1.1\r\n")));
    assert!(!requests[1].contains("authorization"));

    let authorization = by_header
        .request
        .headers
        .iter()
        .find(|(name, _)| name == "authorization");
    assert_eq!(authorization.expect("a row").1, "Bearer ••••••••7Qx2");
    assert_eq!(
        by_query.request.url,
        server.url("/p?a=1&apiKey=••••••••7Qx2")
    );
    for exchange in [by_header, by_query] {
        let stored = serde_json::to_string(&exchange).expect("JSON");
        assert!(!stored.contains("canary") && !format!("{exchange:?}").contains("canary"));
    }
}

#[tokio::test]
async fn a_redirect_of_the_same_origin_is_followed_with_the_credential() {
    for placement in [Placement::Header, Placement::Query] {
        let server = Server::start(redirect("303 See Other", "/end?b=2".into())).await;
        let mut draft = get(server.url("/start"));
        draft.method = "POST".into();
        draft.body = Body::Text("body".into());
        let exchange = send_with(&draft, placement).await;

        assert_eq!(answer(&exchange).body, b"end");
        assert_eq!(exchange.stopped_redirect, None);
        assert_eq!(exchange.request.method, "GET");
        let [hop] = &exchange.redirects[..] else {
            panic!("{:?}", exchange.redirects)
        };
        assert_eq!((hop.method.as_str(), hop.status), ("POST", 303));
        assert!(hop.headers.contains(&("x-request-id".into(), "hop".into())));
        assert!(exchange.total() >= hop.timing.total + exchange.timing.total);

        let requests = server.requests();
        assert!(requests[1].starts_with("GET /end?b=2"), "{}", requests[1]);
        assert!(requests[1].contains(KEY), "the same origin may have it");
        assert!(
            !requests[1].contains("content-"),
            "a GET has no body: {}",
            requests[1]
        );
        assert!(
            !serde_json::to_string(&exchange)
                .expect("JSON")
                .contains("canary")
        );
    }
}

#[tokio::test]
async fn a_redirect_to_another_origin_stops_and_nothing_is_sent_there() {
    for placement in [Placement::Header, Placement::Query] {
        let other = Server::start(|_| Reply::answer("200 OK", "", b"")).await;
        // A server that repeats the key in the location must not lead it astray either.
        let location = other.url(&format!("/x?a=1&apiKey={KEY}&k={KEY}"));
        let server = Server::start(redirect("307 Temporary Redirect", location)).await;
        let exchange = send_with(&get(server.url("/start")), placement).await;

        assert_eq!(other.connections(), 0);
        assert_eq!(answer(&exchange).status, 307);
        let stopped = exchange
            .stopped_redirect
            .as_ref()
            .expect("a stopped redirect");
        assert_eq!(stopped.location.as_str(), other.url("/x?a=1"));
        assert_eq!(stopped.reason, StopReason::OtherOrigin);
        assert!(
            !serde_json::to_string(&exchange)
                .expect("JSON")
                .contains("canary")
        );

        // "Follow without credential" is a request of its own.
        let followed = send(&transport(), &get(stopped.location.as_str())).await;
        assert_eq!(answer(&followed).status, 200);
        assert!(!other.requests()[0].contains("canary"));
    }
}

#[tokio::test]
async fn another_name_for_the_same_address_is_another_origin() {
    let server = Server::start(|_| Reply::answer("200 OK", "", b"")).await;
    let port = server.address().port();
    let named = format!("http://localhost:{port}/x");
    let first = Server::start(redirect("302 Found", named)).await;
    let exchange = send_with(&get(first.url("/start")), Placement::Header).await;
    assert!(exchange.stopped_redirect.is_some());
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_loop_ends_after_ten_redirects() {
    let server = Server::start(redirect("302 Found", "/start".into())).await;
    let exchange = send_with(&get(server.url("/start")), Placement::Header).await;
    assert_eq!(exchange.redirects.len(), 10);
    assert_eq!(server.requests().len(), 11);
    assert_eq!(
        exchange.stopped_redirect.expect("stopped").reason,
        StopReason::TooMany
    );
}

#[tokio::test]
async fn a_credential_that_fits_no_header_is_refused_before_anything_is_sent() {
    let server = Server::start(|_| Reply::answer("200 OK", "", b"")).await;
    let credential = Credential {
        value: "a\r\nx: y".into(),
        ..credential(Placement::Header)
    };
    let draft = get(server.url("/"));
    let cancel = CancellationToken::new();
    let sent = transport()
        .send(&draft, Some(&credential), &Limits::default(), &cancel)
        .await;
    assert_eq!(
        sent,
        Err(DraftError::BadCredential {
            label: "router-read".into()
        })
    );
    assert_eq!(server.connections(), 0);
}
