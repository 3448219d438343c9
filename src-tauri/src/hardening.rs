//! What the process gives up before it does anything else.

/// Whether this build is one that people get: neither a debug build nor one that tests drive.
const SHIPPED: bool = !cfg!(debug_assertions) && !cfg!(feature = "automation");

/// By each of these, whoever sets the environment could drive or inspect the windows: the first is
/// Tauri's, the others are WebKitGTK's.
const WAYS_IN: [&str; 3] = [
    "TAURI_WEBVIEW_AUTOMATION",
    "WEBKIT_INSPECTOR_SERVER",
    "WEBKIT_INSPECTOR_HTTP_SERVER",
];

/// No core dumps; in builds that people get also no remote control and no reading of our memory by
/// other programs of the same person.
///
/// Must be called first in `main`, while there is one thread.
pub(crate) fn apply() {
    #[cfg(unix)]
    no_core_dumps();
    if SHIPPED {
        close_ways_in();
        #[cfg(target_os = "linux")]
        not_dumpable();
    }
}

#[cfg(unix)]
fn no_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Lowering a limit is always allowed.
    let _ = setrlimit(Resource::Core, none);
}

#[cfg(target_os = "linux")]
fn not_dumpable() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

fn close_ways_in() {
    for name in WAYS_IN {
        #[expect(
            unsafe_code,
            reason = "the environment can be changed by unsafe code only"
        )]
        // SAFETY: called first in `main`; no other thread exists that could read the environment.
        unsafe {
            std::env::remove_var(name);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use rustix::process::{Resource, getrlimit};

    #[test]
    fn a_crash_leaves_no_core_dump() {
        super::no_core_dumps();
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
    }
}
