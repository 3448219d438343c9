//! Key slots: the data key, wrapped once for each way to open the vault.
//!
//! A slot row carries a checksum that anyone could recompute. It is there for one question only: does this
//! key not open the slot because it is wrong, or because the row is damaged?

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::{Connection, OptionalExtension, Row, params};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::error::{Damage, KeyringFailure, VaultError};
use crate::gate::KeyringGate;
use crate::header::{Header, damaged};
use crate::passphrase::{self, Cost};
use crate::seal::{Place, RawKey, Sealed, checksum, fill_random, open, seal};

const KEYRING_PREFIX: &str = "v1.";

/// The ways to open a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SlotName {
    Keyring,
    Passphrase,
    KeyringAndPassphrase,
    Recovery,
}

impl SlotName {
    /// The slots that open a vault day by day: there is exactly one of them.
    pub(crate) const DAILY: [Self; 3] =
        [Self::Keyring, Self::Passphrase, Self::KeyringAndPassphrase];

    fn as_str(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::Passphrase => "passphrase",
            Self::KeyringAndPassphrase => "keyring+passphrase",
            Self::Recovery => "recovery",
        }
    }

    pub(crate) fn needs_keyring(self) -> bool {
        matches!(self, Self::Keyring | Self::KeyringAndPassphrase)
    }
}

/// What one slot says: how to get its key, and the data key wrapped in it.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) name: SlotName,
    pub(crate) terms: Terms,
    wrapped: Sealed,
}

/// How to get the key of a slot.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub(crate) salt: [u8; 16],
    /// For a slot with a passphrase.
    pub(crate) cost: Option<Cost>,
    /// For a slot with a keyring: which one.
    pub(crate) keyring: Option<String>,
}

impl Terms {
    /// Terms with a new salt.
    pub(crate) fn make(cost: Option<Cost>, keyring: Option<&str>) -> Result<Self, VaultError> {
        let mut salt = [0; 16];
        fill_random(&mut salt)?;
        Ok(Self {
            salt,
            cost: cost.map(Cost::check).transpose()?,
            keyring: keyring.map(str::to_owned),
        })
    }

    /// The key that the passphrase gives on these terms.
    pub(crate) fn passphrase_key(&self, passphrase: &SecretString) -> Result<RawKey, VaultError> {
        let cost = self.cost.ok_or(Damage::Header)?;
        passphrase::derive(passphrase, &self.salt, cost)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.salt.to_vec();
        if let Some(cost) = self.cost {
            for number in [cost.memory_kib, cost.passes, cost.lanes] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
        bytes.extend_from_slice(self.keyring.as_deref().unwrap_or_default().as_bytes());
        bytes
    }
}

impl Slot {
    /// Wraps the data key under the slot's key.
    pub(crate) fn wrap(
        header: &Header,
        name: SlotName,
        terms: Terms,
        key: &RawKey,
        data_key: &RawKey,
    ) -> Result<Self, VaultError> {
        let bound = terms.bytes();
        let wrapped = seal(
            &wrapping_key(header, name, key),
            &place(header, name, &bound),
            data_key.bytes(),
        )?;
        Ok(Self {
            name,
            terms,
            wrapped,
        })
    }

    /// The data key, if `key` is the slot's key.
    pub(crate) fn unwrap(&self, header: &Header, key: &RawKey) -> Result<RawKey, VaultError> {
        let data_key = open(
            &wrapping_key(header, self.name, key),
            &place(header, self.name, &self.terms.bytes()),
            &self.wrapped.tag,
            &self.wrapped.body,
        )
        .ok_or(VaultError::WrongKey)?;
        RawKey::from_slice(&data_key)
            .filter(|data_key| header.knows(data_key))
            .ok_or_else(|| Damage::Header.into())
    }

    /// Stores the slot in place of one of the same name.
    pub(crate) fn store(&self, header: &Header, connection: &Connection) -> Result<(), VaultError> {
        let cost = self.terms.cost;
        connection.execute(
            "INSERT OR REPLACE INTO slots
             (name, salt, memory_kib, passes, lanes, keyring, tag, body, checksum)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                self.name.as_str(),
                self.terms.salt,
                cost.map(|cost| cost.memory_kib),
                cost.map(|cost| cost.passes),
                cost.map(|cost| cost.lanes),
                self.terms.keyring,
                self.wrapped.tag,
                self.wrapped.body,
                self.checksum(header)
            ],
        )?;
        Ok(())
    }

    /// Reads a slot; `None` if the vault has none of this name.
    pub(crate) fn load(
        header: &Header,
        connection: &Connection,
        name: SlotName,
    ) -> Result<Option<Self>, VaultError> {
        let found = connection
            .query_row(
                "SELECT salt, memory_kib, passes, lanes, keyring, tag, body, checksum
                 FROM slots WHERE name = ?1",
                [name.as_str()],
                |row| Ok((Self::from_row(name, row)?, row.get::<_, [u8; 32]>(7)?)),
            )
            .optional()
            .map_err(damaged)?;
        match found {
            Some((slot, sum)) if slot.checksum(header) != sum => Err(Damage::Header.into()),
            found => Ok(found.map(|(slot, _)| slot)),
        }
    }

