use serde_json::json;

use super::*;
use crate::http_port::HttpFailure;
use crate::json::JsonFault;
use crate::scripted::{self, Scene, Scripted, changed, document, raw_json, reply};

async fn discovered(scene: Scene) -> Result<AuthorizationServerMetadata, DiscoveryError> {
    discover(&Scripted::new([scene]), &scripted::issuer()).await
}

#[tokio::test]
async fn a_published_document_is_used() {
    let metadata = discovered(scripted::json(200, &document()))
        .await
        .expect("metadata");
    assert_eq!(metadata.issuer().as_str(), "https://as.example");
    assert_eq!(
        metadata.token_endpoint().as_str(),
        "https://as.example/token"
    );
    assert_eq!(metadata.pkce(), PkceSupport::Announced);
    assert_eq!(metadata.foreign_endpoints(), []);
    assert_eq!(metadata.announces_grant("client_credentials"), Some(true));
    assert_eq!(metadata.announces_grant("urn:other"), None);
    assert!(!metadata.names_issuer_in_answers());
}

#[tokio::test]
async fn a_bad_document_is_rejected() {
    use MemberFault::{Fragment, NotAbsolute, NotHttps, Type, UserInfo};
    let endpoint =
        |member: &'static str, value: &str, reason| (json!({ member: value }), member, reason);
    let cases = [
        endpoint("authorization_endpoint", "javascript:alert(1)", NotAbsolute),
        endpoint(
            "authorization_endpoint",
            "javascript://as.example/%0aalert(1)",
            NotHttps,
        ),
        endpoint("authorization_endpoint", "file:///etc/passwd", NotAbsolute),
        endpoint(
            "authorization_endpoint",
            "file://as.example/etc/passwd",
            NotHttps,
        ),
        endpoint(
            "authorization_endpoint",
            "http://as.example/authorize",
            NotHttps,
        ),
        endpoint(
            "authorization_endpoint",
            "http://127.0.0.1/authorize",
            NotHttps,
        ),
        endpoint(
            "authorization_endpoint",
            "https://as.example/$(calc) & `id`",
            NotAbsolute,
        ),
        endpoint(
            "authorization_endpoint",
            "https://bank.example@as.example/",
            UserInfo,
        ),
        endpoint("authorization_endpoint", "https://@as.example/", UserInfo),
        endpoint("authorization_endpoint", "/authorize", NotAbsolute),
        endpoint("token_endpoint", "token", NotAbsolute),
        endpoint("token_endpoint", "//as.example/token", NotAbsolute),
        endpoint("token_endpoint", "https://as.example/token#x", Fragment),
        endpoint("token_endpoint", "https://as.example/to\nken", NotAbsolute),
        (json!({"token_endpoint": 7}), "token_endpoint", Type),
        (json!({"issuer": ["https://as.example"]}), "issuer", Type),
        (
            json!({"code_challenge_methods_supported": "S256"}),
            "code_challenge_methods_supported",
            Type,
        ),
        (
            json!({"grant_types_supported": [1]}),
            "grant_types_supported",
            Type,
        ),
    ];
    for (changes, wanted, wanted_reason) in cases {
        let body = serde_json::Value::Object(changed(&changes));
        match discovered(scripted::json(200, &body)).await {
            Err(DiscoveryError::Invalid {
                member,
                reason,
                request_id,
            }) => {
                assert_eq!((member, reason), (wanted, wanted_reason), "{changes}");
                assert_eq!(request_id.as_deref(), Some("req-7"));
            }
            other => panic!("{changes}: {other:?}"),
        }
    }
    for member in ["issuer", "token_endpoint"] {
        let body = serde_json::Value::Object(changed(&json!({ member: null })));
        let error = discovered(scripted::json(200, &body))
            .await
            .expect_err(member);
        assert!(matches!(error, DiscoveryError::Missing { member: m, .. } if m == member));
    }
}

#[tokio::test]
async fn shell_text_in_an_endpoint_stays_one_encoded_address() {
    let body = changed(&json!({"authorization_endpoint": "https://as.example/a'|calc;$(id)"}));
    let metadata = AuthorizationServerMetadata::from_document(&scripted::issuer(), body);
    let url = metadata
        .expect("metadata")
        .authorization_endpoint()
        .cloned()
        .expect("endpoint");
    assert!(url.as_str().starts_with("https://as.example/"));
    assert!(!url.as_str().contains(' '));
}

