//! What the portal hands out: applications, API keys, portal access tokens, and the sample of a
//! new sandbox.

use std::time::Duration;

use uuid::Uuid;

use crate::error::SandboxError;
use crate::server::Seed;
use crate::state::{Shared, make_secret, seconds};
use crate::store::{ApiKey, Application, Hashed, PortalToken};

const PORTAL_TOKEN_LIFE: Duration = Duration::from_hours(8);

pub(crate) fn add_application(shared: &Shared, name: &str) -> Result<String, SandboxError> {
    let id = Uuid::new_v4().to_string();
    let application = Application {
        id: id.clone(),
        name: name.to_owned(),
    };
    shared.store.change(shared.now_seconds(), |records| {
        records.applications.push(application);
    })?;
    Ok(id)
}

pub(crate) fn issue_api_key(
    shared: &Shared,
    application_id: &str,
    name: &str,
    scope: Option<String>,
) -> Result<String, SandboxError> {
    let plain = make_secret("sbx_key_");
    let key = ApiKey {
        id: Uuid::new_v4().to_string(),
        hash: Hashed::of(&plain),
        name: name.to_owned(),
        application_id: application_id.to_owned(),
        scope,
    };
    shared.store.change(shared.now_seconds(), |records| {
        if records.application(application_id).is_none() {
            return Err(SandboxError::UnknownApplication);
        }
        records.api_keys.push(key);
        Ok(plain)
    })?
}

pub(crate) fn issue_portal_token(shared: &Shared) -> Result<String, SandboxError> {
    let plain = make_secret("sbx_portal_");
    let now = shared.now_seconds();
    let token = PortalToken {
        hash: Hashed::of(&plain),
        expires_at: now + seconds(PORTAL_TOKEN_LIFE),
    };
    shared.store.change(now, |records| {
        records.portal_tokens.push(token);
    })?;
    Ok(plain)
}

/// Keeps the port, and gives birth to the sample application unless there was one.
pub(crate) fn seed(shared: &Shared, port: Option<u16>) -> Result<Option<Seed>, SandboxError> {
    let (kept, seeded) = shared.store.read(|records| (records.port, records.seeded));
    if seeded && (port.is_none() || port == kept) {
        return Ok(None);
    }
    let (application_name, key_name) = ("Treasury Router", "Sample key");
    let application_id = Uuid::new_v4().to_string();
    let api_key = make_secret("sbx_key_");
    shared.store.change(shared.now_seconds(), |records| {
        records.port = port.or(records.port);
        if seeded {
            return None;
        }
        records.seeded = true;
        records.applications.push(Application {
            id: application_id.clone(),
            name: application_name.into(),
        });
        records.api_keys.push(ApiKey {
            id: Uuid::new_v4().to_string(),
            hash: Hashed::of(&api_key),
            name: key_name.into(),
            application_id: application_id.clone(),
            scope: None,
        });
        Some(Seed {
            application_id,
            application_name: application_name.into(),
            key_name: key_name.into(),
            api_key,
        })
    })
}
