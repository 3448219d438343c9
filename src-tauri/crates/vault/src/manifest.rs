//! The manifest: what records there must be.
//!
//! Each record has a keyed hash over its name, revision and tags; the manifest is the XOR of them all,
//! sealed with a number that grows with each change. A change costs the hashes of the rows that it touches,
//! however many rows there are. XOR is enough here: the hashes are keyed and never leave the process, so
//! nobody can choose rows whose hashes cancel out.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::{Damage, VaultError};
use crate::header::Header;
use crate::seal::{Place, RawKey, open, seal};

/// The keys of an open vault, all from its data key.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) header: Header,
    /// Wrapped anew when the vault gets another slot.
    pub(crate) data: RawKey,
    /// Seals fields.
    pub(crate) seal: RawKey,
    /// Hashes rows for the manifest.
    rows: RawKey,
}

impl Keys {
    pub(crate) fn new(header: Header, data: RawKey) -> Self {
        Self {
            seal: data.derive("seal", &[]),
            rows: data.derive("manifest", &[]),
            header,
            data,
        }
    }
}

/// The part of a row that the manifest answers for. Its bytes may be anything: the row may be damaged.
#[derive(Debug, Clone)]
pub(crate) struct RowTags {
    pub(crate) kind: Vec<u8>,
    pub(crate) id: Vec<u8>,
    pub(crate) revision: i64,
    pub(crate) key_id: i64,
    pub(crate) meta_tag: Vec<u8>,
    pub(crate) secret_tag: Option<Vec<u8>>,
}

impl RowTags {
    /// The columns that [`from_row`](Self::from_row) reads. Names are read as bytes, for damage may have left
    /// them no text.
    pub(crate) const COLUMNS: &str =
        "CAST(kind AS BLOB), CAST(id AS BLOB), revision, key_id, meta_tag, secret_tag";

    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            kind: row.get(0)?,
            id: row.get(1)?,
            revision: row.get(2)?,
            key_id: row.get(3)?,
            meta_tag: row.get(4)?,
            secret_tag: row.get(5)?,
        })
    }

    fn hash(&self, keys: &Keys) -> [u8; 32] {
        let (has_secret, secret_tag) = match &self.secret_tag {
            Some(tag) => ([1], tag.as_slice()),
            None => ([0], [].as_slice()),
        };
        keys.rows.mac(
            "row",
            &[
                &self.kind,
                &self.id,
                &self.revision.to_le_bytes(),
                &self.key_id.to_le_bytes(),
                &self.meta_tag,
                &has_secret,
                secret_tag,
            ],
        )
    }
}

/// The sum over all rows and the number of the last change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) generation: u64,
    sum: [u8; 32],
}

impl Manifest {
    /// Of no rows.
    pub(crate) fn empty() -> Self {
        Self {
            generation: 0,
            sum: [0; 32],
        }
    }

    /// Of the rows that are there now.
    pub(crate) fn of_rows(connection: &Connection, keys: &Keys) -> Result<Self, VaultError> {
        let mut manifest = Self::empty();
        let sql = format!("SELECT {} FROM records", RowTags::COLUMNS);
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            manifest.toggle(&RowTags::from_row(row)?, keys);
        }
        Ok(manifest)
    }

    /// Adds a row, or takes one away that was added.
    pub(crate) fn toggle(&mut self, row: &RowTags, keys: &Keys) {
        for (sum, byte) in self.sum.iter_mut().zip(row.hash(keys)) {
            *sum ^= byte;
        }
    }

    /// Whether both speak of the same rows.
    pub(crate) fn same_rows(&self, other: &Self) -> bool {
        self.sum == other.sum
    }

    /// Reads the manifest.
    pub(crate) fn load(connection: &Connection, keys: &Keys) -> Result<Self, VaultError> {
        let found = connection
            .query_row(
                "SELECT generation, tag, body FROM manifest WHERE id = 1",
                [],
                |row| {
                    let generation = row.get::<_, i64>(0)?;
                    Ok((
                        generation,
                        row.get::<_, Vec<u8>>(1)?,
                        row.get::<_, Vec<u8>>(2)?,
                    ))
                },
            )
            .optional()?;
        let opened = found.and_then(|(generation, tag, body)| {
            let generation = u64::try_from(generation).ok()?;
            let place = place(&keys.header, generation);
            let sum = open(&keys.seal, &place, &tag, &body)?;
            Some(Self {
                generation,
                sum: sum.as_slice().try_into().ok()?,
            })
        });
        opened.ok_or_else(|| Damage::Manifest.into())
    }

    /// Stores the manifest, within the transaction that changed the rows.
    pub(crate) fn store(&self, connection: &Connection, keys: &Keys) -> Result<(), VaultError> {
        let sealed = seal(&keys.seal, &place(&keys.header, self.generation), &self.sum)?;
        let generation = i64::try_from(self.generation).map_err(|_| Damage::Manifest)?;
        connection.execute(
            "INSERT OR REPLACE INTO manifest (id, generation, tag, body) VALUES (1, ?1, ?2, ?3)",
            params![generation, sealed.tag, sealed.body],
        )?;
        Ok(())
    }
}

/// The number of the last change, unchecked: good for noticing that there was one.
pub(crate) fn generation(connection: &Connection) -> Result<u64, VaultError> {
    let generation: i64 =
        connection.query_row("SELECT generation FROM manifest WHERE id = 1", [], |row| {
            row.get(0)
        })?;
    u64::try_from(generation).map_err(|_| Damage::Manifest.into())
}

fn place(header: &Header, generation: u64) -> Place<'_> {
    Place {
        vault_id: &header.vault_id,
        key_id: header.key_id,
        table: "manifest",
        kind: b"manifest",
        id: b"1",
        field: "sum",
        revision: generation,
        bound: b"",
    }
}
