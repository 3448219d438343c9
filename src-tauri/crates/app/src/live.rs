//! What runs while the vault is open: sign-ins, refreshes, requests, WebSockets.

use std::sync::Arc;

use secrecy::SecretString;

use crate::app::App;
use crate::contract::{ApiError, SignInId, SignInView};

/// The work under way, as the rooms of the second half keep it.
#[derive(Default)]
pub(crate) struct Live {}

impl App {
    /// Called after every unlock: starts what runs by itself while the vault is open.
    pub(crate) fn live_start(self: &Arc<Self>) {}

    /// Called at every lock, before the vault is closed: cancels sign-ins and requests, closes
    /// sockets. Must return at once. Says whether a sign-in was stopped.
    pub(crate) fn live_stop(self: &Arc<Self>) -> bool {
        false
    }

    /// Called when the app ends, before the lock: returns when no refresh is under way. The caller
    /// gives up after five seconds.
    pub(crate) async fn live_settle(self: &Arc<Self>) {}

    /// The address that was typed in the secret window for a sign-in.
    #[allow(clippy::unused_async, reason = "a hook")]
    pub(crate) async fn typed_redirect_address(
        self: &Arc<Self>,
        sign_in: &SignInId,
        address: SecretString,
    ) -> Result<SignInView, ApiError> {
        let _ = (sign_in, address);
        Err(crate::store::missing("sign-in"))
    }
}
