//! Inchkeep without its window: so far the contract with the page.
//!
//! The types of every command and event stand here, and the one list of commands. From them the
//! TypeScript side is generated ([`typescript_contract`]); the use cases behind them come next.
//!
//! ```
//! let typescript = inchkeep_app::typescript_contract();
//! assert!(typescript.contains("export interface MainCommands"));
//! ```

mod command_list;
pub mod contract;
mod error;
mod host;
mod typescript;

pub use error::{ApiError, ErrorCode};
pub use host::{Host, HostError, SecretWindowSize};
pub use typescript::contract as typescript_contract;
