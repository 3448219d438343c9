//! The state of the app as a whole: first run, locked, open.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CredentialRef, Draft, EnvironmentView};
use super::{EnvironmentId, ExchangeId, SecretDraftId, Settings};

/// Everything that the page needs to decide what to draw first.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AppStatus {
    /// First run, locked, or open.
    pub phase: Phase,
    /// The step at which an unfinished first run goes on.
    pub first_run_step: Option<FirstRunStep>,
    /// What opens the vault; absent before there is one.
    pub opens_with: Option<OpensWith>,
    /// Whether a recovery code was made and taken away by the person.
    pub has_recovery_code: bool,
    /// Whether the person took it as a copy only, and not as a file too.
    pub recovery_code_only_copied: bool,
    /// Why the app is locked; only while it is.
    pub lock_reason: Option<LockReason>,
    /// Whether a lock stopped a sign-in.
    pub sign_in_stopped: bool,
    /// The chosen environment; absent while locked and before the first choice.
    pub environment: Option<EnvironmentView>,
    /// How many requests of the chosen environment are kept.
    pub kept_requests: u64,
    /// Records that could not be read (damaged rows).
    pub damaged_records: u64,
    /// Settings, of which the theme matters before unlock.
    pub settings: Settings,
    /// Version of Inchkeep.
    pub version: String,
    /// The system it runs on.
    pub platform: Platform,
    /// Where the data lies.
    pub data_dir: String,
}

/// What the app as a whole is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// No vault yet, or the first run was left midway.
    FirstRun,
    /// There is a vault, and it is closed.
    Locked,
    /// The vault is open.
    Open,
}

/// The steps of the first run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FirstRunStep {
    /// "How should the vault open?"
    Vault,
    /// "Save your recovery code".
    RecoveryCode,
    /// "Where do you want to start?"
    Start,
    /// "Send your first request" or "Add a first credential".
    FirstCredential,
}

/// What opens the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OpensWith {
    /// The desktop session's keyring.
    Keyring,
    /// A passphrase.
    Passphrase,
}

/// Why the app is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LockReason {
    /// The app has just started.
    Started,
    /// The person locked it.
    ByHand,
    /// It was not used for the time that the settings give.
    Idle,
    /// The screen was locked or the computer went to sleep.
    Screen,
}

/// The system that Inchkeep runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Linux.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
}

/// How the keyring answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyringState {
    /// It answers.
    Ready,
    /// It is locked.
    Locked,
    /// It refused.
    Denied,
    /// There is none.
    Missing,
    /// It did not answer in time.
    TimedOut,
    /// It answered nonsense.
    Broken,
}

/// Answer to `check_keyring`.
#[derive(Debug, Clone, Copy, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyringView {
    /// How the keyring answers now.
    pub state: KeyringState,
}

/// Makes the vault.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CreateVaultRequest {
    /// Keyring or passphrase.
    pub opens_with: OpensWith,
    /// The passphrase, typed in the secret window before.
    pub passphrase: Option<SecretDraftId>,
}

/// Remembers where the first run stands, so that closing midway loses nothing.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FirstRunStepRequest {
    /// The step to resume at.
    pub step: FirstRunStep,
}

/// Where to start.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum StartWithRequest {
    /// The practice server inside Inchkeep.
    Sandbox,
    /// The live API.
    Production,
    /// A base URL of the person's own.
    #[serde(rename_all = "camelCase")]
    Other {
        /// Base URL of the API gateway.
        api_base: String,
    },
}

/// The chosen start: its environment, and a first request when one can be sent at once.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StartView {
    /// The environment that is now selected.
    pub environment: EnvironmentView,
    /// The first request, ready to be sent (Sandbox only).
    pub first_request: Option<FirstRequest>,
}

/// A request with its credential filled in.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FirstRequest {
    /// What to send.
    pub draft: Draft,
    /// With what.
    pub credential: CredentialRef,
    /// Name of the credential.
    pub credential_name: String,
    /// Its last four characters.
    pub last4: Option<String>,
}

/// Names an exchange.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeRef {
    /// Which.
    pub exchange_id: ExchangeId,
}

/// Names an environment.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentRef {
    /// Which.
    pub environment_id: EnvironmentId,
}
