//! The table of records: sealing on the way in, opening on the way out.

use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Damage, VaultError};
use crate::manifest::{Keys, Manifest, RowTags};
use crate::records::{Entry, Kind, Listing, RecordName, Secret};
use crate::seal::{Place, open, seal};

const LONGEST_ID: usize = 128;

/// The records as one connection sees them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) keys: &'a Keys,
}

impl Table<'_> {
    /// All records of a kind by ascending id.
    pub(crate) fn list(&self, kind: Kind) -> Result<Listing, VaultError> {
        self.listing(kind, "WHERE kind = ?1 ORDER BY id", [kind.as_str()])
    }

    /// The newest records of a kind, greatest id first.
    pub(crate) fn latest(
        &self,
        kind: Kind,
        limit: usize,
        before: Option<&str>,
    ) -> Result<Listing, VaultError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        match before {
            Some(before) => self.listing(
                kind,
                "WHERE kind = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
                params![kind.as_str(), before, limit],
            ),
            None => self.listing(
                kind,
                "WHERE kind = ?1 ORDER BY id DESC LIMIT ?2",
                params![kind.as_str(), limit],
            ),
        }
    }

    /// One record without its secret.
    pub(crate) fn find(&self, kind: Kind, id: &str) -> Result<Option<Entry>, VaultError> {
        let Some(row) = self.row(kind, id, Fields::Meta)? else {
            return Ok(None);
        };
        match row.entry(kind, self.keys) {
            Some(entry) => Ok(Some(entry)),
            None => Err(row.damage()),
        }
    }

    /// The secret of one record.
    pub(crate) fn secret(&self, kind: Kind, id: &str) -> Result<Option<SecretString>, VaultError> {
        let row = self.row(kind, id, Fields::Both)?;
        row.map_or(Ok(None), |row| row.secret(self.keys))
    }

    /// How many records of a kind there are.
    pub(crate) fn count(&self, kind: Kind) -> Result<usize, VaultError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT count(*) FROM records WHERE kind = ?1")?;
        Ok(statement.query_row([kind.as_str()], |row| row.get(0))?)
    }

    /// Opens both fields of every record: how many there are, and those that do not open.
    pub(crate) fn check(&self) -> Result<(usize, Vec<RowTags>), VaultError> {
        let sql = format!("SELECT {} FROM records", Fields::Both.columns());
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let (mut records, mut damaged) = (0, Vec::new());
        while let Some(row) = rows.next()? {
            records += 1;
            let row = SealedRow::from_row(row, Fields::Both)?;
            if row.meta(self.keys).is_none() || row.secret(self.keys).is_err() {
                damaged.push(row.tags);
            }
        }
        Ok((records, damaged))
    }

    /// Stores a record and returns its revision.
    pub(crate) fn put(
        &self,
        manifest: &mut Manifest,
        kind: Kind,
        id: &str,
        meta: &[u8],
        secret: Secret<'_>,
    ) -> Result<u64, VaultError> {
        if id.is_empty() || id.len() > LONGEST_ID {
            return Err(VaultError::InvalidId);
        }
        let kept;
        let fields = match secret {
            Secret::Keep => Fields::Both,
            Secret::Set(_) | Secret::None => Fields::Meta,
        };
        let before = self.row(kind, id, fields)?;
        let secret = match secret {
            Secret::Set(secret) => Some(secret),
            Secret::None => None,
            Secret::Keep => {
                kept = match &before {
                    Some(row) => row.secret(self.keys)?,
                    None => None,
                };
                kept.as_ref()
            }
        };
        let before = before.map(|row| row.tags);
        let revision = before.as_ref().map_or(0, |row| row.revision);
        // Only damage can make a revision negative or that large.
        let revision = revision.max(0).checked_add(1).unwrap_or(1);

        let header = &self.keys.header;
        let place = |field, bound| Place {
            vault_id: &header.vault_id,
            key_id: header.key_id,
            table: "records",
            kind: kind.as_str().as_bytes(),
            id: id.as_bytes(),
            field,
            revision: revision.unsigned_abs(),
            bound,
        };
        let secret = secret
            .map(|secret| {
                let text = secret.expose_secret().as_bytes(); // EXPOSE: copied into the buffer that is sealed in place
                seal(&self.keys.seal, &place(SECRET, b""), text)
            })
            .transpose()?;
        let secret_tag = secret.as_ref().map(|sealed| sealed.tag.to_vec());
        // The tag of the secret is part of what `meta` is sealed for: a secret that was taken away, or that
        // belongs to another version of the record, shows.
        let bound = secret_tag.as_deref().unwrap_or_default();
        let meta = seal(&self.keys.seal, &place(META, bound), meta)?;
        let after = RowTags {
            kind: kind.as_str().into(),
            id: id.into(),
            revision,
            key_id: header.key_id.into(),
            meta_tag: meta.tag.to_vec(),
            secret_tag,
        };
        let mut statement = self.connection.prepare_cached(
            "INSERT OR REPLACE INTO records
             (kind, id, revision, key_id, meta_tag, secret_tag, meta, secret)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        statement.execute(params![
            kind.as_str(),
            id,
            after.revision,
            after.key_id,
            after.meta_tag,
            after.secret_tag,
            meta.body,
            secret.map(|sealed| sealed.body)
        ])?;
        if let Some(before) = &before {
            manifest.toggle(before, self.keys);
        }
        manifest.toggle(&after, self.keys);
        Ok(revision.unsigned_abs())
    }

    /// Removes a record; says whether there was one.
    pub(crate) fn remove(
        &self,
        manifest: &mut Manifest,
        kind: Kind,
        id: &str,
    ) -> Result<bool, VaultError> {
        let gone = self.delete(manifest, "WHERE kind = ?1 AND id = ?2", [kind.as_str(), id])?;
        Ok(gone > 0)
    }

    /// Removes all but the newest records of a kind.
    pub(crate) fn trim(
        &self,
        manifest: &mut Manifest,
        kind: Kind,
        keep_newest: usize,
    ) -> Result<usize, VaultError> {
        let keep = i64::try_from(keep_newest).unwrap_or(i64::MAX);
        self.delete(
            manifest,
            "WHERE kind = ?1 AND id IN
             (SELECT id FROM records WHERE kind = ?1 ORDER BY id DESC LIMIT -1 OFFSET ?2)",
            params![kind.as_str(), keep],
        )
    }

    /// Removes the row with these tags, whatever state its name is in. The caller writes the manifest anew.
    pub(crate) fn discard(&self, row: &RowTags) -> Result<(), VaultError> {
        self.connection.execute(
            "DELETE FROM records WHERE CAST(kind AS BLOB) = ?1 AND CAST(id AS BLOB) = ?2",
            params![row.kind, row.id],
        )?;
        Ok(())
    }

    fn delete(
        &self,
        manifest: &mut Manifest,
        which: &str,
        values: impl Params,
    ) -> Result<usize, VaultError> {
        let sql = format!("DELETE FROM records {which} RETURNING {}", RowTags::COLUMNS);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let gone = statement
            .query_map(values, RowTags::from_row)?
            .collect::<Result<Vec<_>, _>>()?;
        for row in &gone {
            manifest.toggle(row, self.keys);
        }
        Ok(gone.len())
    }

    fn row(&self, kind: Kind, id: &str, fields: Fields) -> Result<Option<SealedRow>, VaultError> {
        let sql = format!(
            "SELECT {} FROM records WHERE kind = ?1 AND id = ?2",
            fields.columns()
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement
            .query_row([kind.as_str(), id], |row| SealedRow::from_row(row, fields))
            .optional()?)
    }

    fn listing(&self, kind: Kind, which: &str, values: impl Params) -> Result<Listing, VaultError> {
        let sql = format!("SELECT {} FROM records {which}", Fields::Meta.columns());
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(values)?;
        let mut listing = Listing::default();
        while let Some(row) = rows.next()? {
            let row = SealedRow::from_row(row, Fields::Meta)?;
            match row.entry(kind, self.keys) {
                Some(entry) => listing.entries.push(entry),
                None => listing.damaged.push(row.tags.name().id),
            }
        }
        Ok(listing)
    }
}

