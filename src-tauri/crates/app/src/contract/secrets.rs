//! Secrets: drafts that Rust holds, the secret window, the clipboard.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    ApiKeyId, AppStatus, ApplicationKey, EnvironmentId, OAuthClientId, SecretDraftId, SessionId,
    SignInId, SignInView, Timestamp,
};

/// A secret of the vault that can be shown or copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum SecretTarget {
    /// An API key.
    ApiKey(ApiKeyId),
    /// The secret of an OAuth client.
    ClientSecret(OAuthClientId),
    /// The access token of a session.
    AccessToken(SessionId),
    /// The refresh token of a session.
    RefreshToken(SessionId),
}

/// What a secret is wanted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SecretPurpose {
    /// An API key of this application.
    #[serde(rename_all = "camelCase")]
    ApiKey {
        /// Which application.
        application: ApplicationKey,
        /// The name that the key will have.
        name: String,
    },
    /// The secret of a client that is being imported.
    #[serde(rename_all = "camelCase")]
    ClientSecret {
        /// Name of the client.
        name: String,
    },
    /// A portal access token for a registration.
    #[serde(rename_all = "camelCase")]
    PortalToken {
        /// Where it will be sent.
        environment_id: EnvironmentId,
    },
    /// The address on which a sign-in's browser stopped.
    #[serde(rename_all = "camelCase")]
    RedirectAddress {
        /// Which sign-in.
        sign_in_id: SignInId,
    },
    /// A passphrase for a new vault.
    NewPassphrase,
}

/// Opens the secret window.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "mode")]
pub enum SecretWindowRequest {
    /// Show a secret of the vault.
    Reveal {
        /// Which.
        target: SecretTarget,
    },
    /// Type a secret.
    Enter {
        /// What for.
        purpose: SecretPurpose,
    },
    /// Type the passphrase or the recovery code of a locked vault.
    Unlock {
        /// Ask for the recovery code instead.
        recovery: bool,
    },
    /// Make and show a recovery code.
    RecoveryCode,
}

/// Takes a secret from the clipboard, in Rust.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PasteSecretRequest {
    /// What for.
    pub purpose: SecretPurpose,
}

/// A secret that Rust holds for a form, for ten minutes at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SecretDraft {
    /// Names it in the command that uses it up.
    pub id: SecretDraftId,
    /// What it looks like: "JWT", "API key", "text".
    pub looks_like: String,
    /// How long it is, roughly: "32 to 63 characters".
    pub length_class: String,
    /// The last four characters; absent under 20 characters.
    pub last4: Option<String>,
    /// Name under which the same secret is already saved.
    pub already_saved_as: Option<String>,
}

/// Drops a secret draft.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DiscardSecretRequest {
    /// Which.
    pub id: SecretDraftId,
}

/// Copies a secret to the clipboard, in Rust.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CopySecretRequest {
    /// Which.
    pub target: SecretTarget,
}

/// Copies text that is no secret, such as an id; it stays on the clipboard.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CopyTextRequest {
    /// The text.
    pub text: String,
    /// What it is, for the status bar: "Request ID".
    pub label: String,
}

/// What the clipboard holds of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClipboardView {
    /// What was copied: "router-read", "Request ID".
    pub label: String,
    /// How it stands.
    pub state: ClipboardState,
    /// When it will be cleared; absent when it stays.
    pub clears_at: Option<Timestamp>,
}

/// How our text on the clipboard stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClipboardState {
    /// It is there.
    Copied,
    /// It was cleared.
    Cleared,
    /// Something else was copied meanwhile; it was left as it is.
    LeftAlone,
    /// It could not be cleared.
    NotCleared,
}

/// Which secret the secret window shows; the value is in that window alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ShownSecret {
    /// Which.
    pub target: Option<SecretTarget>,
    /// When it is hidden; absent when it stays until hidden.
    pub hides_at: Option<Timestamp>,
}

/// A ticket of the secret window: good for one window, for 20 s until it is first used.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TicketRequest {
    /// The ticket.
    pub ticket: String,
}

/// What the secret window draws.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SecretWindowView {
    /// Reveal, enter, unlock, new passphrase, recovery code.
    pub mode: SecretWindowMode,
    /// Its title.
    pub title: String,
    /// The line under it: kind and environment.
    pub line: String,
    /// The value, for `reveal` and `recovery_code`.
    pub value: Option<RevealedSecret>,
    /// When it closes by itself.
    pub hides_at: Option<Timestamp>,
    /// Whether it closes when the window loses focus.
    pub hide_on_blur: bool,
    /// After how many seconds a copy is cleared from the clipboard; 0 is never.
    pub clears_clipboard_after: u32,
    /// The theme, since this window reads nothing else.
    pub theme: super::Theme,
}

/// What the secret window is open for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SecretWindowMode {
    /// Show a value.
    Reveal,
    /// Type a value.
    Enter,
    /// Type a passphrase twice.
    NewPassphrase,
    /// Type the passphrase.
    Unlock,
    /// Type the recovery code.
    Recover,
    /// Show a new recovery code.
    RecoveryCode,
}

/// What was typed in the secret window.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SubmitSecretRequest {
    /// The window's ticket.
    pub ticket: String,
    /// What was typed.
    pub value: SecretText,
}

/// What came of what was typed.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SubmitSecretAnswer {
    /// Whether it was taken; the window closes then.
    pub accepted: bool,
    /// Why not, as one sentence under the field.
    pub problem: Option<String>,
    /// Seconds until the next try is allowed, after too many wrong ones.
    pub wait_seconds: Option<u64>,
}

/// Where something was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedFile {
    /// The path; absent when the person chose none.
    pub path: Option<String>,
}

/// A secret on its way out, to the secret window alone.
#[derive(Serialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct RevealedSecret(String);

impl RevealedSecret {
    /// The text of a secret, to be shown in the secret window.
    pub fn of(secret: &SecretString) -> Self {
        use secrecy::ExposeSecret as _;
        // EXPOSE: the one answer that shows a secret, in the secret window.
        Self(secret.expose_secret().to_owned())
    }
}

impl Drop for RevealedSecret {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl std::fmt::Debug for RevealedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RevealedSecret(…)")
    }
}

/// A secret on its way in, from the secret window alone.
#[derive(Debug, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct SecretText(SecretString);

impl SecretText {
    /// What was typed, as a secret.
    pub fn into_secret(self) -> SecretString {
        self.0
    }
}

/// A secret was typed in the secret window, and Rust holds it for its form.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum SecretTaken {
    /// A draft for the form with this purpose.
    Draft {
        /// What it was wanted for.
        purpose: SecretPurpose,
        /// The draft.
        draft: SecretDraft,
    },
    /// The address went to its sign-in.
    SignIn(Box<SignInView>),
    /// The vault is open.
    Unlocked(Box<AppStatus>),
    /// The recovery code was copied or saved.
    RecoveryCodeTaken,
}
