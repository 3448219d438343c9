//! Secrets that Rust holds for a form: the page knows their id and what they look like.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use secrecy::{ExposeSecret as _, SecretString};
use time::{Duration, OffsetDateTime};

use crate::app::{App, locked};
use crate::contract::{
    ApiError, ApplicationKey, DiscardSecretRequest, ErrorCode, PasteSecretRequest, SecretDraft,
    SecretDraftId, SecretPurpose,
};
use crate::records::ApplicationRecord;
use crate::store::Read as _;

/// How long a draft lives.
const LIFE: Duration = Duration::minutes(10);
/// The longest secret, in bytes: room for a large JWT.
const LONGEST: usize = 16 * 1024;
/// Under this many characters the last four would tell too much.
const SHORTEST_WITH_LAST4: usize = 20;

/// The drafts. They are wiped when they are dropped.
#[derive(Default)]
pub(crate) struct SecretDrafts(Mutex<HashMap<SecretDraftId, Held>>);

struct Held {
    secret: SecretString,
    ends_at: OffsetDateTime,
}

impl SecretDrafts {
    /// Holds a secret for a form.
    pub(crate) fn hold(
        &self,
        secret: SecretString,
        purpose: &SecretPurpose,
        now: OffsetDateTime,
    ) -> SecretDraft {
        let id = SecretDraftId::make();
        let view = look(id.clone(), &secret, purpose);
        locked(&self.0).insert(
            id,
            Held {
                secret,
                ends_at: now + LIFE,
            },
        );
        view
    }

    /// The secret of a draft. It stays until [`SecretDrafts::discard`], so that a form which is
    /// refused can be sent again; whoever has made use of it discards it.
    ///
    /// # Errors
    /// [`ErrorCode::SecretDraftGone`].
    pub(crate) fn secret(&self, id: &SecretDraftId) -> Result<SecretString, ApiError> {
        locked(&self.0)
            .get(id)
            .map(|held| held.secret.clone())
            .ok_or_else(|| ApiError::new(ErrorCode::SecretDraftGone, "the secret is gone"))
    }

    /// Drops a draft, if it is there.
    pub(crate) fn discard(&self, id: &SecretDraftId) {
        locked(&self.0).remove(id);
    }

    /// Drops those whose time has run out.
    pub(crate) fn expire(&self, now: OffsetDateTime) {
        // A clock that went far back must not prolong a life.
        let longest = LIFE + Duration::MINUTE;
        locked(&self.0).retain(|_, held| now < held.ends_at && held.ends_at - now <= longest);
    }

    /// Drops all.
    pub(crate) fn clear(&self) {
        locked(&self.0).clear();
    }
}

impl App {
    /// Takes a secret from the clipboard and holds it for a form.
    ///
    /// # Errors
    /// [`ErrorCode::ClipboardEmpty`], [`ErrorCode::ClipboardRefused`],
    /// [`ErrorCode::PasteNotUsable`] with the reason.
    pub async fn paste_secret(
        self: &Arc<Self>,
        request: PasteSecretRequest,
    ) -> Result<SecretDraft, ApiError> {
        let pasted = self.host.read_clipboard()?;
        let secret = clean(&pasted, &request.purpose)?;
        self.remember_pasted(&pasted);
        self.hold_secret(secret, request.purpose).await
    }

    /// Drops a draft.
    #[expect(
        clippy::unused_async,
        clippy::missing_errors_doc,
        reason = "it cannot fail"
    )]
    pub async fn discard_secret(
        self: &Arc<Self>,
        request: DiscardSecretRequest,
    ) -> Result<(), ApiError> {
        self.drafts.discard(&request.id);
        Ok(())
    }

    /// Holds a cleaned secret, and tells whether the vault has it already.
    pub(crate) async fn hold_secret(
        self: &Arc<Self>,
        secret: SecretString,
        purpose: SecretPurpose,
    ) -> Result<SecretDraft, ApiError> {
        let saved_as = match &purpose {
            SecretPurpose::ApiKey { application, .. } => {
                self.saved_as(application.clone(), secret.clone()).await?
            }
            // Only a first run has no vault yet.
            SecretPurpose::NewPassphrase => None,
            _ => {
                self.vault()?;
                None
            }
        };
        let mut draft = self.drafts.hold(secret, &purpose, self.clock.now());
        draft.already_saved_as = saved_as;
        Ok(draft)
    }

    async fn saved_as(
        self: &Arc<Self>,
        application: ApplicationKey,
        secret: SecretString,
    ) -> Result<Option<String>, ApiError> {
        let app = Arc::clone(self);
        self.read(move |vault| {
            let environment = vault.one::<ApplicationRecord>(&application)?.environment;
            crate::api_keys::saved_as(vault, &app.fingerprints, &environment, &secret)
        })
        .await
    }
}

