//! The redactor over all secrets of the vault, made anew whenever they change.

use std::sync::{Arc, Mutex};

use inchkeep_console::Redactor;
use inchkeep_vault::{Kind, Vault, VaultError};
use secrecy::SecretString;

use crate::app::{App, locked};
use crate::error::ApiError;
use crate::records::{SessionTokens, kinds};
use crate::store::blocking;

/// The redactor, and the number of the vault's change for which it was made.
#[derive(Default)]
pub(crate) struct Redaction(Mutex<Option<(u64, Arc<Redactor>)>>);

impl Redaction {
    /// A change of the vault that touched no secret, and went from `before` to `after`, makes the
    /// redactor no older. Any change between the two does, whoever made it.
    pub(crate) fn passed_over(&self, before: u64, after: u64) {
        if let Some((generation, _)) = locked(&self.0).as_mut()
            && *generation == before
            && after == before + 1
        {
            *generation = after;
        }
    }

    /// Forgets the secrets, at a lock.
    pub(crate) fn forget(&self) {
        *locked(&self.0) = None;
    }
}

impl App {
    /// Masks every secret that the vault holds now, by value and by shape.
    ///
    /// # Errors
    /// `Locked`: without the vault nobody knows what is a secret, so nothing passes.
    pub(crate) async fn redactor(self: &Arc<Self>) -> Result<Arc<Redactor>, ApiError> {
        let vault = self.vault()?;
        let app = Arc::clone(self);
        blocking(move || {
            let generation = vault.generation()?;
            if let Some((known, redactor)) = locked(&app.live.redaction.0).as_ref()
                && *known == generation
            {
                return Ok(Arc::clone(redactor));
            }
            let redactor = Arc::new(Redactor::new(secrets(&vault)?));
            *locked(&app.live.redaction.0) = Some((generation, Arc::clone(&redactor)));
            if !vault.is_open() {
                app.live.redaction.forget();
            }
            Ok(redactor)
        })
        .await
    }
}

/// Every secret of the vault with a label that says what it is.
fn secrets(vault: &Vault) -> Result<Vec<(String, SecretString)>, VaultError> {
    let mut found = Vec::new();
    let each = |kind: Kind| -> Result<Vec<SecretString>, VaultError> {
        let mut secrets = Vec::new();
        for entry in vault.list(kind)?.entries {
            // A damaged secret is unreadable for everybody, so it cannot leak either.
            if let Ok(Some(secret)) = vault.secret(kind, &entry.id) {
                secrets.push(secret);
            }
        }
        Ok(secrets)
    };
    for (kind, label) in [
        (kinds::API_KEY, "API key"),
        (kinds::OAUTH_CLIENT, "client secret"),
        (kinds::PORTAL_TOKEN, "portal access token"),
    ] {
        found.extend(
            each(kind)?
                .into_iter()
                .map(|secret| (label.to_owned(), secret)),
        );
    }
    for secret in each(kinds::SESSION)? {
        let Some(tokens) = SessionTokens::from_secret(&secret) else {
            continue;
        };
        found.push(("access token".to_owned(), tokens.access_token));
        for token in [tokens.refresh_token, tokens.previous_refresh_token]
            .into_iter()
            .flatten()
        {
            found.push(("refresh token".to_owned(), token));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_change_without_others_is_passed_over() {
        let redaction = Redaction::default();
        let of = |redaction: &Redaction| locked(&redaction.0).as_ref().map(|(known, _)| *known);
        *locked(&redaction.0) = Some((7, Arc::new(Redactor::new(None))));
        redaction.passed_over(7, 8);
        assert_eq!(of(&redaction), Some(8));
        redaction.passed_over(8, 10);
        assert_eq!(
            of(&redaction),
            Some(8),
            "somebody else changed the vault meanwhile"
        );
        redaction.passed_over(9, 10);
        assert_eq!(of(&redaction), Some(8));
    }
}
