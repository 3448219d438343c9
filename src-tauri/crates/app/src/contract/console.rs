//! Requests by hand, their exchanges, and the history of them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    ApiError, ApiKeyId, ApplicationKey, EnvironmentId, ExchangeId, SendId, SessionId, Timestamp,
};

/// Which credential to send.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum CredentialRef {
    /// An API key.
    ApiKey(ApiKeyId),
    /// The access token of a session.
    Session(SessionId),
}

/// A credential in the picker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CredentialView {
    /// Which.
    pub credential: CredentialRef,
    /// Its name.
    pub name: String,
    /// Its application.
    pub application: ApplicationKey,
    /// Name of the application.
    pub application_name: String,
    /// The last four characters of the key; absent for sessions and short keys.
    pub last4: Option<String>,
    /// When it ends (sessions).
    pub expires_at: Option<Timestamp>,
    /// Whether it can be used as it is, or after a refresh.
    pub usable: bool,
}

/// Where a credential is put. Access tokens go in the header only (OAuth 2.1 §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CredentialPlacement {
    /// `Authorization: Bearer …`.
    #[default]
    Header,
    /// `?apiKey=…`.
    Query,
}

/// A name and a value that can be switched off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DraftField {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
    /// Whether it is sent.
    pub enabled: bool,
}

/// The body of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum DraftBody {
    /// No body.
    #[default]
    None,
    /// JSON, checked before it goes.
    Json {
        /// Exactly what is sent.
        text: String,
    },
    /// `application/x-www-form-urlencoded`.
    Form {
        /// Its fields.
        fields: Vec<DraftField>,
    },
    /// Plain text.
    Text {
        /// Exactly what is sent.
        text: String,
    },
}

/// A request that is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The whole address; a path alone is taken from the environment's base.
    pub url: String,
    /// Query parameters beside those in the address.
    pub params: Vec<DraftField>,
    /// Headers.
    pub headers: Vec<DraftField>,
    /// Body.
    pub body: DraftBody,
}

/// Sends a draft.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SendRequest {
    /// Chosen by the page, so that it can cancel.
    pub send_id: SendId,
    /// Where.
    pub environment_id: EnvironmentId,
    /// What.
    pub draft: Draft,
    /// With what.
    pub credential: Option<CredentialRef>,
    /// Where the credential is put.
    pub placement: CredentialPlacement,
    /// The person agreed that this one request takes the credential to another host.
    pub allow_foreign_host: bool,
}

/// Stops a request that runs.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CancelSendRequest {
    /// Which.
    pub send_id: SendId,
}

/// A name and a value as they went over the wire, redacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HeaderView {
    /// Name, in the case that it had.
    pub name: String,
    /// Value.
    pub value: String,
}

/// One request and what came of it, redacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeView {
    /// Its id.
    pub id: ExchangeId,
    /// The environment that it was sent in.
    pub environment_id: EnvironmentId,
    /// When it was sent.
    pub at: Timestamp,
    /// The request as it went, secrets masked.
    pub sent: SentView,
    /// The draft that it came from, to be opened again.
    pub draft: Option<Draft>,
    /// Which credential went with it.
    pub credential: Option<CredentialRef>,
    /// Its name at that time, as for support: "API key router-read (ends 7Qx2)".
    pub credential_label: Option<String>,
    /// Where the credential was put.
    pub placement: CredentialPlacement,
    /// What came of it.
    pub outcome: OutcomeView,
    /// How long the parts took.
    pub timing: TimingView,
    /// `X-Request-Id` of the answer.
    pub request_id: Option<String>,
    /// `requestId` of the body, when it has one and differs.
    pub body_request_id: Option<String>,
    /// Redirects that were followed on the same origin.
    pub redirects: Vec<RedirectView>,
    /// A redirect to another origin, which was not followed.
    pub stopped_redirect: Option<String>,
    /// A help line for 401, 403, 429 and 5xx.
    pub explanation: Option<String>,
}

