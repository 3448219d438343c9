//! How a vault opens: what callers say, turned into slots and back.

use rusqlite::Connection;
use secrecy::SecretString;

use crate::error::{Damage, VaultError};
use crate::gate::KeyringGate;
use crate::header::Header;
use crate::passphrase::Cost;
use crate::recovery::RecoveryCode;
use crate::seal::RawKey;
use crate::slots::{Slot, SlotName, Terms, combine, keyring_key, load_daily};

/// What is in a directory, as far as one can tell without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VaultState {
    /// Nothing: a vault can be made here.
    Missing,
    /// A vault.
    Present {
        /// How it opens day by day.
        opens_with: OpensWith,
        /// Whether it also opens with a recovery code.
        has_recovery: bool,
    },
}

/// How a vault opens day by day (the recovery code aside).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpensWith {
    /// With the desktop session: its key is in the keyring.
    Keyring,
    /// With a passphrase; no keyring is needed.
    Passphrase,
    /// With both at once (app lock): neither suffices alone.
    KeyringAndPassphrase,
}

/// How a vault shall open: for a new one, or from now on.
#[derive(Debug, Clone, Copy)]
pub enum Opening<'a> {
    /// With a key in the keyring.
    Keyring,
    /// With a passphrase at this cost.
    Passphrase(&'a SecretString, Cost),
    /// With both at once.
    KeyringAndPassphrase(&'a SecretString, Cost),
}

/// What unlocks a vault.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// The key in the keyring.
    Keyring,
    /// The passphrase.
    Passphrase(&'a SecretString),
    /// The key in the keyring together with the passphrase.
    KeyringAndPassphrase(&'a SecretString),
    /// The recovery code; case, spaces and hyphens do not matter.
    Recovery(&'a SecretString),
}

/// The state that a header and its slots tell.
pub(crate) fn state(header: &Header, connection: &Connection) -> Result<VaultState, VaultError> {
    let opens_with = match load_daily(header, connection)?.name {
        SlotName::Keyring => OpensWith::Keyring,
        SlotName::Passphrase => OpensWith::Passphrase,
        SlotName::KeyringAndPassphrase => OpensWith::KeyringAndPassphrase,
        SlotName::Recovery => return Err(Damage::Header.into()),
    };
    let has_recovery = Slot::load(header, connection, SlotName::Recovery)?.is_some();
    Ok(VaultState::Present {
        opens_with,
        has_recovery,
    })
}

/// Where a slot's keyring key comes from.
pub(crate) type KeyringKey = fn(&Header, &KeyringGate) -> Result<RawKey, VaultError>;

/// Wraps the data key for an opening. Slow, for a passphrase is derived.
pub(crate) fn wrap(
    opening: Opening<'_>,
    header: &Header,
    data_key: &RawKey,
    gate: &KeyringGate,
    keyring_key: KeyringKey,
) -> Result<Slot, VaultError> {
    let (name, terms, key) = match opening {
        Opening::Keyring => {
            let terms = Terms::make(None, Some(gate.backend()))?;
            (SlotName::Keyring, terms, keyring_key(header, gate)?)
        }
        Opening::Passphrase(passphrase, cost) => {
            let terms = Terms::make(Some(cost), None)?;
            let key = terms.passphrase_key(passphrase)?;
            (SlotName::Passphrase, terms, key)
        }
        Opening::KeyringAndPassphrase(passphrase, cost) => {
            let terms = Terms::make(Some(cost), Some(gate.backend()))?;
            let passphrase_key = terms.passphrase_key(passphrase)?;
            let key = combine(&keyring_key(header, gate)?, &passphrase_key);
            (SlotName::KeyringAndPassphrase, terms, key)
        }
    };
    Slot::wrap(header, name, terms, &key, data_key)
}

/// The data key, from the slot that `key` is for. Slow, for a passphrase is derived.
pub(crate) fn unwrap(
    key: Key<'_>,
    header: &Header,
    connection: &Connection,
    gate: &KeyringGate,
) -> Result<RawKey, VaultError> {
    let name = match key {
        Key::Keyring => SlotName::Keyring,
        Key::Passphrase(_) => SlotName::Passphrase,
        Key::KeyringAndPassphrase(_) => SlotName::KeyringAndPassphrase,
        Key::Recovery(_) => SlotName::Recovery,
    };
    let slot = Slot::load(header, connection, name)?.ok_or(VaultError::NoSuchSlot)?;
    let key = match key {
        Key::Keyring => keyring_key(header, &slot.terms, gate)?,
        Key::Passphrase(passphrase) => slot.terms.passphrase_key(passphrase)?,
        Key::KeyringAndPassphrase(passphrase) => {
            // The keyring first: it costs nothing to learn that it is not there.
            let keyring = keyring_key(header, &slot.terms, gate)?;
            combine(&keyring, &slot.terms.passphrase_key(passphrase)?)
        }
        Key::Recovery(code) => RecoveryCode::parse(code)?.key(&slot.terms.salt)?,
    };
    slot.unwrap(header, &key)
}
