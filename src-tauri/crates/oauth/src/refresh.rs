//! Refreshing (OAuth 2.1 §4.3), and when to do it.
//!
//! One refresh at a time per grant is the caller's part: it holds the lock over read, request and
//! save, and saves a rotated token durably before the access token is used.

use std::time::Duration;

use secrecy::SecretString;
use time::OffsetDateTime;

use crate::access_request::AccessRequest;
use crate::client::Client;
use crate::http_port::HttpPort;
use crate::metadata::AuthorizationServerMetadata;
use crate::requests;
use crate::token::{self, TokenError, TokenSet};

/// Two refreshes of one grant are at least this far apart, whatever the server says.
const MIN_INTERVAL: Duration = Duration::from_secs(10);

/// A token is renewed this long before its end.
const BEFORE_END: Duration = Duration::from_mins(1);

/// A token that lives shorter is renewed at 80 % of its life instead.
const SHORT_LIFE: Duration = Duration::from_mins(5);

/// Gets new tokens with a refresh token. `granted` is what the grant holds now; the request leaves
/// the scope out, which means just that.
///
/// The `refresh_token` of the result is always there: the new one (then `rotated` is true and the
/// old one is to be discarded) or, when the server sends none or an empty one, the old one.
///
/// Errors: [`TokenError`]. Only `InvalidGrant` says that the refresh token is no longer good; see
/// [`TokenError::may_pass_later`].
#[tracing::instrument(skip_all)]
pub async fn refresh(
    http: &dyn HttpPort,
    metadata: &AuthorizationServerMetadata,
    client: &Client,
    refresh_token: &SecretString,
    granted: &AccessRequest,
) -> Result<TokenSet, TokenError> {
    let request = requests::refresh(metadata.token_endpoint(), client, refresh_token, granted)?;
    let mut tokens = token::exchange(http, request, granted).await?;
    tokens.rotated = tokens.refresh_token.as_ref().is_some_and(|new| {
        use secrecy::ExposeSecret as _;
        // EXPOSE: only compared, to know whether the old one is to be discarded.
        new.expose_secret() != refresh_token.expose_secret()
    });
    tokens
        .refresh_token
        .get_or_insert_with(|| refresh_token.clone());
    Ok(tokens)
}

/// When a token received at `received_at` is to be renewed: 60 s before its end, or at 80 % of a
/// life shorter than 5 minutes, but never within 10 s of its receipt. `None` when its lifetime is
/// unknown: then a 401 says it.
///
/// For several tokens subtract a little jitter of your own; after sleep compare again with the
/// clock.
pub fn due_at(received_at: OffsetDateTime, lifetime: Option<Duration>) -> Option<OffsetDateTime> {
    let lifetime = lifetime?;
    let wait = if lifetime < SHORT_LIFE {
        lifetime.mul_f64(0.8)
    } else {
        lifetime.saturating_sub(BEFORE_END)
    };
    Some(received_at.saturating_add(signed(wait.max(MIN_INTERVAL))))
}

/// How long to wait after `failures` failed refreshes in a row (1 or more): 1, 2, 4 … 60 minutes,
/// or what the server asks for if that is longer.
pub fn back_off(failures: u32, retry_after: Option<Duration>) -> Duration {
    let minutes = 1_u64
        .checked_shl(failures.saturating_sub(1))
        .unwrap_or(60)
        .clamp(1, 60);
    Duration::from_mins(minutes).max(retry_after.unwrap_or_default())
}

fn signed(duration: Duration) -> time::Duration {
    time::Duration::try_from(duration).unwrap_or(time::Duration::MAX)
}

#[cfg(test)]
#[path = "refresh_tests.rs"]
mod tests;
