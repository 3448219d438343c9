//! A started sandbox, an HTTP client that follows nothing, and the steps that most tests take.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use inchkeep_sandbox::{Decision, Sandbox, SandboxOptions, Seed};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:43117/callback";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(crate) struct Fixture {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: Client,
    pub(crate) seed: Seed,
}

/// An OAuth client as registered.
pub(crate) struct Registered {
    pub(crate) id: String,
    pub(crate) secret: String,
}

pub(crate) fn http() -> Client {
    // Built beside the other crates, reqwest comes without a cryptography of its own. A second
    // install is refused, and the first one serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

/// In memory, on any free port, without a rate limit.
pub(crate) fn options() -> SandboxOptions {
    SandboxOptions {
        port: Some(0),
        rate_per_second: None,
        ..SandboxOptions::default()
    }
}

pub(crate) async fn start() -> Fixture {
    start_with(options()).await
}

pub(crate) async fn start_with(options: SandboxOptions) -> Fixture {
    let sandbox = Sandbox::start(options).await.unwrap();
    let seed = sandbox.take_seed().unwrap();
    Fixture {
        sandbox,
        http: http(),
        seed,
    }
}

pub(crate) fn url(sandbox: &Sandbox, path: &str) -> String {
    format!("{}{path}", sandbox.issuer())
}

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

pub(crate) fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(own, _)| own == name)
        .map(|(_, value)| value.into_owned())
}

impl Fixture {
    pub(crate) fn url(&self, path: &str) -> String {
        url(&self.sandbox, path)
    }

    pub(crate) async fn get(&self, path: &str, bearer: &str) -> Response {
        self.http
            .get(self.url(path))
            .bearer_auth(bearer)
            .send()
            .await
            .unwrap()
    }

    pub(crate) fn registration(&self, body: &Value) -> RequestBuilder {
        let token = self.sandbox.issue_portal_token().unwrap();
        self.http
            .post(self.url("/oauth/register"))
            .bearer_auth(token)
            .json(body)
    }

    pub(crate) async fn register(&self, body: Value) -> Registered {
        let answer = self.registration(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        let body: Value = answer.json().await.unwrap();
        Registered {
            id: body["client_id"].as_str().unwrap().into(),
            secret: body["client_secret"].as_str().unwrap_or_default().into(),
        }
    }

    /// A client for people, with `client_secret_post` and refresh tokens.
    pub(crate) async fn code_client(&self) -> Registered {
        self.register(json!({
            "client_name": "Desktop sign-in",
            "redirect_uris": [REDIRECT_URI],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "client_secret_post",
            "application_id": self.seed.application_id,
        }))
        .await
    }

    /// A client for servers, with `client_secret_post`.
    pub(crate) async fn server_client(&self) -> Registered {
        self.register(json!({
            "client_name": "Settlement worker",
            "redirect_uris": ["https://example.com"],
            "grant_types": ["client_credentials"],
            "token_endpoint_auth_method": "client_secret_post",
        }))
        .await
    }

    /// A good authorization link, with some parameters replaced, added or (empty) taken away.
    pub(crate) fn link(&self, client: &str, changed: &[(&str, &str)]) -> Url {
        let challenge = challenge();
        let usual = [
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", REDIRECT_URI),
            ("state", "af0ifjsldkj"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let mut link = Url::parse(&self.url("/oauth/authorize")).unwrap();
        let kept = usual
            .iter()
            .filter(|(name, _)| !changed.iter().any(|(own, _)| own == name));
        link.query_pairs_mut()
            .extend_pairs(kept)
            .extend_pairs(changed.iter().filter(|(_, value)| !value.is_empty()));
        link
    }

    /// The code of an approved request.
    pub(crate) async fn code(&self, client: &str) -> String {
        let back = self
            .sandbox
            .consent(&self.link(client, &[]), Decision::Approve)
            .await
            .unwrap();
        query(&back, "code").unwrap()
    }

    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Response {
        self.http
            .post(self.url("/oauth/token"))
            .form(form)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn exchange(&self, client: &Registered, code: &str) -> Response {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
            ("client_id", &client.id),
            ("client_secret", &client.secret),
        ])
        .await
    }

    pub(crate) async fn sign_in(&self, client: &Registered) -> Value {
        let code = self.code(&client.id).await;
        let answer = self.exchange(client, &code).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    pub(crate) async fn refresh(&self, client: &Registered, token: &str) -> Response {
        self.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", &client.id),
            ("client_secret", &client.secret),
        ])
        .await
    }

    pub(crate) async fn client_credentials(&self, client: &Registered) -> Response {
        self.token(&[
            ("grant_type", "client_credentials"),
            ("client_id", &client.id),
            ("client_secret", &client.secret),
        ])
        .await
    }
}

/// Status and `error` of an OAuth answer.
pub(crate) async fn refusal(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    (status, body["error"].as_str().unwrap().to_owned())
}

pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name}"))
        .to_owned()
}