/// What was pasted or typed, as it is meant: one line without spaces or line ends around it, and
/// without the `Bearer` that people copy along. A passphrase keeps its spaces.
///
/// # Errors
/// [`ErrorCode::PasteNotUsable`] with the reason as a sentence.
pub(crate) fn clean(
    typed: &SecretString,
    purpose: &SecretPurpose,
) -> Result<SecretString, ApiError> {
    let text = typed.expose_secret(); // EXPOSE: looked at, and cut to what is meant.
    let is_passphrase = matches!(purpose, SecretPurpose::NewPassphrase);
    let text = if is_passphrase {
        text.trim_end_matches(['\r', '\n'])
    } else {
        text.trim()
    };
    let text = match text.split_once(' ') {
        Some((scheme, token)) if !is_passphrase && scheme.eq_ignore_ascii_case("bearer") => {
            token.trim_start()
        }
        _ => text,
    };
    let reason = if text.is_empty() {
        "There is nothing in it."
    } else if text.len() > LONGEST {
        "That is too long for a secret."
    } else if text.chars().any(char::is_control) {
        "A secret is one line of text."
    } else if !is_passphrase && text.contains(char::is_whitespace) {
        "A secret has no spaces in it."
    } else {
        return Ok(SecretString::from(text));
    };
    Err(ApiError::new(ErrorCode::PasteNotUsable, "not usable as a secret").fact("reason", reason))
}

/// The last four characters, which name a secret; none under 20 characters.
pub(crate) fn last4(secret: &str) -> Option<String> {
    let count = secret.chars().count();
    (count >= SHORTEST_WITH_LAST4).then(|| secret.chars().skip(count - 4).collect())
}

fn look(id: SecretDraftId, secret: &SecretString, purpose: &SecretPurpose) -> SecretDraft {
    let text = secret.expose_secret(); // EXPOSE: only its shape goes on.
    let is_passphrase = matches!(purpose, SecretPurpose::NewPassphrase);
    SecretDraft {
        id,
        looks_like: looks_like(text).to_owned(),
        length_class: length_class(text.chars().count()),
        last4: if is_passphrase { None } else { last4(text) },
        already_saved_as: None,
    }
}

fn looks_like(text: &str) -> &'static str {
    let is_token = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(&byte))
    };
    if text.starts_with("eyJ") && text.split('.').count() == 3 && is_token(text) {
        "JWT"
    } else if text.starts_with("http://") || text.starts_with("https://") {
        "Address"
    } else if text.len() >= SHORTEST_WITH_LAST4 && is_token(text) {
        "Opaque token"
    } else {
        "Text"
    }
}

/// A length as a class of powers of two, which says "too short" without telling the length.
fn length_class(count: usize) -> String {
    if count < 16 {
        return "under 16 characters".to_owned();
    }
    let floor = 1_usize << count.ilog2();
    format!("{floor} to {} characters", floor * 2 - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn purpose() -> SecretPurpose {
        SecretPurpose::ClientSecret {
            name: "Settlement worker".into(),
        }
    }

    fn cleaned(text: &str) -> Result<String, ApiError> {
        let secret = clean(&SecretString::from(text), &purpose())?;
        Ok(secret.expose_secret().to_owned())
    }

    #[test]
    fn a_paste_is_cut_to_the_secret() {
        assert_eq!(cleaned("  sbx_key_1\r\n").unwrap(), "sbx_key_1");
        assert_eq!(cleaned("Bearer sbx_key_1").unwrap(), "sbx_key_1");
        for bad in [
            "",
            " \n",
            "two words",
            "two\nlines",
            &"x".repeat(LONGEST + 1),
        ] {
            assert_eq!(cleaned(bad).unwrap_err().code, ErrorCode::PasteNotUsable);
        }
    }

    #[test]
    fn a_passphrase_keeps_its_spaces() {
        let typed = SecretString::from(" four random words here \n");
        let kept = clean(&typed, &SecretPurpose::NewPassphrase).unwrap();
        assert_eq!(kept.expose_secret(), " four random words here ");
    }

    #[test]
    fn a_draft_tells_its_shape_and_not_its_length() {
        let drafts = SecretDrafts::default();
        let secret = SecretString::from("sbx_key_4kT9wZ2mQe8RfLxB1nVd7Qx2");
        let draft = drafts.hold(secret, &purpose(), NOW);
        assert_eq!(draft.looks_like, "Opaque token");
        assert_eq!(draft.length_class, "32 to 63 characters");
        assert_eq!(draft.last4.as_deref(), Some("7Qx2"));
        let draft = drafts.hold(SecretString::from("nineteen_characters"), &purpose(), NOW);
        assert_eq!(draft.last4, None);
        let draft = drafts.hold(SecretString::from("eyJh.eyJp.c2ln"), &purpose(), NOW);
        assert_eq!(
            (draft.looks_like.as_str(), draft.length_class.as_str()),
            ("JWT", "under 16 characters")
        );
    }

    #[test]
    fn a_draft_lives_ten_minutes_and_no_clock_prolongs_it() {
        let drafts = SecretDrafts::default();
        let hold = || {
            drafts
                .hold(SecretString::from("secret"), &purpose(), NOW)
                .id
        };
        let id = hold();
        drafts.expire(NOW + LIFE - Duration::SECOND);
        assert!(drafts.secret(&id).is_ok());
        drafts.expire(NOW + LIFE);
        assert_eq!(
            drafts.secret(&id).unwrap_err().code,
            ErrorCode::SecretDraftGone
        );
        let id = hold();
        drafts.expire(NOW - Duration::HOUR);
        assert!(drafts.secret(&id).is_err());
    }
}
