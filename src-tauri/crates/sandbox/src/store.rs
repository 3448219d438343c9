//! What survives a restart: one JSON file that holds hashes where a secret would be.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::SandboxError;
use crate::state::lock;

const FILE: &str = "sandbox.json";
const VERSION: u32 = 1;

/// The SHA-256 of a key, secret, token or code, in base64url. All of them are at least 192 random
/// bits, so a plain hash cannot be turned back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Hashed(String);

impl Hashed {
    pub(crate) fn of(plain: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(plain.as_bytes())))
    }

    pub(crate) fn matches(&self, plain: &str) -> bool {
        self.0.as_bytes().ct_eq(Self::of(plain).0.as_bytes()).into()
    }
}

/// An application of the portal: what API keys and OAuth clients belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// The id that a registration names as `application_id`; a UUID.
    pub id: String,
    /// The name that a person gave it.
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) hash: Hashed,
    pub(crate) name: String,
    pub(crate) application_id: String,
    /// What the key may do; `None`: everything.
    pub(crate) scope: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PortalToken {
    pub(crate) hash: Hashed,
    pub(crate) expires_at: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) id: String,
    /// `None`: a public client.
    pub(crate) secret_hash: Option<Hashed>,
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) grant_types: Vec<String>,
    pub(crate) auth_method: String,
    /// Whether the registration named the method. If not, the documentation's body secret is
    /// taken as well as the `client_secret_basic` that RFC 7591 §2 says.
    pub(crate) auth_method_asked: bool,
    pub(crate) application_id: Option<String>,
    pub(crate) scope: String,
    pub(crate) issued_at: i64,
}

impl Client {
    pub(crate) fn may_use(&self, grant: &str) -> bool {
        self.grant_types.iter().any(|own| own == grant)
    }
}

/// All tokens that came from one consent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Family {
    pub(crate) client_id: String,
    pub(crate) subject: String,
    pub(crate) scope: String,
    /// The refresh token that counts now; `None`: the client has no refresh grant.
    pub(crate) current: Option<Hashed>,
    /// The one before it, which may be repeated within the grace.
    pub(crate) previous: Option<Hashed>,
    pub(crate) rotated_at_ms: i64,
    /// Older ones: presenting one of them ends the family.
    pub(crate) retired: Vec<Hashed>,
    pub(crate) revoked: bool,
    pub(crate) expires_at: i64,
}

impl Family {
    /// Whether the refresh token is or was one of this family.
    pub(crate) fn knows(&self, refresh_token: &str) -> bool {
        let hash = Hashed::of(refresh_token);
        self.current
            .iter()
            .chain(&self.previous)
            .chain(&self.retired)
            .any(|own| *own == hash)
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Records {
    version: u32,
    pub(crate) port: Option<u16>,
    pub(crate) seeded: bool,
    pub(crate) applications: Vec<Application>,
    pub(crate) api_keys: Vec<ApiKey>,
    pub(crate) portal_tokens: Vec<PortalToken>,
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) families: BTreeMap<String, Family>,
    /// Access tokens revoked one by one: token id to its expiry.
    pub(crate) revoked_tokens: BTreeMap<String, i64>,
}

impl Records {
    pub(crate) fn application(&self, id: &str) -> Option<&Application> {
        self.applications
            .iter()
            .find(|application| application.id == id)
    }

    pub(crate) fn api_key(&self, plain: &str) -> Option<&ApiKey> {
        let hash = Hashed::of(plain);
        self.api_keys.iter().find(|key| key.hash == hash)
    }

    fn drop_expired(&mut self, now: i64) {
        self.portal_tokens.retain(|token| token.expires_at > now);
        self.families.retain(|_, family| family.expires_at > now);
        self.revoked_tokens
            .retain(|_, expires_at| *expires_at > now);
    }
}

/// The records in memory and, if there is a data folder, on disk. Each change is on disk before
/// it counts, so a killed process has kept every answer it gave.
#[derive(Debug)]
pub(crate) struct Store {
    dir: Option<PathBuf>,
    records: Mutex<Records>,
}

impl Store {
    pub(crate) fn open(dir: Option<PathBuf>) -> Result<Self, SandboxError> {
        let records = match &dir {
            None => Records {
                version: VERSION,
                ..Records::default()
            },
            Some(dir) => {
                make_private_dir(dir).map_err(|source| SandboxError::Data {
                    path: dir.clone(),
                    source,
                })?;
                load(&dir.join(FILE))?
            }
        };
        Ok(Self {
            dir,
            records: Mutex::new(records),
        })
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&Records) -> T) -> T {
        look(&lock(&self.records))
    }

    /// Changes the records. Nothing has changed if writing fails.
    pub(crate) fn change<T>(
        &self,
        now: i64,
        change: impl FnOnce(&mut Records) -> T,
    ) -> Result<T, SandboxError> {
        let mut records = lock(&self.records);
        let mut next = records.clone();
        next.drop_expired(now);
        let outcome = change(&mut next);
        if let Some(dir) = &self.dir {
            let path = dir.join(FILE);
            let bytes = serde_json::to_vec(&next)
                .map_err(|_| SandboxError::Damaged { path: path.clone() })?;
            write_private(&path, &bytes).map_err(|source| SandboxError::Data { path, source })?;
        }
        *records = next;
        Ok(outcome)
    }
}

fn load(path: &Path) -> Result<Records, SandboxError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Records {
                version: VERSION,
                ..Records::default()
            });
        }
        Err(source) => {
            return Err(SandboxError::Data {
                path: path.to_owned(),
                source,
            });
        }
    };
    serde_json::from_slice::<Records>(&bytes)
        .ok()
        .filter(|records| records.version == VERSION)
        .ok_or_else(|| SandboxError::Damaged {
            path: path.to_owned(),
        })
}

/// Makes the folder, readable by its owner alone.
pub(crate) fn make_private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Writes a file beside its place and renames it, readable by its owner alone. No `fsync`: this
/// is to survive a killed process, not a power cut, and a token answer should not wait for a disk.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(&fresh)?.write_all(bytes)?;
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_on_disk_when_it_counts() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(Some(dir.path().join("data"))).unwrap();
        store
            .change(0, |records| records.port = Some(4242))
            .unwrap();
        let again = Store::open(Some(dir.path().join("data"))).unwrap();
        assert_eq!(again.read(|records| records.port), Some(4242));
    }

    #[test]
    fn a_failed_write_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let store = Store::open(Some(data.clone())).unwrap();
        fs::remove_dir_all(&data).unwrap();
        assert!(store.change(0, |records| records.port = Some(1)).is_err());
        assert_eq!(store.read(|records| records.port), None);
    }

    #[test]
    fn a_damaged_file_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        fs::write(&path, b"{\"version\":").unwrap();
        assert!(matches!(
            Store::open(Some(dir.path().to_owned())),
            Err(SandboxError::Damaged { .. })
        ));
        assert_eq!(fs::read(&path).unwrap(), b"{\"version\":");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        Store::open(Some(data.clone()))
            .unwrap()
            .change(0, |_| ())
            .unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&data), 0o700);
        assert_eq!(mode(&data.join(FILE)), 0o600);
    }

    #[test]
    fn what_has_expired_is_dropped() {
        let store = Store::open(None).unwrap();
        store
            .change(100, |records| {
                records.revoked_tokens.insert("old".into(), 150);
                records.revoked_tokens.insert("new".into(), 300);
            })
            .unwrap();
        store.change(200, |_| ()).unwrap();
        let left = store.read(|records| records.revoked_tokens.keys().cloned().collect::<Vec<_>>());
        assert_eq!(left, ["new"]);
    }
}
