//! What the journeys share: an HTTP port, a person's browser, and servers that we did not write.

pub mod browser;
pub mod oauth_journey;
pub mod peer;
pub mod port;
