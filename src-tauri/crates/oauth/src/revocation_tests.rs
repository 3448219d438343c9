use serde_json::json;

use super::*;
use crate::scripted::{self, Scene, Scripted, form, metadata, reply};

async fn revoked(scene: Scene) -> Result<Revoked, RevocationError> {
    let http = Scripted::new([scene]);
    let client = Client::public("c").expect("client");
    let hint = TokenHint::AccessToken;
    let result = revoke(
        &http,
        &metadata(&json!({})),
        &client,
        &"canary7".into(),
        hint,
    )
    .await;
    let requests = http.requests();
    let [request] = requests.as_slice() else {
        panic!("one request")
    };
    assert_eq!(request.uri(), "https://as.example/revoke");
    let wanted = [
        ("token", "canary7"),
        ("token_type_hint", "access_token"),
        ("client_id", "c"),
    ];
    assert_eq!(
        form(request),
        wanted.map(|(n, v)| (n.to_owned(), v.to_owned()))
    );
    result
}

#[tokio::test]
async fn any_200_means_gone() {
    for scene in [
        reply(200, &[], ""),
        reply(200, &[("content-type", "text/html")], "<p>fine"),
        scripted::json(200, &json!({"active": true})),
        reply(204, &[], ""),
    ] {
        let done = revoked(scene).await.expect("revoked");
        assert_eq!(done.request_id.as_deref(), Some("req-7"));
    }
}

#[tokio::test]
async fn a_refusal_says_what_remains() {
    type Check = fn(&RevocationError) -> bool;
    let code = |status, code: &str| scripted::json(status, &json!({ "error": code }));
    let cases: [(&str, Scene, Check); 8] = [
        ("unsupported", code(400, "unsupported_token_type"), |e| {
            matches!(e, RevocationError::UnsupportedTokenType(_))
        }),
        ("client", code(401, "invalid_client"), |e| {
            matches!(e, RevocationError::InvalidClient(_))
        }),
        ("401", reply(401, &[], ""), |e| {
            matches!(e, RevocationError::InvalidClient(_))
        }),
        (
            "503",
            reply(503, &[("retry-after", "9")], ""),
            |e| matches!(e, RevocationError::Busy { retry_after: Some(wait), .. } if wait.as_secs() == 9),
        ),
        (
            "307",
            reply(307, &[("location", "https://evil.example")], ""),
            |e| matches!(e, RevocationError::Redirected(_)),
        ),
        ("400", reply(400, &[], ""), |e| {
            matches!(e, RevocationError::Refused(_))
        }),
        ("500", reply(500, &[], ""), |e| {
            matches!(e, RevocationError::Refused(_))
        }),
        ("time", Err(HttpFailure::TimedOut), |e| {
            matches!(e, RevocationError::Transport(_))
        }),
    ];
    for (name, scene, check) in cases {
        let error = revoked(scene).await.expect_err(name);
        assert!(check(&error), "{name}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("canary7"));
        assert_eq!(error.refusal().is_some(), name != "time");
    }
}

#[tokio::test]
async fn without_an_endpoint_nothing_is_sent() {
    let http = Scripted::new([]);
    let client = Client::public("c").expect("client");
    let metadata = metadata(&json!({"revocation_endpoint": null}));
    let result = revoke(
        &http,
        &metadata,
        &client,
        &"t".into(),
        TokenHint::RefreshToken,
    )
    .await;
    assert_eq!(result, Err(RevocationError::NoEndpoint));
}
