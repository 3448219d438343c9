use serde_json::json;
use time::macros::datetime;

use super::*;
use crate::json::JsonFault;
use crate::scripted::{self, Scene, Scripted, metadata, reply};

const PORTAL: &str = "portal-canary7";

fn code_request() -> RegistrationRequest {
    let redirect = "http://127.0.0.1:4711/callback";
    RegistrationRequest::authorization_code("Desk", redirect, Some("app-1".into()))
}

/// What a server answers to [`code_request`], with changes; `null` removes a member.
fn answer(changes: &serde_json::Value) -> Scene {
    let mut body = json!({
        "client_id": "id-1",
        "client_secret": "secret-canary7",
        "client_secret_expires_at": 0,
        "client_name": "Desk",
        "redirect_uris": ["http://127.0.0.1:4711/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_post",
    });
    let members = body.as_object_mut().expect("object");
    for (member, value) in changes.as_object().expect("object") {
        if value.is_null() {
            members.remove(member);
        } else {
            members.insert(member.clone(), value.clone());
        }
    }
    scripted::json(201, &body)
}

async fn registered(scene: Scene) -> Result<ClientRegistration, RegistrationError> {
    registered_at(scene, &json!({})).await
}

async fn registered_at(
    scene: Scene,
    changes: &serde_json::Value,
) -> Result<ClientRegistration, RegistrationError> {
    let http = Scripted::new([scene]);
    let result = register(&http, &metadata(changes), &code_request(), &PORTAL.into()).await;
    let requests = http.requests();
    let [request] = requests.as_slice() else {
        panic!("one request")
    };
    assert_eq!(request.uri(), "https://as.example/register");
    let bearer = request.headers().get("authorization").expect("bearer");
    assert!(bearer.is_sensitive());
    assert_eq!(bearer, "Bearer portal-canary7");
    result
}

#[tokio::test]
async fn the_preview_is_what_is_sent() {
    let http = Scripted::new([answer(&json!({}))]);
    let metadata = metadata(&json!({}));
    let request = RegistrationRequest {
        scopes: vec!["a".into(), "b".into()],
        software_id: Some("4d5c".into()),
        software_version: Some("0.1.0".into()),
        ..code_request()
    };
    register(&http, &metadata, &request, &PORTAL.into())
        .await
        .expect("registration");
    let requests = http.requests();
    let message = requests.first().expect("request");
    assert_eq!(
        message.headers().get("content-type").expect("type"),
        "application/json"
    );
    let sent: serde_json::Value = serde_json::from_slice(message.body()).expect("JSON");
    assert_eq!(sent, request.preview(Some(&metadata)));
    insta::assert_json_snapshot!(sent, @r#"
    {
      "application_id": "app-1",
      "application_type": "native",
      "client_name": "Desk",
      "grant_types": [
        "authorization_code",
        "refresh_token"
      ],
      "redirect_uris": [
        "http://127.0.0.1:4711/callback"
      ],
      "response_types": [
        "code"
      ],
      "scope": "a b",
      "software_id": "4d5c",
      "software_version": "0.1.0",
      "token_endpoint_auth_method": "client_secret_post"
    }
    "#);
}

#[test]
fn a_server_to_server_client_has_no_response_types() {
    insta::assert_json_snapshot!(RegistrationRequest::client_credentials("Worker").preview(None), @r#"
    {
      "application_type": "native",
      "client_name": "Worker",
      "grant_types": [
        "client_credentials"
      ],
      "redirect_uris": [
        "http://127.0.0.1/callback"
      ],
      "response_types": [],
      "token_endpoint_auth_method": "client_secret_post"
    }
    "#);
}

#[tokio::test]
async fn what_comes_back_is_obeyed() {
    let plain = registered(answer(&json!({}))).await.expect("registration");
    assert_eq!(plain.differences, []);
    assert_eq!(plain.client_secret_expires_at, None);
    assert_eq!(plain.auth_method, ClientAuthMethod::Post);
    assert_eq!(plain.request_id.as_deref(), Some("req-7"));
    assert!(plain.client().is_ok());
    assert!(!format!("{plain:?}").contains("canary7"));

    let basic = answer(&json!({"token_endpoint_auth_method": "client_secret_basic"}));
    let basic = registered(basic).await.expect("registration");
    assert_eq!(basic.auth_method, ClientAuthMethod::Basic);
    let members: Vec<_> = basic.differences.iter().map(|d| d.member).collect();
    assert_eq!(members, ["token_endpoint_auth_method"]);

    let public = json!({"token_endpoint_auth_method": "none", "client_secret": null});
    let public = registered(answer(&public)).await.expect("registration");
    assert_eq!(public.auth_method, ClientAuthMethod::None);

    let changed = json!({
        "redirect_uris": ["http://127.0.0.1/callback"],
        "client_name": "Desk\u{202e}\n",
        "grant_types": ["authorization_code"],
    });
    let changed = registered(answer(&changed)).await.expect("registration");
    let members: Vec<_> = changed.differences.iter().map(|d| d.member).collect();
    assert_eq!(members, ["client_name", "redirect_uris", "grant_types"]);
    assert_eq!(changed.client_name.as_deref(), Some("Desk"));
}

#[tokio::test]
async fn a_silent_method_means_basic_unless_only_post_is_listed() {
    let silent = || answer(&json!({"token_endpoint_auth_method": null}));
    let method = |registration: Result<ClientRegistration, _>| {
        registration.expect("registration").auth_method
    };
    assert_eq!(method(registered(silent()).await), ClientAuthMethod::Basic);
    let post_only = json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]});
    assert_eq!(
        method(registered_at(silent(), &post_only).await),
        ClientAuthMethod::Post
    );
}

