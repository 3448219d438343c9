//! Failures of the layers below in the words of the contract. No message quotes a value.

use inchkeep_sandbox::SandboxError;
use inchkeep_vault::{KeyringFailure, VaultError};

use crate::contract::KeyringState;
use crate::error::{ApiError, ErrorCode};
use crate::host::HostError;

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        let not_saved = |reason: &str| {
            Self::new(ErrorCode::VaultNotSaved, error.to_string()).fact("reason", reason)
        };
        let code = match &error {
            VaultError::Closed => ErrorCode::Locked,
            VaultError::AlreadyExists => ErrorCode::VaultExists,
            VaultError::WrongKey => ErrorCode::WrongPassphrase,
            VaultError::KeyMissing | VaultError::OtherKeyring { .. } => ErrorCode::KeyringMissing,
            VaultError::Keyring(failure) => return Self::from(*failure),
            VaultError::NewerSchema { .. } => ErrorCode::VaultTooNew,
            VaultError::CostOutOfBounds | VaultError::Damaged(_) | VaultError::Decode(_) => {
                ErrorCode::VaultDamaged
            }
            VaultError::Missing => {
                return Self::new(ErrorCode::NotFound, error.to_string()).fact("what", "vault");
            }
            VaultError::NoSuchSlot => {
                return Self::new(ErrorCode::InvalidRequest, error.to_string())
                    .fact("reason", "The vault does not open in this way.");
            }
            VaultError::MistypedRecoveryCode => {
                return Self::new(ErrorCode::InvalidField, error.to_string())
                    .fact("field", "recovery code")
                    .fact("reason", "This code has a typing error.");
            }
            VaultError::DiskFull => return not_saved("The disk is full."),
            VaultError::Busy => return not_saved("Another process is using the vault."),
            VaultError::Replaced => {
                return not_saved("The vault's file was replaced while it was open.");
            }
            VaultError::Io(cause) => return not_saved(&sentence_of(cause)),
            VaultError::Database(_) => return not_saved("The database refused."),
            _ => ErrorCode::Internal,
        };
        Self::new(code, error.to_string())
    }
}

impl From<KeyringFailure> for ApiError {
    fn from(failure: KeyringFailure) -> Self {
        let code = match failure {
            KeyringFailure::Locked => ErrorCode::KeyringLocked,
            KeyringFailure::Denied => ErrorCode::KeyringDenied,
            KeyringFailure::TimedOut => ErrorCode::KeyringTimedOut,
            _ => ErrorCode::KeyringMissing,
        };
        Self::new(code, failure.to_string())
    }
}

/// How a keyring that was asked without need stands.
pub(crate) fn keyring_state(probe: Result<(), KeyringFailure>) -> KeyringState {
    match probe {
        Ok(()) => KeyringState::Ready,
        Err(KeyringFailure::Locked) => KeyringState::Locked,
        Err(KeyringFailure::Denied) => KeyringState::Denied,
        Err(KeyringFailure::NoService) => KeyringState::Missing,
        Err(KeyringFailure::TimedOut) => KeyringState::TimedOut,
        Err(_) => KeyringState::Broken,
    }
}

impl From<SandboxError> for ApiError {
    fn from(error: SandboxError) -> Self {
        let reason = match &error {
            SandboxError::UnknownApplication => {
                return Self::new(ErrorCode::NotFound, error.to_string())
                    .fact("what", "application");
            }
            SandboxError::PortInUse { port } => {
                format!("Port {port} on 127.0.0.1 is used by another program.")
            }
            SandboxError::Listen(cause) => sentence_of(cause),
            SandboxError::Data { source, .. } => {
                format!("Its data folder cannot be used: {}", sentence_of(source))
            }
            SandboxError::Damaged { .. } => "Its data folder is damaged.".to_owned(),
            _ => "It failed.".to_owned(),
        };
        Self::new(ErrorCode::SandboxNotStarted, error.to_string()).fact("reason", reason)
    }
}

impl From<HostError> for ApiError {
    fn from(error: HostError) -> Self {
        let code = match error {
            HostError::NothingOpened => ErrorCode::NoBrowser,
            HostError::ClipboardEmpty => ErrorCode::ClipboardEmpty,
            HostError::ClipboardRefused => ErrorCode::ClipboardRefused,
            HostError::NoWindow => ErrorCode::Internal,
        };
        Self::new(code, error.to_string())
    }
}

/// What the operating system said, without a path.
pub(crate) fn sentence_of(error: &std::io::Error) -> String {
    let mut text = error.kind().to_string();
    if let Some(first) = text.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    text + "."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_key_is_told_from_a_wrong_one() {
        assert_eq!(
            ApiError::from(VaultError::KeyMissing).code,
            ErrorCode::KeyringMissing
        );
        assert_eq!(
            ApiError::from(VaultError::WrongKey).code,
            ErrorCode::WrongPassphrase
        );
        assert_eq!(ApiError::from(VaultError::Closed).code, ErrorCode::Locked);
    }

    #[test]
    fn an_error_of_the_disk_is_a_sentence_without_a_path() {
        let cause = std::io::Error::new(std::io::ErrorKind::PermissionDenied, "/home/ada/vault");
        let error = ApiError::from(VaultError::Io(cause));
        assert_eq!(error.code, ErrorCode::VaultNotSaved);
        assert_eq!(error.facts["reason"], "Permission denied.");
    }

    #[test]
    fn a_taken_port_is_named() {
        let error = ApiError::from(SandboxError::PortInUse { port: 8417 });
        assert!(error.facts["reason"].contains("8417"));
    }
}
