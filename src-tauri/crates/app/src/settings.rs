//! Settings: `settings.json` beside the vault, since nothing in them is secret.

use std::sync::Arc;

use crate::app::App;
use crate::contract::{ApiError, ErrorCode, Settings};
use crate::store::blocking;

impl App {
    /// The settings.
    #[expect(clippy::unused_async, reason = "commands are async")]
    pub async fn settings(self: &Arc<Self>, _request: ()) -> Result<Settings, ApiError> {
        Ok(self.settings.read())
    }

    /// Puts new settings in the place of the old ones; they count at once.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidField`] for a value outside its range, [`ErrorCode::FileNotWritten`].
    pub async fn change_settings(
        self: &Arc<Self>,
        request: Settings,
    ) -> Result<Settings, ApiError> {
        check(&request)?;
        let app = Arc::clone(self);
        blocking(move || {
            app.settings
                .change(|settings| *settings = request.clone())?;
            Ok(request)
        })
        .await
    }

    /// Shows the data folder in the file manager.
    ///
    /// # Errors
    /// [`ErrorCode::NoBrowser`] when no file manager could be started.
    #[expect(clippy::unused_async, reason = "commands are async")]
    pub async fn open_data_folder(self: &Arc<Self>, _request: ()) -> Result<(), ApiError> {
        Ok(self.host.open_folder(&self.data_dir)?)
    }
}

/// Whether every value is in its range.
pub(crate) fn check(settings: &Settings) -> Result<(), ApiError> {
    const HOUR: u32 = 60 * 60;
    let ranges = [
        ("textSize", u32::from(settings.text_size), 80, 200),
        (
            "clearClipboardAfter",
            settings.clear_clipboard_after,
            0,
            HOUR,
        ),
        ("hideSecretsAfter", settings.hide_secrets_after, 0, HOUR),
        ("lockAfter", settings.lock_after, 0, 24 * 60),
        ("requestTimeout", settings.request_timeout, 1, HOUR),
        ("keepRequests", settings.keep_requests, 1_000, 100_000),
    ];
    for (field, value, least, most) in ranges {
        if !(least..=most).contains(&value) {
            return Err(
                ApiError::new(ErrorCode::InvalidField, format!("{field} is out of range"))
                    .fact("field", field)
                    .fact("reason", format!("Use {least} to {most}.")),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_range_and_others_are_named() {
        assert!(check(&Settings::default()).is_ok());
        let wrong = Settings {
            keep_requests: 999,
            ..Settings::default()
        };
        assert_eq!(check(&wrong).unwrap_err().facts["field"], "keepRequests");
        let never = Settings {
            lock_after: 0,
            hide_secrets_after: 0,
            ..Settings::default()
        };
        assert!(check(&never).is_ok());
    }
}