    fn from_row(name: SlotName, row: &Row<'_>) -> rusqlite::Result<Self> {
        let cost = match (row.get(1)?, row.get(2)?, row.get(3)?) {
            (Some(memory_kib), Some(passes), Some(lanes)) => Some(Cost {
                memory_kib,
                passes,
                lanes,
            }),
            _ => None,
        };
        Ok(Self {
            name,
            terms: Terms {
                salt: row.get(0)?,
                cost,
                keyring: row.get(4)?,
            },
            wrapped: Sealed {
                tag: row.get(5)?,
                body: row.get(6)?,
            },
        })
    }

    fn checksum(&self, header: &Header) -> [u8; 32] {
        checksum(
            "slot",
            &[
                &header.vault_id,
                self.name.as_str().as_bytes(),
                &self.terms.bytes(),
                &self.wrapped.tag,
                &self.wrapped.body,
            ],
        )
    }
}

/// The slot that opens the vault day by day.
pub(crate) fn load_daily(header: &Header, connection: &Connection) -> Result<Slot, VaultError> {
    for name in SlotName::DAILY {
        if let Some(slot) = Slot::load(header, connection, name)? {
            return Ok(slot);
        }
    }
    Err(Damage::Header.into())
}

/// Removes a slot; says whether there was one.
pub(crate) fn remove(connection: &Connection, name: SlotName) -> Result<bool, VaultError> {
    let removed = connection.execute("DELETE FROM slots WHERE name = ?1", [name.as_str()])?;
    Ok(removed > 0)
}

/// The vault's key in the keyring, which must be there.
pub(crate) fn keyring_key(
    header: &Header,
    terms: &Terms,
    gate: &KeyringGate,
) -> Result<RawKey, VaultError> {
    let pinned = terms.keyring.as_deref().ok_or(Damage::Header)?;
    if pinned != gate.backend() {
        return Err(VaultError::OtherKeyring {
            pinned: pinned.to_owned(),
            found: gate.backend().to_owned(),
        });
    }
    let text = gate
        .read(&header.account())?
        .ok_or(VaultError::KeyMissing)?;
    parse_keyring_text(&text).ok_or_else(|| KeyringFailure::Broken.into())
}

/// A key for a new vault. Only a keyring that says for certain that it has none gets one.
pub(crate) fn mint_keyring_key(header: &Header, gate: &KeyringGate) -> Result<RawKey, VaultError> {
    if gate.read(&header.account())?.is_some() {
        return Err(VaultError::AlreadyExists);
    }
    write_new_key(header, gate)
}

/// A key for an open vault that shall open with the keyring from now on. A key that is there is used again:
/// replacing it would shut the vault out if the header were not written afterwards.
pub(crate) fn adopt_keyring_key(header: &Header, gate: &KeyringGate) -> Result<RawKey, VaultError> {
    match gate
        .read(&header.account())?
        .as_ref()
        .and_then(parse_keyring_text)
    {
        Some(key) => Ok(key),
        None => write_new_key(header, gate),
    }
}

/// The key of a slot that needs keyring and passphrase.
pub(crate) fn combine(keyring: &RawKey, passphrase: &RawKey) -> RawKey {
    keyring.derive("keyring and passphrase", &[passphrase.bytes()])
}

fn write_new_key(header: &Header, gate: &KeyringGate) -> Result<RawKey, VaultError> {
    let key = RawKey::make()?;
    let mut text = Zeroizing::new(String::with_capacity(64));
    text.push_str(KEYRING_PREFIX);
    URL_SAFE_NO_PAD.encode_string(key.bytes(), &mut text);
    gate.write(&header.account(), &SecretString::from(text.as_str()))?;
    Ok(key)
}

fn parse_keyring_text(text: &SecretString) -> Option<RawKey> {
    let text = text.expose_secret().strip_prefix(KEYRING_PREFIX)?; // EXPOSE: decoded into a key
    let mut bytes = Zeroizing::new([0; 33]);
    let length = URL_SAFE_NO_PAD.decode_slice(text, bytes.as_mut()).ok()?;
    RawKey::from_slice(bytes.get(..length)?)
}

fn wrapping_key(header: &Header, name: SlotName, key: &RawKey) -> RawKey {
    key.derive("slot", &[&header.vault_id, name.as_str().as_bytes()])
}

fn place<'a>(header: &'a Header, name: SlotName, bound: &'a [u8]) -> Place<'a> {
    Place {
        vault_id: &header.vault_id,
        key_id: header.key_id,
        table: "slots",
        kind: b"slot",
        id: name.as_str().as_bytes(),
        field: "data key",
        revision: 0,
        bound,
    }
}
