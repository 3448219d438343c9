//! Journeys through the whole app by the names of its commands, against the sandbox inside it and
//! against a server that we did not write. The desktop is a fake; everything else is real.

mod bridge;
mod clients;
mod clipboard;
mod console;
mod environments;
mod first_run;
mod history;
mod hostile;
mod independent;
mod kill;
mod lock;
mod main_job;
mod refresh;
mod registration_faults;
mod sign_in;
mod sign_in_faults;
mod sockets;
mod two_processes;