#[tokio::test]
async fn a_missing_end_means_never_and_200_is_fine() {
    let silent = registered(answer(&json!({"client_secret_expires_at": null}))).await;
    assert_eq!(silent.expect("registration").client_secret_expires_at, None);
    let ends = registered(answer(&json!({"client_secret_expires_at": 1_767_225_600}))).await;
    let end = ends.expect("registration").client_secret_expires_at;
    assert_eq!(end, Some(datetime!(2026-01-01 00:00 UTC)));
    assert_eq!(
        SecretExpiry::at(end, datetime!(2025-12-01 00:00 UTC)),
        SecretExpiry::Good
    );
    let soon = SecretExpiry::at(end, datetime!(2025-12-25 00:00 UTC));
    assert!(matches!(soon, SecretExpiry::Soon(_)));
    let ended = SecretExpiry::at(end, datetime!(2026-01-01 00:00 UTC));
    assert!(matches!(ended, SecretExpiry::Ended(_)));
    assert_eq!(
        SecretExpiry::at(None, datetime!(2026-01-01 00:00 UTC)),
        SecretExpiry::Good
    );
    let body = json!({"client_id": "id", "client_secret": "s", "token_endpoint_auth_method": "client_secret_post"});
    assert!(registered(scripted::json(200, &body)).await.is_ok());
}

