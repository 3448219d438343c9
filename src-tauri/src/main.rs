//! The desktop shell of Inchkeep: windows, the way from the page to the app, the desktop's ports.
//! What the product does is in `inchkeep-app`.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod browser;
mod builder;
mod clipboard;
mod commands;
mod data_dir;
mod hardening;
mod host;
mod logs;
mod page;
mod windows;

use std::alloc::System;
use std::io::Write as _;
use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// Overwrites memory when it is freed: copies of a token that HTTP and JSON code leave behind go with it.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    hardening::apply();
    match builder::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error);
            ExitCode::FAILURE
        }
    }
}

/// Tells why the program does not start, while there is no window to say it in.
fn say(error: &dyn std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "inchkeep: {error}");
}
