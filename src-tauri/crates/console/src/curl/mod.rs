//! A request as a curl command, and a curl or wscat command as a request.

mod read;
mod write;

pub use read::{CommandError, Pasted, read};
pub use write::{to_curl, to_curl_with_secret};

/// The shell variable that stands for the secret in a copied command.
pub const TOKEN_VARIABLE: &str = "INCHKEEP_TOKEN";
