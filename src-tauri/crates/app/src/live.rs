//! What runs while the vault is open: sign-ins, refreshes, requests, sockets.

use std::sync::{Arc, Mutex};

use secrecy::SecretString;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::app::{App, locked};
use crate::console_send::Sends;
use crate::contract::{ApiError, SignInId, SignInView};
use crate::history::History;
use crate::keep_signed_in;
use crate::redaction::Redaction;
use crate::refresh::Refreshes;
use crate::registration::Registrations;
use crate::sign_in_progress::SignIns;
use crate::sockets::Sockets;
use crate::token_diagnosis::KeySets;
use crate::transport::Wire;

/// The work under way, and what is known only while the vault is open.
#[derive(Default)]
pub(crate) struct Live {
    pub(crate) wire: Wire,
    pub(crate) redaction: Redaction,
    pub(crate) history: History,
    pub(crate) sends: Sends,
    pub(crate) sockets: Sockets,
    pub(crate) registrations: Registrations,
    pub(crate) sign_ins: SignIns,
    pub(crate) refreshes: Refreshes,
    pub(crate) keys: KeySets,
    /// Work that must not be cut off by its caller or by the end of the app: refreshes, and the
    /// history of OAuth calls.
    pub(crate) tasks: TaskTracker,
    stop: Mutex<Option<watch::Sender<bool>>>,
}

impl App {
    /// Called after every unlock: starts what runs by itself while the vault is open.
    pub(crate) fn live_start(self: &Arc<Self>) {
        let (stop, stopped) = watch::channel(false);
        if let Some(earlier) = locked(&self.live.stop).replace(stop) {
            earlier.send_replace(true);
        }
        tokio::spawn(keep_signed_in::run(Arc::downgrade(self), stopped));
        let app = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = app.history_ready().await {
                tracing::warn!(code = ?error.code, "the history could not be read");
            }
        });
    }

    /// Called at every lock, before the vault is closed: cancels sign-ins and requests, closes
    /// sockets. Returns at once. Says whether a sign-in was stopped.
    pub(crate) fn live_stop(self: &Arc<Self>) -> bool {
        let live = &self.live;
        if let Some(stop) = locked(&live.stop).take() {
            stop.send_replace(true);
        }
        live.registrations.stop();
        live.sends.stop();
        live.sockets.stop();
        let sign_in_stopped = live.sign_ins.stop();
        live.refreshes.forget();
        live.history.forget();
        live.redaction.forget();
        live.keys.forget();
        sign_in_stopped
    }

    /// Called when the app ends, before the lock: returns when no refresh is under way. The caller
    /// gives up after five seconds.
    pub(crate) async fn live_settle(self: &Arc<Self>) {
        if let Some(stop) = locked(&self.live.stop).as_ref() {
            stop.send_replace(true);
        }
        self.live.tasks.close();
        self.live.tasks.wait().await;
        // An app that was stopped may be unlocked again.
        self.live.tasks.reopen();
    }

    /// The address that was typed in the secret window for a sign-in.
    ///
    /// # Errors
    /// As of [`App::address_given`].
    pub(crate) async fn typed_redirect_address(
        self: &Arc<Self>,
        sign_in: &SignInId,
        address: SecretString,
    ) -> Result<SignInView, ApiError> {
        self.address_given(sign_in, &address).await
    }
}
