//! Switches that make the sandbox misbehave in one place, for tests of the client.

mod presets;

use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::state::lock;

/// Where a fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Place {
    /// `/.well-known/oauth-authorization-server`.
    Metadata,
    /// `/oauth/jwks`.
    Jwks,
    /// `/oauth/register`.
    Registration,
    /// `/oauth/authorize` and the redirect that follows the consent.
    Authorization,
    /// `/oauth/token` with `grant_type=authorization_code`.
    TokenCode,
    /// `/oauth/token` with `grant_type=refresh_token`.
    TokenRefresh,
    /// `/oauth/token` with `grant_type=client_credentials`.
    TokenClientCredentials,
    /// `/oauth/revoke`.
    Revocation,
    /// Every path of the API gateway, the upgrade of a web socket included.
    Gateway,
    /// An open web socket.
    Socket,
    /// `/mcp/protocol`.
    Mcp,
}

/// One way to misbehave. Kinds that make no sense at a [`Place`] do nothing there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
pub enum Fault {
    // ---- instead of the work ----
    /// Answers this status in the shape of the place, and does not do the work.
    Status {
        /// The HTTP status.
        status: u16,
        /// `Retry-After`, as sent (seconds or a date).
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// Redirects, and does not do the work.
    Redirect {
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// `Location`, as sent.
        location: String,
    },
    /// Answers this instead of doing the work.
    Answer {
        /// The HTTP status.
        status: u16,
        /// `Content-Type`, as sent.
        content_type: String,
        /// The body, as sent.
        body: String,
    },
    /// Answers 200 and a JSON object that is blown up to about this many bytes.
    Huge {
        /// Length of the body.
        bytes: usize,
    },
    /// Closes the connection without doing the work and without an answer.
    Disconnect,

    // ---- around the work ----
    /// Waits before the work.
    Delay {
        /// How long.
        milliseconds: u64,
    },
    /// Does the work, then closes the connection without an answer.
    LoseAnswer,

    // ---- on the finished answer; only on a successful JSON answer where JSON is meant ----
    /// A JSON merge patch (RFC 7396) on the answer: `null` takes a member away.
    Merge {
        /// The patch.
        patch: Value,
    },
    /// Adds text behind the body.
    Append {
        /// What follows the JSON.
        text: String,
    },
    /// Another `Content-Type` for the same body.
    ContentType {
        /// The header's value.
        value: String,
    },
    /// The body in UTF-16 (little endian, with byte order mark), still called JSON.
    Utf16,
    /// One more header on the answer.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },

    // ---- the authorization answer (the redirect back to the client) ----
    /// Other parameters in the redirect: first `remove`, then `set` (replace), then `append`.
    AnswerParameters {
        /// Taken away.
        #[serde(default)]
        remove: Vec<String>,
        /// Replaced or added.
        #[serde(default)]
        set: Vec<(String, String)>,
        /// Added once more, so that a name can be there twice.
        #[serde(default)]
        append: Vec<(String, String)>,
    },
    /// The parameters travel in the fragment.
    AnswerInFragment,
    /// The redirect goes to another path of the same listener.
    AnswerPath {
        /// The path, with its slash.
        path: String,
    },
    /// A page that loads the callback as an image and then goes there too.
    CallbackTwice,

    // ---- other rules ----
    /// [`Place::Authorization`]: a loopback redirect must match with its port.
    ExactPort,
    /// [`Place::TokenRefresh`]: the same refresh token stays valid and is answered again.
    KeepRefreshToken,
    /// Token places: a client that asked for no authentication method may use
    /// `client_secret_basic` only, as RFC 7591 §2 says.
    StrictAuthMethod,
    /// Token places: a merge patch on the claims of the access token before it is signed.
    TokenClaims {
        /// The patch.
        patch: Value,
    },
    /// Token places: a merge patch on the JOSE header of the access token before it is signed.
    TokenHeader {
        /// The patch.
        patch: Value,
    },
    /// [`Place::Socket`]: closes with this code after so many answers (0: at once).
    CloseSocket {
        /// Close code, 1000 to 4999.
        code: u16,
        /// Close reason, at most 123 bytes.
        #[serde(default)]
        reason: String,
        /// Answers before the close.
        #[serde(default)]
        after: u32,
    },
    /// [`Place::Socket`]: drops the connection without a close frame.
    DropSocket,
}

/// A fault that is switched on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActiveFault {
    /// Where.
    pub place: Place,
    /// What.
    pub fault: Fault,
    /// How many more times; `None`: until it is cleared.
    #[serde(default)]
    pub times: Option<u32>,
}

