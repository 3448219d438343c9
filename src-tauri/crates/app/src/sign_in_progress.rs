//! The sign-ins in progress, and the last state of those that ended.

use std::sync::{Arc, Mutex};

use inchkeep_oauth::loopback::Listener;
use inchkeep_oauth::{AuthorizationCode, SignIn};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::locked;
use crate::contract::{OAuthClientId, SignInId, SignInStage, SignInView};

/// How many ended sign-ins are remembered for a sheet that is still open.
const MOST_ENDED: usize = 20;

/// All of them, oldest first.
#[derive(Default)]
pub(crate) struct SignIns(Mutex<Vec<Arc<Progress>>>);

/// One of them.
pub(crate) struct Progress {
    pub(crate) sign_in: SignIn,
    /// The issuer whose answer is waited for.
    pub(crate) issuer: String,
    pub(crate) cancel: CancellationToken,
    view: watch::Sender<SignInView>,
    pasted: mpsc::Sender<AuthorizationCode>,
    /// Serves the browser's last page.
    finishing: Mutex<Option<JoinHandle<()>>>,
}

/// A sign-in that was just begun.
pub(crate) struct Begun {
    pub(crate) progress: Arc<Progress>,
    /// Where a pasted address arrives.
    pub(crate) pasted: mpsc::Receiver<AuthorizationCode>,
}

impl SignIns {
    /// Adds one, and forgets the oldest ended ones. Gives those of the same client that were begun
    /// in the same moment, before it: they have to give way.
    pub(crate) fn insert(&self, progress: &Arc<Progress>) -> Vec<Arc<Progress>> {
        let mut all = locked(&self.0);
        let client = progress.view().oauth_client_id;
        let is_rival = |other: &&Arc<Progress>| {
            !other.has_ended() && other.view.borrow().oauth_client_id == client
        };
        let earlier = all.iter().filter(is_rival).cloned().collect();
        all.push(Arc::clone(progress));
        let mut ended = all.iter().filter(|progress| progress.has_ended()).count();
        all.retain(|progress| {
            let drop = ended > MOST_ENDED && progress.has_ended();
            ended -= usize::from(drop);
            !drop
        });
        earlier
    }

    /// One by its id.
    pub(crate) fn find(&self, id: &SignInId) -> Option<Arc<Progress>> {
        locked(&self.0)
            .iter()
            .find(|progress| progress.view.borrow().id == *id)
            .cloned()
    }

    /// Those of a client.
    pub(crate) fn of(&self, client: &OAuthClientId) -> Vec<Arc<Progress>> {
        let all = locked(&self.0);
        let own = all
            .iter()
            .filter(|progress| progress.view.borrow().oauth_client_id == *client);
        own.cloned().collect()
    }

    /// Cancels all and forgets them, at a lock. Says whether one was under way.
    pub(crate) fn stop(&self) -> bool {
        let all = std::mem::take(&mut *locked(&self.0));
        let mut stopped = false;
        for progress in all {
            stopped |= !progress.has_ended();
            progress.cancel.cancel();
            progress.stop_finishing();
        }
        stopped
    }
}

impl Progress {
    pub(crate) fn begin(view: SignInView, sign_in: SignIn, issuer: String) -> Begun {
        let (sender, pasted) = mpsc::channel(1);
        let progress = Arc::new(Self {
            sign_in,
            issuer,
            cancel: CancellationToken::new(),
            view: watch::Sender::new(view),
            pasted: sender,
            finishing: Mutex::default(),
        });
        Begun { progress, pasted }
    }

    pub(crate) fn view(&self) -> SignInView {
        self.view.borrow().clone()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut SignInView)) {
        self.view.send_modify(change);
    }

    /// Hands a code that passed its checks to the task that waits, and waits until it goes on.
    pub(crate) async fn take_pasted(&self, code: AuthorizationCode) {
        // The other end is gone only when the sign-in has ended, which the view tells.
        let _ = self.pasted.send(code).await;
        self.wait_for(|stage| stage != SignInStage::WaitingForApproval)
            .await;
    }

    /// Lets the browser fetch its last page.
    pub(crate) fn finish(&self, listener: Listener) {
        *locked(&self.finishing) = Some(tokio::spawn(listener.finish()));
    }

    /// Stops it, unless its tokens are being saved; returns when its port is free.
    pub(crate) async fn stop(&self) {
        self.cancel.cancel();
        self.wait_for(has_ended).await;
        self.stop_finishing();
        let finishing = locked(&self.finishing).take();
        if let Some(finishing) = finishing {
            // An aborted task has dropped its socket once it can be joined.
            let _ = finishing.await;
        }
    }

    fn stop_finishing(&self) {
        if let Some(finishing) = locked(&self.finishing).as_ref() {
            finishing.abort();
        }
    }

    fn has_ended(&self) -> bool {
        has_ended(self.view.borrow().stage)
    }

    async fn wait_for(&self, reached: impl Fn(SignInStage) -> bool) {
        // The sender lives in self, so waiting ends only by reaching it.
        let _ = self
            .view
            .subscribe()
            .wait_for(|view| reached(view.stage))
            .await;
    }
}

fn has_ended(stage: SignInStage) -> bool {
    matches!(
        stage,
        SignInStage::Done | SignInStage::Failed | SignInStage::Cancelled
    )
}