#[tokio::test]
async fn another_issuer_is_never_used() {
    let cases = [
        "https://evil.example",
        "https://as.example//",
        "https://as.example/tenant",
        "https://AS.example",
        "https://as.example?x=1",
        "http://as.example",
    ];
    for named in cases {
        let body = serde_json::Value::Object(changed(&json!({ "issuer": named })));
        match discovered(scripted::json(200, &body)).await {
            Err(DiscoveryError::IssuerMismatch {
                expected,
                named: got,
                request_id,
            }) => {
                assert_eq!(expected, "https://as.example");
                assert_eq!(got, named);
                assert_eq!(request_id.as_deref(), Some("req-7"));
            }
            other => panic!("{named}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_bare_slash_is_accepted_and_pinned_as_published() {
    let body = serde_json::Value::Object(changed(&json!({"issuer": "https://as.example/"})));
    let metadata = discovered(scripted::json(200, &body))
        .await
        .expect("metadata");
    assert_eq!(metadata.issuer().as_str(), "https://as.example/");
}

#[tokio::test]
async fn a_slash_at_the_end_of_a_path_makes_another_issuer() {
    let issuer = Issuer::parse("https://as.example/t", LoopbackHttp::Forbidden).expect("issuer");
    let body = serde_json::Value::Object(changed(&json!({"issuer": "https://as.example/t/"})));
    let error = discover(&Scripted::new([scripted::json(200, &body)]), &issuer).await;
    assert!(matches!(error, Err(DiscoveryError::IssuerMismatch { .. })));
}

#[tokio::test]
async fn an_answer_that_is_not_the_document_is_final() {
    type Check = fn(&DiscoveryError) -> bool;
    let huge = format!("{{\"issuer\":\"{}\"}}", "x".repeat(300 * 1024));
    let cases: [(&str, Scene, Check); 9] = [
        (
            "captive portal",
            reply(200, &[("content-type", "text/html")], "<!doctype html>"),
            |e| {
                matches!(
                    e,
                    DiscoveryError::NotJson {
                        reason: JsonFault::MediaType,
                        ..
                    }
                )
            },
        ),
        ("html called json", raw_json(200, "<!doctype html>"), |e| {
            matches!(
                e,
                DiscoveryError::NotJson {
                    reason: JsonFault::Syntax,
                    ..
                }
            )
        }),
        ("no content type", reply(200, &[], "{}"), |e| {
            matches!(
                e,
                DiscoveryError::NotJson {
                    reason: JsonFault::MediaType,
                    ..
                }
            )
        }),
        (
            "too large, unchecked by the port",
            raw_json(200, huge),
            |e| {
                matches!(
                    e,
                    DiscoveryError::Transport(HttpFailure::TooLarge {
                        limit_bytes: 262_144
                    })
                )
            },
        ),
        (
            "too large, stopped by the port",
            Err(HttpFailure::TooLarge {
                limit_bytes: 262_144,
            }),
            |e| matches!(e, DiscoveryError::Transport(HttpFailure::TooLarge { .. })),
        ),
        (
            "redirect",
            reply(
                302,
                &[("location", "/.well-known/oauth-authorization-server")],
                "",
            ),
            |e| matches!(e, DiscoveryError::Redirected { .. }),
        ),
        ("server error", reply(500, &[], ""), |e| {
            matches!(e, DiscoveryError::Status { status: 500, .. })
        }),
        ("too many requests", reply(429, &[], ""), |e| {
            matches!(e, DiscoveryError::Status { status: 429, .. })
        }),
        ("no connection", Err(HttpFailure::Refused), |e| {
            matches!(e, DiscoveryError::Transport(HttpFailure::Refused))
        }),
    ];
    for (name, scene, check) in cases {
        // One scene: a second request would panic.
        let error = discovered(scene).await.expect_err(name);
        assert!(check(&error), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn the_well_known_places_are_tried_in_order() {
    let issuer = Issuer::parse("https://as.example/t/", LoopbackHttp::Forbidden).expect("issuer");
    let body = serde_json::Value::Object(changed(&json!({"issuer": "https://as.example/t/"})));
    let http = Scripted::new([
        reply(404, &[], ""),
        reply(403, &[("content-type", "text/html")], "no"),
        scripted::json(200, &body),
    ]);
    discover(&http, &issuer).await.expect("metadata");
    let asked: Vec<String> = http
        .requests()
        .iter()
        .map(|r| r.uri().to_string())
        .collect();
    assert_eq!(
        asked,
        [
            "https://as.example/.well-known/oauth-authorization-server/t",
            "https://as.example/.well-known/openid-configuration/t",
            "https://as.example/t/.well-known/openid-configuration",
        ]
    );
}

#[tokio::test]
async fn without_a_path_there_are_two_places_and_then_nothing() {
    let http = Scripted::new([reply(404, &[], ""), reply(404, &[], "")]);
    match discover(&http, &scripted::issuer()).await {
        Err(DiscoveryError::NotFound { tried, request_id }) => {
            assert_eq!(tried.len(), 2);
            assert_eq!(request_id.as_deref(), Some("req-7"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn endpoints_elsewhere_are_listed() {
    let metadata = scripted::metadata(&json!({
        "token_endpoint": "https://evil.example/token",
        "jwks_uri": "https://as.example:8443/jwks",
    }));
    let members: Vec<_> = metadata
        .foreign_endpoints()
        .into_iter()
        .map(|e| e.member)
        .collect();
    assert_eq!(members, ["token_endpoint", "jwks_uri"]);
}

#[test]
fn a_moved_endpoint_is_a_change_against_the_pin() {
    let pinned = scripted::metadata(&json!({}));
    assert_eq!(pinned.changes_from(&pinned), []);
    let scopes = scripted::metadata(&json!({"scopes_supported": ["a"]}));
    assert_eq!(scopes.changes_from(&pinned), [], "scopes are not pinned");
    let moved = scripted::metadata(&json!({
        "token_endpoint": "https://as.example/token2",
        "revocation_endpoint": null,
        "code_challenge_methods_supported": null,
    }));
    let changes = moved.changes_from(&pinned);
    let members: Vec<_> = changes.iter().map(|change| change.member).collect();
    assert_eq!(
        members,
        [
            "token_endpoint",
            "revocation_endpoint",
            "code_challenge_methods_supported"
        ]
    );
    assert_eq!(changes.get(1).and_then(|change| change.now.clone()), None);
}

#[test]
fn a_stored_document_passes_the_same_rules_again() {
    let metadata = scripted::metadata(&json!({}));
    let again =
        AuthorizationServerMetadata::from_document(metadata.issuer(), metadata.document().clone());
    assert_eq!(again, Ok(metadata));
}

#[test]
fn pkce_is_announced_silent_or_refused() {
    let pkce =
        |methods| scripted::metadata(&json!({"code_challenge_methods_supported": methods})).pkce();
    assert_eq!(pkce(json!(["plain", "S256"])), PkceSupport::Announced);
    assert_eq!(pkce(json!(null)), PkceSupport::NotAnnounced);
    assert_eq!(pkce(json!(["plain"])), PkceSupport::Refused);
    assert_eq!(pkce(json!([])), PkceSupport::Refused);
}

#[test]
fn the_method_to_ask_for_follows_the_list() {
    let method = |methods| {
        let change = json!({"token_endpoint_auth_methods_supported": methods});
        scripted::metadata(&change).preferred_auth_method()
    };
    assert_eq!(method(json!(null)), Some(ClientAuthMethod::Post));
    assert_eq!(
        method(json!(["client_secret_basic", "client_secret_post"])),
        Some(ClientAuthMethod::Post)
    );
    assert_eq!(
        method(json!(["client_secret_basic"])),
        Some(ClientAuthMethod::Basic)
    );
    assert_eq!(method(json!(["none"])), Some(ClientAuthMethod::None));
    assert_eq!(method(json!(["private_key_jwt"])), None);
}

#[test]
fn plain_http_endpoints_are_for_a_loopback_issuer() {
    let issuer = Issuer::parse("http://127.0.0.1:9", LoopbackHttp::Allowed).expect("issuer");
    let document = |token: &str| {
        let serde_json::Value::Object(map) =
            json!({"issuer": "http://127.0.0.1:9", "token_endpoint": token})
        else {
            unreachable!()
        };
        AuthorizationServerMetadata::from_document(&issuer, map)
    };
    assert!(document("http://127.0.0.1:9/token").is_ok());
    assert!(document("http://evil.example/token").is_err());
}
