//! The refresh grant: rotation with a grace, and an end to the session on reuse (RFC 9700 §4.14).

use axum::response::Response;

use crate::faults::{Fault, Place};
use crate::oauth_error::OAuthError;
use crate::params::Params;
use crate::state::{Shared, milliseconds};
use crate::store::{Client, Hashed};
use crate::token::{Granted, REFRESH_PREFIX, answer, family_of, narrowed};

/// So many old refresh tokens of a family are recognised as used.
const MOST_RETIRED: usize = 200;

/// How a presented refresh token was taken.
enum Rotation {
    Rotated,
    Replayed,
    Kept,
    Reused,
}

pub(crate) fn refresh(
    shared: &Shared,
    client: &Client,
    params: &Params,
) -> Result<Response, OAuthError> {
    let plain = params
        .get("refresh_token")
        .ok_or_else(|| OAuthError::request("refresh_token is missing"))?;
    let unknown = || OAuthError::grant("The refresh token is unknown, expired or revoked");
    let family_id = family_of(plain).ok_or_else(unknown)?;
    let found = shared
        .store
        .read(|records| records.families.get(family_id).cloned());
    let family = found
        .filter(|family| family.client_id == client.id)
        .ok_or_else(unknown)?;
    let scope = narrowed(params, &family.scope)?;

    let hash = Hashed::of(plain);
    let now_ms = shared.now_ms();
    let grace_ms = milliseconds(shared.options.refresh_grace);
    let keep = shared
        .faults
        .rule(Place::TokenRefresh, &Fault::KeepRefreshToken);
    let successor = format!(
        "{REFRESH_PREFIX}{family_id}.{}",
        shared.signer().derive_successor(plain)
    );

    let rotation = shared.store.change(shared.now_seconds(), |records| {
        let family = records
            .families
            .get_mut(family_id)
            .filter(|family| !family.revoked)?;
        if family.current.as_ref() == Some(&hash) {
            if keep {
                return Some(Rotation::Kept);
            }
            let before = family.current.replace(Hashed::of(&successor));
            if let Some(older) = std::mem::replace(&mut family.previous, before) {
                family.retired.push(older);
            }
            if family.retired.len() > MOST_RETIRED {
                family.retired.remove(0);
            }
            family.rotated_at_ms = now_ms;
            Some(Rotation::Rotated)
        } else if family.previous.as_ref() == Some(&hash)
            && now_ms - family.rotated_at_ms < grace_ms
        {
            Some(Rotation::Replayed)
        } else if family.previous.as_ref() == Some(&hash) || family.retired.contains(&hash) {
            family.revoked = true;
            Some(Rotation::Reused)
        } else {
            None
        }
    })?;
    let refresh_token = match rotation.ok_or_else(unknown)? {
        Rotation::Rotated => successor,
        Rotation::Kept => plain.to_owned(),
        Rotation::Replayed => {
            shared.tally.count(|counters| counters.refresh_replays += 1);
            successor
        }
        Rotation::Reused => {
            shared.tally.count(|counters| counters.refresh_reuses += 1);
            return Err(OAuthError::grant(
                "The refresh token was used already; the session is revoked",
            ));
        }
    };
    let grant = Granted {
        subject: family.subject,
        scope,
        family: Some(family_id.to_owned()),
    };
    Ok(answer(
        shared,
        Place::TokenRefresh,
        client,
        &grant,
        Some(refresh_token),
    ))
}