/// A request as it went over the wire, secrets masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SentView {
    /// Method.
    pub method: String,
    /// Address.
    pub url: String,
    /// Headers in order.
    pub headers: Vec<HeaderView>,
    /// Body as text, shortened.
    pub body: Option<String>,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum OutcomeView {
    /// The server answered.
    #[serde(rename_all = "camelCase")]
    Answer {
        /// Status code.
        status: u16,
        /// Reason phrase, or the usual one for the status.
        reason: String,
        /// `HTTP/1.1`, `HTTP/2`.
        http_version: String,
        /// Address and port that answered.
        remote_address: Option<String>,
        /// Headers in wire order, duplicates kept.
        headers: Vec<HeaderView>,
        /// The kind of body, which decides how it is shown.
        body_kind: BodyKind,
        /// Bytes on the wire, when they can be told.
        size_on_wire: Option<u64>,
        /// Bytes after decoding.
        size: u64,
        /// Whether the body was cut at the limit.
        truncated: bool,
    },
    /// No answer came.
    #[serde(rename_all = "camelCase")]
    Failure {
        /// Why.
        error: ApiError,
    },
    /// The person stopped it.
    #[serde(rename_all = "camelCase")]
    Cancelled {
        /// After how many milliseconds.
        after_ms: u64,
    },
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    /// Nothing.
    Empty,
    /// Valid JSON.
    Json,
    /// Text in UTF-8.
    Text,
    /// Anything else.
    Binary,
}

/// How long the parts took, in microseconds; absent where a part cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TimingView {
    /// Name resolution.
    pub dns_us: Option<u64>,
    /// TCP connection.
    pub connect_us: Option<u64>,
    /// TLS handshake.
    pub tls_us: Option<u64>,
    /// From the request to the head of the answer.
    pub waiting_us: Option<u64>,
    /// The body.
    pub download_us: Option<u64>,
    /// Everything.
    pub total_us: u64,
    /// Whether a kept connection was used.
    pub reused: bool,
}

/// A redirect that was followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RedirectView {
    /// Status of the redirect.
    pub status: u16,
    /// Where it came from.
    pub from: String,
    /// Where it led.
    pub to: String,
    /// Its own `X-Request-Id`.
    pub request_id: Option<String>,
}

/// Asks for the body of an exchange.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeBodyRequest {
    /// Which.
    pub exchange_id: ExchangeId,
    /// In which form.
    pub form: BodyForm,
}

/// The forms in which a body is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BodyForm {
    /// JSON indented, every number as it came.
    Pretty,
    /// As it came.
    Raw,
    /// Sixteen bytes a line.
    Hex,
}

/// A body as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BodyText {
    /// The text, redacted.
    pub text: String,
    /// Whether the end is left out.
    pub cut: bool,
    /// Size of the whole in bytes.
    pub size: u64,
}

/// Asks for a part of the history, newest first.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryRequest {
    /// Which environment.
    pub environment_id: EnvironmentId,
    /// Path or request id, whole or part; empty for all.
    pub search: String,
    /// How many rows at most, 1 to 500.
    pub limit: u32,
    /// Rows older than this one.
    pub before: Option<ExchangeId>,
}

/// A part of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// Rows, newest first; exact matches of a request id before others.
    pub rows: Vec<HistoryRow>,
    /// How many rows match in all.
    pub total: u64,
}

/// A row of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryRow {
    /// Its id.
    pub id: ExchangeId,
    /// The environment.
    pub environment_id: EnvironmentId,
    /// When.
    pub at: Timestamp,
    /// `GET`, `WS` and so on.
    pub method: String,
    /// Host, when it is not the environment's.
    pub host: String,
    /// Path without the query.
    pub path: String,
    /// Status; absent when no answer came.
    pub status: Option<u16>,
    /// Why no answer came, as one word: "Cancelled", "No answer".
    pub failure: Option<String>,
    /// `X-Request-Id`.
    pub request_id: Option<String>,
    /// How long, in milliseconds.
    pub duration_ms: u64,
    /// The application whose credential was used.
    pub application: Option<ApplicationKey>,
    /// The credential that was used.
    pub credential: Option<CredentialRef>,
}

/// Checks the text of a JSON body.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CheckJsonRequest {
    /// The text.
    pub text: String,
}

/// Whether a text is JSON, and the same text indented.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct JsonCheck {
    /// What is wrong, as a sentence: "Line 3: expected , or }".
    pub fault: Option<String>,
    /// The text indented, when nothing is wrong.
    pub formatted: Option<String>,
}
