//! The tables, and the one row that says what vault this is.

use rusqlite::{Connection, OptionalExtension, params};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::error::{Damage, VaultError};
use crate::seal::{FORMAT, RawKey, SCHEMA_VERSION, checksum};

/// The tables of schema version 1. A vault whose tables read otherwise is refused: a trigger or a view that
/// somebody added could change what is read and written.
const TABLES: [(&str, &str); 4] = [
    (
        "header",
        "CREATE TABLE header (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    format TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    vault_id BLOB NOT NULL,
    key_id INTEGER NOT NULL,
    key_check BLOB NOT NULL,
    checksum BLOB NOT NULL
) STRICT",
    ),
    (
        "manifest",
        "CREATE TABLE manifest (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL,
    tag BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT",
    ),
    (
        "records",
        "CREATE TABLE records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    meta_tag BLOB NOT NULL,
    secret_tag BLOB,
    meta BLOB NOT NULL,
    secret BLOB,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID",
    ),
    (
        "slots",
        "CREATE TABLE slots (
    name TEXT PRIMARY KEY,
    salt BLOB NOT NULL,
    memory_kib INTEGER,
    passes INTEGER,
    lanes INTEGER,
    keyring TEXT,
    tag BLOB NOT NULL,
    body BLOB NOT NULL,
    checksum BLOB NOT NULL
) STRICT, WITHOUT ROWID",
    ),
];

/// What vault this is and which data key it uses. None of it is secret.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub(crate) vault_id: [u8; 16],
    pub(crate) key_id: u32,
    pub(crate) key_check: [u8; 32],
}

impl Header {
    /// The header of a new vault with this data key.
    pub(crate) fn new(vault_id: [u8; 16], data_key: &RawKey) -> Self {
        let key_id = 1;
        Self {
            vault_id,
            key_id,
            key_check: key_check(data_key, &vault_id, key_id),
        }
    }

    /// Makes the tables and stores the header.
    pub(crate) fn store(&self, connection: &Connection) -> Result<(), VaultError> {
        for (_, sql) in TABLES {
            connection.execute_batch(sql)?;
        }
        connection.execute(
            "INSERT INTO header (id, format, schema_version, vault_id, key_id, key_check, checksum)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                FORMAT,
                SCHEMA_VERSION,
                self.vault_id,
                self.key_id,
                self.key_check,
                self.checksum()
            ],
        )?;
        Ok(())
    }

    /// Reads the header and checks the tables; `None` if the database has no tables at all.
    pub(crate) fn load(connection: &Connection) -> Result<Option<Self>, VaultError> {
        if is_blank(connection)? {
            return Ok(None);
        }
        // The version comes first: what else there is may look different in a newer vault.
        let version = connection
            .query_row(
                "SELECT schema_version FROM header WHERE id = 1",
                [],
                |row| row.get::<_, u32>(0),
            )
            .optional()
            .map_err(damaged)?
            .ok_or(Damage::Header)?;
        if version > SCHEMA_VERSION {
            return Err(VaultError::NewerSchema {
                found: version,
                supported: SCHEMA_VERSION,
            });
        }
        check_tables(connection)?;
        let (format, header, sum) = connection
            .query_row(
                "SELECT format, vault_id, key_id, key_check, checksum FROM header WHERE id = 1",
                [],
                |row| {
                    let header = Self {
                        vault_id: row.get(1)?,
                        key_id: row.get(2)?,
                        key_check: row.get(3)?,
                    };
                    Ok((row.get::<_, String>(0)?, header, row.get::<_, [u8; 32]>(4)?))
                },
            )
            .map_err(damaged)?;
        if format == FORMAT && version == SCHEMA_VERSION && header.checksum() == sum {
            Ok(Some(header))
        } else {
            Err(Damage::Header.into())
        }
    }

    /// The name of this vault's key in a keyring. Each vault has its own, so that making a new vault can
    /// never overwrite the key of an old one.
    pub(crate) fn account(&self) -> String {
        Uuid::from_bytes(self.vault_id).to_string()
    }

    /// Whether this is the vault's data key.
    pub(crate) fn knows(&self, data_key: &RawKey) -> bool {
        key_check(data_key, &self.vault_id, self.key_id)
            .ct_eq(&self.key_check)
            .into()
    }

    fn checksum(&self) -> [u8; 32] {
        checksum(
            "header",
            &[
                &SCHEMA_VERSION.to_le_bytes(),
                &self.vault_id,
                &self.key_id.to_le_bytes(),
                &self.key_check,
            ],
        )
    }
}

/// Whether the database has no tables at all, as a file of length zero.
pub(crate) fn is_blank(connection: &Connection) -> Result<bool, VaultError> {
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(tables == 0)
}

fn check_tables(connection: &Connection) -> Result<(), VaultError> {
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name")?;
    let found = statement
        .query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let expected = TABLES
        .iter()
        .map(|(name, sql)| ((*name).to_owned(), Some((*sql).to_owned())));
    if found.into_iter().eq(expected) {
        Ok(())
    } else {
        Err(Damage::File.into())
    }
}

/// An unreadable header, whatever the database calls it.
pub(crate) fn damaged(error: rusqlite::Error) -> VaultError {
    match VaultError::from(error) {
        VaultError::Damaged(Damage::File)
        | VaultError::Database(rusqlite::Error::SqlInputError { .. }) => Damage::Header.into(),
        other => other,
    }
}

fn key_check(data_key: &RawKey, vault_id: &[u8; 16], key_id: u32) -> [u8; 32] {
    data_key.mac("key check", &[vault_id, &key_id.to_le_bytes()])
}