#[tokio::test]
async fn an_unusable_answer_is_rejected() {
    use RegistrationFault as F;
    let cases: [(&str, Scene, F); 11] = [
        (
            "CR LF in the id",
            answer(&json!({"client_id": "a\r\nX: y"})),
            F::ClientId,
        ),
        ("no id", answer(&json!({"client_id": null})), F::ClientId),
        (
            "umlaut in the id",
            answer(&json!({"client_id": "ä"})),
            F::ClientId,
        ),
        (
            "CR LF in the secret",
            answer(&json!({"client_secret": "a\r\n"})),
            F::ClientSecret,
        ),
        (
            "no secret",
            answer(&json!({"client_secret": null})),
            F::SecretMissing,
        ),
        (
            "another grant",
            answer(&json!({"grant_types": ["implicit"]})),
            F::Grant,
        ),
        (
            "a method we cannot do",
            answer(&json!({"token_endpoint_auth_method": "private_key_jwt"})),
            F::AuthMethod {
                method: "private_key_jwt".into(),
            },
        ),
        (
            "a list for text",
            answer(&json!({"client_name": [1]})),
            F::Member {
                member: "client_name",
            },
        ),
        (
            "text for a list",
            answer(&json!({"redirect_uris": "x"})),
            F::Member {
                member: "redirect_uris",
            },
        ),
        (
            "html",
            reply(201, &[("content-type", "text/html")], "<p>"),
            F::Json(JsonFault::MediaType),
        ),
        ("202", reply(202, &[], ""), F::Status),
    ];
    for (name, scene, wanted) in cases {
        match registered(scene).await {
            Err(RegistrationError::Malformed {
                reason, request_id, ..
            }) => {
                assert_eq!(reason, wanted, "{name}");
                assert_eq!(request_id.as_deref(), Some("req-7"), "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_refusal_has_its_name() {
    type Check = fn(&RegistrationError) -> bool;
    let code = |status, code: &str| scripted::json(status, &json!({ "error": code }));
    let cases: [(&str, Scene, Check); 12] = [
        (
            "401 with a challenge",
            reply(
                401,
                &[("www-authenticate", "Bearer error=\"invalid_token\"")],
                "",
            ),
            |e| matches!(e, RegistrationError::InvalidToken(_)),
        ),
        ("401", code(401, "invalid_token"), |e| {
            matches!(e, RegistrationError::InvalidToken(_))
        }),
        ("400 denied", code(400, "access_denied"), |e| {
            matches!(e, RegistrationError::InvalidToken(_))
        }),
        ("403", reply(403, &[], ""), |e| {
            matches!(e, RegistrationError::InvalidToken(_))
        }),
        ("uri", code(400, "invalid_redirect_uri"), |e| {
            matches!(e, RegistrationError::InvalidRedirectUri(_))
        }),
        ("metadata", code(400, "invalid_client_metadata"), |e| {
            matches!(e, RegistrationError::InvalidClientMetadata(_))
        }),
        (
            "software",
            code(400, "unapproved_software_statement"),
            |e| matches!(e, RegistrationError::SoftwareStatement(_)),
        ),
        ("429", reply(429, &[("retry-after", "3")], ""), |e| {
            matches!(
                e,
                RegistrationError::Busy {
                    retry_after: Some(_),
                    ..
                }
            )
        }),
        (
            "307",
            reply(307, &[("location", "https://evil.example")], ""),
            |e| matches!(e, RegistrationError::Redirected(_)),
        ),
        ("500", reply(500, &[], ""), |e| {
            matches!(e, RegistrationError::Refused(_))
        }),
        ("unknown", code(400, "nope"), |e| {
            matches!(e, RegistrationError::Refused(_))
        }),
        ("reset", Err(HttpFailure::ConnectionLost), |e| {
            matches!(e, RegistrationError::Transport(_))
        }),
    ];
    for (name, scene, check) in cases {
        let error = registered(scene).await.expect_err(name);
        assert!(check(&error), "{name}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("canary7"), "{name}");
    }
    let body =
        json!({"error": "invalid_client_metadata", "error_description": "<i>\u{1b}[1m\r\nbad"});
    let error = registered(scripted::json(400, &body))
        .await
        .expect_err("refused");
    let refusal = error.refusal().expect("refusal");
    assert_eq!(refusal.description.as_deref(), Some("<i> bad"));
}

#[tokio::test]
async fn the_portal_token_does_not_leave_when_it_cannot() {
    let http = Scripted::new([]);
    let result = register(
        &http,
        &metadata(&json!({})),
        &code_request(),
        &"a\r\nb".into(),
    )
    .await;
    assert_eq!(result.err(), Some(RegistrationError::TokenCharacters));
    let none = metadata(&json!({"registration_endpoint": null}));
    let result = register(&http, &none, &code_request(), &PORTAL.into()).await;
    assert_eq!(result.err(), Some(RegistrationError::NoEndpoint));
    let jwt_only = metadata(&json!({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}));
    let result = register(&http, &jwt_only, &code_request(), &PORTAL.into()).await;
    assert_eq!(result.err(), Some(RegistrationError::NoAuthMethod));
}

fn managed(url: &str) -> Scene {
    answer(&json!({
        "registration_client_uri": url,
        "registration_access_token": "manage-canary7",
        "client_id_issued_at": 1,
    }))
}

#[tokio::test]
async fn a_foreign_management_address_never_gets_the_token() {
    for url in [
        "https://evil.example/register/1",
        "https://as.example:444/r",
        "/register/1",
    ] {
        let registration = registered(managed(url)).await.expect("registration");
        assert!(
            registration.management.is_none() && registration.foreign_management,
            "{url}"
        );
    }
    let own = registered(managed("https://as.example/register/1?k=v"))
        .await
        .expect("registration");
    let management = own.management.expect("management");
    assert_eq!(
        management.url().as_str(),
        "https://as.example/register/1?k=v"
    );
    assert!(!format!("{management:?}").contains("canary7"));
}

#[tokio::test]
async fn an_update_sends_everything_back_but_the_four() {
    let registration = registered(managed("https://as.example/register/1")).await;
    let management = registration
        .expect("registration")
        .management
        .expect("management");
    let rotated = json!({
        "client_id": "id-1",
        "client_secret": "second",
        "registration_access_token": "manage-2",
        "redirect_uris": ["http://127.0.0.1:4712/callback"],
    });
    let http = Scripted::new([scripted::json(200, &rotated)]);
    let uris = vec!["http://127.0.0.1:4712/callback".to_owned()];
    let update = management
        .update_redirect_uris(&http, &uris)
        .await
        .expect("update");
    // EXPOSE: test value.
    assert_eq!(update.management.token().expose_secret(), "manage-2");
    // EXPOSE: test value.
    assert_eq!(
        update.client_secret.expect("secret").expose_secret(),
        "second"
    );
    assert_eq!(update.redirect_uris, uris);
    let requests = http.requests();
    let request = requests.first().expect("request");
    assert_eq!(request.method(), "PUT");
    assert_eq!(
        request.headers().get("authorization").expect("bearer"),
        "Bearer manage-canary7"
    );
    let sent: serde_json::Value = serde_json::from_slice(request.body()).expect("JSON");
    assert_eq!(sent["client_id"], "id-1");
    assert_eq!(sent["client_secret"], "secret-canary7");
    assert_eq!(sent["redirect_uris"], json!(uris));
    for member in [
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
    ] {
        assert!(sent.get(member).is_none(), "{member}");
    }
}

#[tokio::test]
async fn a_registration_can_be_removed_or_the_server_says_no() {
    let registration = registered(managed("https://as.example/register/1")).await;
    let management = registration
        .expect("registration")
        .management
        .expect("management");
    let again = ClientManagement::from_stored(
        management.url().as_str(),
        management.token().clone(),
        &management.document(),
        crate::issuer::LoopbackHttp::Forbidden,
    );
    let management = again.expect("stored form");
    let delete = |scene| {
        let management = management.clone();
        async move { management.delete(&Scripted::new([scene])).await }
    };
    assert_eq!(delete(reply(204, &[], "")).await, Ok(()));
    assert!(matches!(
        delete(reply(405, &[], "")).await,
        Err(ManagementError::NotAllowed(_))
    ));
    assert!(matches!(
        delete(reply(403, &[], "")).await,
        Err(ManagementError::NotAllowed(_))
    ));
    assert!(matches!(
        delete(reply(401, &[], "")).await,
        Err(ManagementError::InvalidToken(_))
    ));
    assert!(matches!(
        delete(reply(307, &[], "")).await,
        Err(ManagementError::Redirected(_))
    ));
}

#[tokio::test]
async fn an_update_about_another_client_is_rejected() {
    let registration = registered(managed("https://as.example/register/1")).await;
    let management = registration
        .expect("registration")
        .management
        .expect("management");
    let http = Scripted::new([scripted::json(200, &json!({"client_id": "id-2"}))]);
    let error = management
        .update_redirect_uris(&http, &[])
        .await
        .expect_err("another client");
    assert_eq!(error, ManagementError::AnotherClient);
}
