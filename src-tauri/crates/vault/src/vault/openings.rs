//! Changing how an open vault opens. The data key is wrapped anew; the records stay as they are.

use rusqlite::{Connection, TransactionBehavior};
use secrecy::SecretString;
use tracing::instrument;

use super::Vault;
use crate::error::VaultError;
use crate::file;
use crate::gate::KeyringGate;
use crate::header::Header;
use crate::opening::{self, Opening, VaultState};
use crate::recovery::RecoveryCode;
use crate::seal::RawKey;
use crate::slots::{self, Slot, SlotName, Terms, adopt_keyring_key};

impl Vault {
    /// How the vault opens, read anew.
    pub fn state(&self) -> Result<VaultState, VaultError> {
        self.read(|open| opening::state(&open.keys.header, &open.connection))
    }

    /// Makes the vault open in another way from now on: a new passphrase, app lock on or off, the keyring
    /// back after a recovery. The recovery code stays. The records are not touched.
    ///
    /// # Errors
    /// As for [`create`](Self::create); the vault then opens as before.
    #[instrument(skip_all)]
    pub fn change_opening(
        &self,
        opening: Opening<'_>,
        gate: &KeyringGate,
    ) -> Result<(), VaultError> {
        // The slow part holds no lock: nobody waits, and the vault can be closed meanwhile.
        let (header, data_key) = self.data_key()?;
        let slot = opening::wrap(opening, &header, &data_key, gate, adopt_keyring_key)?;
        let keyring_is_idle = !slot.name.needs_keyring();
        let keyring_was_used = self.write_slots(|connection| {
            let mut used = false;
            for name in SlotName::DAILY {
                used |= slots::remove(connection, name)? && name.needs_keyring();
            }
            slot.store(&header, connection)?;
            Ok(used)
        })?;
        if keyring_was_used && keyring_is_idle {
            // The vault no longer needs the key; that it stays behind opens nothing.
            if let Err(error) = gate.delete(&header.account()) {
                tracing::warn!(%error, "an idle key stays in the keyring");
            }
        }
        Ok(())
    }

    /// Makes a recovery code of 128 bits, which from now on opens the vault too; an earlier code does no
    /// longer. Show it once: it is kept nowhere.
    ///
    /// Six groups of five in Crockford's base32, the last 22 bits being a check for typing errors.
    #[instrument(skip_all)]
    pub fn make_recovery_code(&self) -> Result<SecretString, VaultError> {
        let (header, data_key) = self.data_key()?;
        let code = RecoveryCode::make()?;
        let terms = Terms::make(None, None)?;
        let key = code.key(&terms.salt)?;
        let slot = Slot::wrap(&header, SlotName::Recovery, terms, &key, &data_key)?;
        self.write_slots(|connection| slot.store(&header, connection))?;
        Ok(code.text())
    }

    /// Makes the recovery code worthless; says whether there was one.
    #[instrument(skip_all)]
    pub fn remove_recovery_code(&self) -> Result<bool, VaultError> {
        self.write_slots(|connection| slots::remove(connection, SlotName::Recovery))
    }

    fn data_key(&self) -> Result<(Header, RawKey), VaultError> {
        self.read(|open| {
            let data_key = RawKey::from_slice(open.keys.data.bytes()).ok_or(VaultError::Closed)?;
            Ok((open.keys.header.clone(), data_key))
        })
    }

    fn write_slots<T>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let _lock = self.write_lock()?;
        let mut guard = self.lock();
        let open = guard.as_mut().ok_or(VaultError::Closed)?;
        self.check_in_place()?;
        let tx = open
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let outcome = change(&tx)?;
        tx.commit()?;
        // A slot that was replaced must not live on in the log.
        file::empty_log(&open.connection);
        Ok(outcome)
    }
}