const META: &str = "meta";
const SECRET: &str = "secret";

/// Which fields to read: lists leave the secrets on the disk.
#[derive(Debug, Clone, Copy)]
enum Fields {
    Meta,
    Both,
}

impl Fields {
    fn columns(self) -> String {
        let fields = match self {
            Self::Meta => "meta",
            Self::Both => "meta, secret",
        };
        format!("{}, {fields}", RowTags::COLUMNS)
    }
}

/// A row as it lies in the table.
#[derive(Debug)]
struct SealedRow {
    tags: RowTags,
    meta: Vec<u8>,
    secret: Option<Vec<u8>>,
}

impl SealedRow {
    fn from_row(row: &Row<'_>, fields: Fields) -> rusqlite::Result<Self> {
        Ok(Self {
            tags: RowTags::from_row(row)?,
            meta: row.get(6)?,
            secret: match fields {
                Fields::Meta => None,
                Fields::Both => row.get(7)?,
            },
        })
    }

    fn meta(&self, keys: &Keys) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        let bound = self.tags.secret_tag.as_deref().unwrap_or_default();
        let place = self.place(keys, META, bound)?;
        open(&keys.seal, &place, &self.tags.meta_tag, &self.meta)
    }

    fn entry(&self, kind: Kind, keys: &Keys) -> Option<Entry> {
        Some(Entry {
            kind,
            id: String::from_utf8(self.tags.id.clone()).ok()?,
            revision: u64::try_from(self.tags.revision).ok()?,
            meta: self.meta(keys)?,
        })
    }

    /// The secret, if the row was read with both fields.
    fn secret(&self, keys: &Keys) -> Result<Option<SecretString>, VaultError> {
        let opened = match (&self.tags.secret_tag, &self.secret) {
            // `meta` knows whether there is a secret: it must agree that there is none.
            (None, None) => return self.meta(keys).map(|_| None).ok_or_else(|| self.damage()),
            (Some(tag), Some(body)) => self
                .place(keys, SECRET, b"")
                .and_then(|place| open(&keys.seal, &place, tag, body)),
            _ => None,
        };
        let text = opened.ok_or_else(|| self.damage())?;
        let text = std::str::from_utf8(&text).map_err(|_| self.damage())?;
        Ok(Some(SecretString::from(text)))
    }

    fn place<'a>(&'a self, keys: &'a Keys, field: &'a str, bound: &'a [u8]) -> Option<Place<'a>> {
        Some(Place {
            vault_id: &keys.header.vault_id,
            key_id: u32::try_from(self.tags.key_id).ok()?,
            table: "records",
            kind: &self.tags.kind,
            id: &self.tags.id,
            field,
            revision: u64::try_from(self.tags.revision).ok()?,
            bound,
        })
    }

    fn damage(&self) -> VaultError {
        Damage::Record(self.tags.name()).into()
    }
}

impl RowTags {
    /// The row's name for a report; bytes that are no text show as U+FFFD.
    pub(crate) fn name(&self) -> RecordName {
        RecordName {
            kind: String::from_utf8_lossy(&self.kind).into_owned(),
            id: String::from_utf8_lossy(&self.id).into_owned(),
        }
    }
}
