//! What the app knows of the vault's door, open or not.

use std::path::Path;

use inchkeep_vault::{OpensWith as VaultOpensWith, Vault, VaultState};
use time::{Duration, OffsetDateTime};

use crate::contract::{LockReason, OpensWith};

/// How long after an event a reading command is taken for the page's own doing.
const ECHO: Duration = Duration::seconds(1);

/// The door: how it opens, why it is shut, when somebody last went through.
pub(crate) struct Door {
    /// What is behind it.
    pub(crate) vault: Seen,
    /// Why it is closed.
    pub(crate) reason: LockReason,
    /// Whether the last lock stopped a sign-in.
    pub(crate) sign_in_stopped: bool,
    /// Records that could not be read at the last unlock.
    pub(crate) damaged: u64,
    /// The keyring asked the person for something and did not get it in time.
    pub(crate) keyring_prompted: bool,
    last_use: OffsetDateTime,
    last_event: Option<OffsetDateTime>,
}

/// A vault as it is seen without its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// There is none.
    Nothing,
    /// Something is there that cannot be read. Unlocking will say what is wrong with it.
    Unreadable,
    /// A vault.
    Vault {
        opens_with: VaultOpensWith,
        has_recovery: bool,
    },
}

impl Seen {
    /// How it opens day by day, when that is known.
    pub(crate) fn opens_with(self) -> Option<OpensWith> {
        match self {
            Self::Vault {
                opens_with: VaultOpensWith::Keyring,
                ..
            } => Some(OpensWith::Keyring),
            Self::Vault { .. } => Some(OpensWith::Passphrase),
            Self::Nothing | Self::Unreadable => None,
        }
    }

    /// Whether it has a slot for a recovery code.
    pub(crate) fn has_recovery(self) -> bool {
        matches!(
            self,
            Self::Vault {
                has_recovery: true,
                ..
            }
        )
    }
}

impl Door {
    /// Looks at the vault in `dir` without opening it.
    pub(crate) fn at(dir: &Path, now: OffsetDateTime) -> Self {
        Self {
            vault: Vault::inspect(dir).map_or(Seen::Unreadable, Seen::from),
            reason: LockReason::Started,
            sign_in_stopped: false,
            damaged: 0,
            keyring_prompted: false,
            last_use: now,
            last_event: None,
        }
    }

    /// Whether a vault is there, readable or not.
    pub(crate) fn has_vault(&self) -> bool {
        self.vault != Seen::Nothing
    }

    /// Takes note of an unlock.
    pub(crate) fn opened(&mut self, state: VaultState, damaged: u64, now: OffsetDateTime) {
        self.vault = state.into();
        self.damaged = damaged;
        self.sign_in_stopped = false;
        self.keyring_prompted = false;
        self.last_use = now;
    }

    /// Remembers that the page was told something.
    pub(crate) fn told(&mut self, now: OffsetDateTime) {
        self.last_event = Some(now);
    }

    /// Remembers that the person used the app. The page reads its lists again after an event that
    /// came from background work; such reading is no use, or the app would never lock.
    pub(crate) fn used(&mut self, is_reading: bool, now: OffsetDateTime) {
        let is_echo = is_reading
            && self
                .last_event
                .is_some_and(|at| (Duration::ZERO..ECHO).contains(&(now - at)));
        if !is_echo {
            self.last_use = now;
        }
    }

    /// How long nobody used the app.
    pub(crate) fn idle_for(&mut self, now: OffsetDateTime) -> Duration {
        // A clock that went back must not keep the vault open.
        self.last_use = self.last_use.min(now);
        now - self.last_use
    }
}

impl From<VaultState> for Seen {
    fn from(state: VaultState) -> Self {
        match state {
            VaultState::Missing => Self::Nothing,
            VaultState::Present {
                opens_with,
                has_recovery,
            } => Self::Vault {
                opens_with,
                has_recovery,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_after_an_event_is_no_use_but_acting_is() {
        let dir = tempfile::tempdir().unwrap();
        let start = OffsetDateTime::UNIX_EPOCH;
        let at = |seconds| start + Duration::seconds(seconds);
        let mut door = Door::at(&dir.path().join("vault"), start);
        door.told(at(60));
        door.used(true, at(60));
        assert_eq!(door.idle_for(at(60)), Duration::seconds(60));
        door.used(false, at(60));
        assert_eq!(door.idle_for(at(61)), Duration::seconds(1));
        door.used(true, at(90));
        assert_eq!(door.idle_for(at(90)), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_goes_back_does_not_keep_the_vault_open() {
        let dir = tempfile::tempdir().unwrap();
        let start = OffsetDateTime::UNIX_EPOCH + Duration::days(10);
        let mut door = Door::at(&dir.path().join("vault"), start);
        assert_eq!(door.idle_for(start - Duration::days(1)), Duration::ZERO);
        let later = start - Duration::days(1) + Duration::minutes(10);
        assert_eq!(door.idle_for(later), Duration::minutes(10));
    }
}
