//! Where everything is kept.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Names another folder than the system's own place for data.
pub(crate) const VARIABLE: &str = "INCHKEEP_DATA_DIR";

/// The data folder: what `INCHKEEP_DATA_DIR` says, or `inchkeep` in the system's place for data.
/// `None` when the system knows no such place.
pub(crate) fn find() -> Option<PathBuf> {
    choose(std::env::var_os(VARIABLE), dirs::data_dir())
        .and_then(|dir| std::path::absolute(dir).ok())
}

/// Makes the folder, readable by the person alone, unless it is there.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn make(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(dir)
}

fn choose(given: Option<OsString>, system: Option<PathBuf>) -> Option<PathBuf> {
    given
        .filter(|given| !given.is_empty())
        .map(PathBuf::from)
        .or_else(|| system.map(|system| system.join("inchkeep")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_wins_unless_it_is_empty() {
        let system = Some(PathBuf::from("/home/a/.local/share"));
        assert_eq!(
            choose(Some("/data".into()), system.clone()),
            Some("/data".into())
        );
        let own = Some(PathBuf::from("/home/a/.local/share/inchkeep"));
        assert_eq!(choose(Some(OsString::new()), system.clone()), own);
        assert_eq!(choose(None, system), own);
        assert_eq!(choose(None, None), None);
    }
}
