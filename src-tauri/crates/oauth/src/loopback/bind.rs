//! Binding a loopback port so that no other program can share it.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

use crate::redirect_uri::LoopbackHost;

/// Which port to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortChoice {
    /// Any free port.
    Any,
    /// This port, or any other if it is taken (see
    /// [`has_preferred_port`](super::Listener::has_preferred_port)).
    Prefer(u16),
    /// This port and no other: the redirect URI is registered with it.
    Exactly(u16),
}

/// Why no port could be bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// Another program listens there.
    #[error("port {port} is in use")]
    PortBusy {
        /// The port.
        port: u16,
    },
    /// The system does not allow this port (reserved, or below 1024).
    #[error("the system does not allow port {port}")]
    PortForbidden {
        /// The port.
        port: u16,
    },
    /// There is no such loopback address here.
    #[error("this machine has no such loopback address")]
    NoAddress,
    /// The path is not one that a redirect URI can have.
    #[error("the callback path is unusable")]
    Path,
    /// The system refused for another reason.
    #[error("the system refused to listen: {0}")]
    System(io::ErrorKind),
}

/// What [`bind`] gives.
pub(super) struct Bound {
    pub(super) sockets: Vec<TcpListener>,
    pub(super) port: u16,
    pub(super) got_choice: bool,
}

pub(super) fn bind(choice: PortChoice, host: LoopbackHost) -> Result<Bound, BindError> {
    match choice {
        PortChoice::Any | PortChoice::Prefer(0) | PortChoice::Exactly(0) => {
            bind_port(0, host, true)
        }
        PortChoice::Exactly(port) => bind_port(port, host, true),
        PortChoice::Prefer(port) => match bind_port(port, host, true) {
            Err(BindError::PortBusy { .. } | BindError::PortForbidden { .. }) => {
                bind_port(0, host, false)
            }
            other => other,
        },
    }
}

fn bind_port(port: u16, host: LoopbackHost, got_choice: bool) -> Result<Bound, BindError> {
    let v4 = |port| listen(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let v6 = |port| listen(SocketAddr::from((Ipv6Addr::LOCALHOST, port)));
    let sockets = match host {
        LoopbackHost::Ipv4 => vec![v4(port)?],
        LoopbackHost::Ipv6 => vec![v6(port)?],
        LoopbackHost::Localhost => {
            let first = v4(port)?;
            let second = match v6(port_of(&first)?) {
                Ok(socket) => Some(socket),
                // A machine without IPv6 resolves localhost to 127.0.0.1 alone.
                Err(BindError::NoAddress) => None,
                Err(error) => return Err(error),
            };
            std::iter::once(first).chain(second).collect()
        }
    };
    let port = sockets.first().map_or(Err(BindError::NoAddress), port_of)?;
    Ok(Bound {
        sockets,
        port,
        got_choice,
    })
}

/// tokio's own `bind` sets `SO_REUSEADDR` on Unix, which RFC 8252 App. B.5 rules out: another
/// program of the same user could then share the port. Without it a port in `TIME_WAIT` cannot be
/// bound, which is why connections are closed by the browser or reset (see `connection`).
fn listen(address: SocketAddr) -> Result<TcpListener, BindError> {
    let fault = |error: io::Error| match error.kind() {
        io::ErrorKind::AddrInUse => BindError::PortBusy {
            port: address.port(),
        },
        io::ErrorKind::PermissionDenied => BindError::PortForbidden {
            port: address.port(),
        },
        io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported => BindError::NoAddress,
        kind => BindError::System(kind),
    };
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    );
    // A kernel without IPv6 does not even make the socket.
    let socket = if address.is_ipv6() {
        socket.map_err(|_| BindError::NoAddress)?
    } else {
        socket.map_err(fault)?
    };
    if address.is_ipv6() {
        socket.set_only_v6(true).map_err(fault)?;
    }
    socket.bind(&address.into()).map_err(fault)?;
    socket.listen(128).map_err(fault)?;
    socket.set_nonblocking(true).map_err(fault)?;
    TcpListener::from_std(socket.into()).map_err(fault)
}

fn port_of(socket: &TcpListener) -> Result<u16, BindError> {
    socket
        .local_addr()
        .map(|address| address.port())
        .map_err(|e| BindError::System(e.kind()))
}
