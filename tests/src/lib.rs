//! What the suites share: the whole app with a fake desktop, the bridge, an HTTP port, a person's
//! browser, and servers that we did not write.

pub mod bridge;
pub mod browser;
pub mod fake_host;
pub mod keyring_file;
pub mod log_capture;
pub mod moved_clock;
pub mod oauth_journey;
pub mod peer;
pub mod port;
pub mod steps;
pub mod test_app;
