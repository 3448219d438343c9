use std::io;
use std::path::PathBuf;

/// Why the sandbox could not start or could not keep what it was told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// Another program listens on the port that was asked for, or that this data folder keeps.
    #[error("port {port} on 127.0.0.1 is in use")]
    PortInUse {
        /// The port that is taken.
        port: u16,
    },
    /// The operating system refused the listener for another reason.
    #[error("could not listen on 127.0.0.1")]
    Listen(#[source] io::Error),
    /// A file of the data folder could not be read or written.
    #[error("could not use {path}", path = path.display())]
    Data {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// A file of the data folder is not what this version writes.
    #[error("{path} is damaged or of another version", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// No application has this id.
    #[error("no such application")]
    UnknownApplication,
    /// [`Sandbox::consent`](crate::Sandbox::consent) was given a link that the server refuses
    /// with a page of its own, which is what a person would see in the browser.
    #[error("the authorization page answered with status {status}")]
    NoConsent {
        /// The HTTP status of that page.
        status: u16,
    },
}