/// The switchboard. Several faults may be on at one place. Of those that answer instead of the
/// work, one request meets the one that was set first, so that `once` and `once` again make a
/// sequence; the others all work together, in the order they were set.
///
/// ```
/// use inchkeep_sandbox::{Fault, Faults, Place};
///
/// let faults = Faults::default();
/// faults.once(Place::TokenRefresh, Fault::retry_after(503, 5));
/// faults.set(Place::Metadata, Fault::wrong_issuer());
/// assert_eq!(faults.active().len(), 2);
/// faults.clear();
/// assert!(faults.active().is_empty());
/// ```
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<ActiveFault>>);

impl Faults {
    /// Switches a fault on until it is cleared.
    pub fn set(&self, place: Place, fault: Fault) {
        self.add(ActiveFault {
            place,
            fault,
            times: None,
        });
    }

    /// Switches a fault on for the next request at that place.
    pub fn once(&self, place: Place, fault: Fault) {
        self.times(place, fault, 1);
    }

    /// Switches a fault on for so many requests at that place.
    pub fn times(&self, place: Place, fault: Fault, times: u32) {
        self.add(ActiveFault {
            place,
            fault,
            times: Some(times),
        });
    }

    /// Switches a fault on as described; for no times: not at all.
    pub fn add(&self, active: ActiveFault) {
        if active.times != Some(0) {
            lock(&self.0).push(active);
        }
    }

    /// Switches everything off.
    pub fn clear(&self) {
        lock(&self.0).clear();
    }

    /// Switches off what is on at one place.
    pub fn clear_at(&self, place: Place) {
        lock(&self.0).retain(|active| active.place != place);
    }

    /// What is on now.
    pub fn active(&self) -> Vec<ActiveFault> {
        lock(&self.0).clone()
    }

    /// The faults for one request at this place that `wanted` picks; each counts as used.
    pub(crate) fn take(&self, place: Place, wanted: impl Fn(&Fault) -> bool) -> Vec<Fault> {
        self.take_at_most(usize::MAX, place, wanted)
    }

    /// The first of them only; the others wait for the next request.
    pub(crate) fn take_first(
        &self,
        place: Place,
        wanted: impl Fn(&Fault) -> bool,
    ) -> Option<Fault> {
        self.take_at_most(1, place, wanted).pop()
    }

    fn take_at_most(
        &self,
        most: usize,
        place: Place,
        wanted: impl Fn(&Fault) -> bool,
    ) -> Vec<Fault> {
        let mut all = lock(&self.0);
        let mut taken = Vec::new();
        let mine = |active: &&mut ActiveFault| active.place == place && wanted(&active.fault);
        for active in all.iter_mut().filter(mine).take(most) {
            active.times = active.times.map(|left| left.saturating_sub(1));
            taken.push(active.fault.clone());
        }
        all.retain(|active| active.times != Some(0));
        taken
    }

    /// Whether a rule is switched on for this request; it counts as used.
    pub(crate) fn rule(&self, place: Place, rule: &Fault) -> bool {
        !self.take(place, |fault| fault == rule).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_set_twice_is_used_twice_and_then_gone() {
        let faults = Faults::default();
        faults.times(Place::Gateway, Fault::status(401), 2);
        let all = |_: &Fault| true;
        assert_eq!(faults.take(Place::Metadata, all), []);
        assert_eq!(faults.take(Place::Gateway, all).len(), 1);
        assert_eq!(faults.take(Place::Gateway, all).len(), 1);
        assert_eq!(faults.take(Place::Gateway, all), []);
    }

    #[test]
    fn a_fault_reads_back_from_its_json() {
        let active = ActiveFault {
            place: Place::TokenRefresh,
            fault: Fault::retry_after(503, 5),
            times: Some(1),
        };
        let text = serde_json::to_string(&active).unwrap();
        assert_eq!(
            text,
            r#"{"place":"token_refresh","fault":{"kind":"status","status":503,"retry_after":"5"},"times":1}"#
        );
        assert_eq!(serde_json::from_str::<ActiveFault>(&text).unwrap(), active);
    }
}
