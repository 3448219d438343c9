//! Inchkeep without its window: the use cases, and the contract with the page.
//!
//! [`App`] is everything that the product does. The desktop shell and the test
//! bridge both hold one, hand it a [`Host`] (browser, clipboard, windows) and
//! pass commands on; neither knows more than the names in [`command_list!`].

mod app;
mod clock;
mod command_list;
mod commands;
pub mod contract;
mod error;
mod host;
mod records;
mod typescript;

pub use app::{App, AppOptions};
pub use commands::Window;
pub use clock::{Clock, SystemClock};
pub use error::{ApiError, ErrorCode};
pub use host::{Host, HostError, SecretWindowSize};
pub use typescript::contract as typescript_contract;

mod stubs_first;
mod stubs_second;
