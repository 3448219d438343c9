//! Puts every command of the app under Tauri's access list.
//!
//! Tauri lets local windows call any command of the app that its build script does not name. So all of
//! them are named here, from the same list that they are made from; the files in `capabilities/` then
//! say which window may call which.

include!("crates/app/src/command_list.rs");

macro_rules! names {
    ($($window:ident { $($name:ident($request:ty) -> $response:ty;)* })*) => {
        const COMMANDS: &[&str] = &[$($(stringify!($name),)*)*];
    };
}
command_list!(names);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=crates/app/src/command_list.rs");
    let commands = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))?;
    Ok(())
}
