//! What goes wrong, as the page is told it: a code for the words, facts to fill them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The kinds of failure that the page has its own words for.
///
/// The words stand in one exhaustive table in the page (`errors.ts`); a code
/// without words there does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The host's name did not resolve, or there is no route. Facts: `host`.
    Unreachable,
    /// Nothing listens there. Facts: `host`, `port`.
    ConnectionRefused,
    /// The certificate was not trusted. Facts: `host`, `reason`.
    TlsUntrusted,
    /// No answer within the time limit. Facts: `seconds`.
    TimedOut,
    /// The connection broke before the answer was whole. Facts: `host`.
    ConnectionLost,
    /// The answer was larger than this kind of answer may be. Facts: `host`.
    AnswerTooLarge,
    /// The person stopped it.
    Cancelled,

    /// No OAuth metadata at this address. Facts: `url`, `status`.
    NoMetadata,
    /// The metadata names another issuer (RFC 8414 §3.3). Facts: `expected`, `named`.
    IssuerMismatch,
    /// An OAuth address without HTTPS outside loopback. Facts: `url`.
    NotHttps,
    /// The metadata cannot be used. Facts: `reason`.
    MetadataRefused,
    /// Endpoints lie on another origin than the issuer. Facts: `endpoints`.
    ForeignEndpoints,
    /// The metadata changed since it was accepted. Facts: `changes`.
    MetadataChanged,

    /// The token endpoint answered `invalid_client`.
    ClientRefused,
    /// `invalid_grant` on refresh: the session has ended.
    SessionEnded,
    /// `invalid_grant` on an authorization code.
    CodeRefused,
    /// `invalid_scope`. Facts: `scopes`.
    ScopesRefused,
    /// `unauthorized_client` or `unsupported_grant_type`. Facts: `grants`.
    GrantRefused,
    /// The token server is busy or failing. Facts: `seconds` when it says when to come back.
    TokenServerBusy,
    /// The token answer broke the rules. Facts: `reason`.
    TokenAnswerRefused,

    /// The portal access token was not accepted.
    PortalTokenRefused,
    /// The server refused a redirect URI. Facts: `uri`, `description`.
    RedirectUriRefused,
    /// The server refused the registration. Facts: `description`.
    RegistrationRefused,
    /// The metadata has no registration endpoint.
    RegistrationNotOffered,

    /// The fixed port is taken. Facts: `port`.
    PortBusy,
    /// The person or the server declined. Facts: `description` when given.
    AccessDenied,
    /// The reply belongs to another sign-in.
    StateMismatch,
    /// The reply names another issuer (RFC 9207). Facts: `expected`, `named`.
    WrongIssuer,
    /// Nothing came back in time.
    SignInTimedOut,
    /// The authorization server answered an error. Facts: `error`, `description`.
    SignInRefused,
    /// No browser could be opened.
    NoBrowser,
    /// The pasted text is not an address.
    NotAnAddress,
    /// The pasted address has no code in it.
    NoCodeInAddress,
    /// The pasted address is not the one the sign-in returns to. Facts: `redirect`.
    NotTheRedirectAddress,
    /// The pasted address belongs to another sign-in.
    AddressOfAnotherSignIn,
    /// The code was used already.
    CodeAlreadyUsed,

    /// The vault is locked.
    Locked,
    /// The keyring is locked.
    KeyringLocked,
    /// The keyring refused access.
    KeyringDenied,
    /// No keyring answered, or it has lost the key.
    KeyringMissing,
    /// The keyring did not answer in time.
    KeyringTimedOut,
    /// The passphrase did not open the vault.
    WrongPassphrase,
    /// Too many wrong passphrases. Facts: `seconds`.
    WaitBeforeRetry,
    /// The vault file cannot be read.
    VaultDamaged,
    /// The vault was written by a newer Inchkeep.
    VaultTooNew,
    /// The vault could not be saved. Facts: `reason`.
    VaultNotSaved,
    /// There is a vault already.
    VaultExists,

    /// The thing asked for is not there (any more). Facts: `what`.
    NotFound,
    /// Something by that name or id exists. Facts: `name`.
    Duplicate,
    /// A field is not valid. Facts: `field`, `reason`.
    InvalidField,
    /// The request cannot be sent as it is. Facts: `reason`.
    InvalidRequest,
    /// The JSON body is not JSON. Facts: `line`, `reason`.
    InvalidJson,
    /// The credential would go to a host that is not its environment's. Facts: `host`, `credential`.
    ForeignHost,
    /// The socket is closed.
    SocketClosed,

    /// The clipboard has no text.
    ClipboardEmpty,
    /// The desktop refused access to the clipboard.
    ClipboardRefused,
    /// What was pasted does not fit here. Facts: `reason`.
    PasteNotUsable,
    /// The secret draft is gone: it was used, discarded, or its time ran out.
    SecretDraftGone,
    /// A ticket of the secret window was used or is too old.
    TicketGone,

    /// The sandbox did not start. Facts: `reason`.
    SandboxNotStarted,
    /// A file could not be written. Facts: `reason`.
    FileNotWritten,
    /// A defect of Inchkeep: what should not happen.
    Internal,
}

/// A failure on its way to the page. Holds no secret: every text that came
/// from a server has been cleaned before it gets here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct ApiError {
    /// Selects the words.
    pub code: ErrorCode,
    /// One technical sentence in English, for *Details* and the log.
    pub message: String,
    /// What to do about it, when this layer knows better than the words do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hint: Option<String>,
    /// `X-Request-Id` of the answer, when one came.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub request_id: Option<String>,
    /// Values for the words: host, port, status and the like.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
}

impl ApiError {
    /// A failure with its technical sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            request_id: None,
            facts: BTreeMap::new(),
        }
    }

    /// Adds one value for the words.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }

    /// Adds the request id of the answer that carried the failure.
    #[must_use]
    pub fn request_id(mut self, id: Option<String>) -> Self {
        self.request_id = id;
        self
    }
}
