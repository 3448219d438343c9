//! Commands that are not written yet; this file is gone when they are.

use std::sync::Arc;

use crate::app::App;
use crate::contract::*;

fn not_yet<T>() -> Result<T, ApiError> {
    Err(ApiError::new(ErrorCode::Internal, "not written yet"))
}

impl App {
    pub async fn app_status(self: &Arc<Self>, _request: ()) -> Result<AppStatus, ApiError> {
        not_yet()
    }
    pub async fn check_keyring(self: &Arc<Self>, _request: ()) -> Result<KeyringView, ApiError> {
        not_yet()
    }
    pub async fn create_vault(self: &Arc<Self>, _request: CreateVaultRequest) -> Result<AppStatus, ApiError> {
        not_yet()
    }
    pub async fn set_first_run_step(self: &Arc<Self>, _request: FirstRunStepRequest) -> Result<AppStatus, ApiError> {
        not_yet()
    }
    pub async fn start_with(self: &Arc<Self>, _request: StartWithRequest) -> Result<StartView, ApiError> {
        not_yet()
    }
    pub async fn finish_first_run(self: &Arc<Self>, _request: ()) -> Result<AppStatus, ApiError> {
        not_yet()
    }
    pub async fn unlock_with_keyring(self: &Arc<Self>, _request: ()) -> Result<AppStatus, ApiError> {
        not_yet()
    }
    pub async fn lock(self: &Arc<Self>, _request: ()) -> Result<AppStatus, ApiError> {
        not_yet()
    }
    pub async fn open_secret_window(self: &Arc<Self>, _request: SecretWindowRequest) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn close_secret_window(self: &Arc<Self>, _request: ()) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn paste_secret(self: &Arc<Self>, _request: PasteSecretRequest) -> Result<SecretDraft, ApiError> {
        not_yet()
    }
    pub async fn discard_secret(self: &Arc<Self>, _request: DiscardSecretRequest) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn copy_secret(self: &Arc<Self>, _request: CopySecretRequest) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn copy_text(self: &Arc<Self>, _request: CopyTextRequest) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn clear_clipboard(self: &Arc<Self>, _request: ()) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn environments(self: &Arc<Self>, _request: ()) -> Result<Vec<EnvironmentView>, ApiError> {
        not_yet()
    }
    pub async fn add_environment(self: &Arc<Self>, _request: EnvironmentRequest) -> Result<EnvironmentView, ApiError> {
        not_yet()
    }
    pub async fn edit_environment(self: &Arc<Self>, _request: EditEnvironmentRequest) -> Result<EnvironmentView, ApiError> {
        not_yet()
    }
    pub async fn remove_environment(self: &Arc<Self>, _request: EnvironmentRef) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn select_environment(self: &Arc<Self>, _request: EnvironmentRef) -> Result<AppStatus, ApiError> {
        not_yet()
    }
    pub async fn restart_sandbox(self: &Arc<Self>, _request: ()) -> Result<EnvironmentView, ApiError> {
        not_yet()
    }
    pub async fn reset_sandbox(self: &Arc<Self>, _request: ()) -> Result<EnvironmentView, ApiError> {
        not_yet()
    }
    pub async fn open_portal(self: &Arc<Self>, _request: EnvironmentRef) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn applications(self: &Arc<Self>, _request: EnvironmentRef) -> Result<Vec<ApplicationRow>, ApiError> {
        not_yet()
    }
    pub async fn application(self: &Arc<Self>, _request: ApplicationRef) -> Result<ApplicationView, ApiError> {
        not_yet()
    }
    pub async fn add_application(self: &Arc<Self>, _request: AddApplicationRequest) -> Result<ApplicationRow, ApiError> {
        not_yet()
    }
    pub async fn rename_application(self: &Arc<Self>, _request: RenameApplicationRequest) -> Result<ApplicationRow, ApiError> {
        not_yet()
    }
    pub async fn remove_application(self: &Arc<Self>, _request: ApplicationRef) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn check_api_key(self: &Arc<Self>, _request: CheckApiKeyRequest) -> Result<KeyCheckView, ApiError> {
        not_yet()
    }
    pub async fn add_api_key(self: &Arc<Self>, _request: AddApiKeyRequest) -> Result<ApiKeyView, ApiError> {
        not_yet()
    }
    pub async fn rename_api_key(self: &Arc<Self>, _request: RenameApiKeyRequest) -> Result<ApiKeyView, ApiError> {
        not_yet()
    }
    pub async fn replace_api_key(self: &Arc<Self>, _request: ReplaceApiKeyRequest) -> Result<ApiKeyView, ApiError> {
        not_yet()
    }
    pub async fn remove_api_key(self: &Arc<Self>, _request: ApiKeyRef) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn sandbox_portal_token(self: &Arc<Self>, _request: EnvironmentRef) -> Result<SecretDraft, ApiError> {
        not_yet()
    }
    pub async fn settings(self: &Arc<Self>, _request: ()) -> Result<Settings, ApiError> {
        not_yet()
    }
    pub async fn change_settings(self: &Arc<Self>, _request: Settings) -> Result<Settings, ApiError> {
        not_yet()
    }
    pub async fn open_data_folder(self: &Arc<Self>, _request: ()) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn secret_window(self: &Arc<Self>, _request: TicketRequest) -> Result<SecretWindowView, ApiError> {
        not_yet()
    }
    pub async fn submit_secret(self: &Arc<Self>, _request: SubmitSecretRequest) -> Result<SubmitSecretAnswer, ApiError> {
        not_yet()
    }
    pub async fn copy_shown_secret(self: &Arc<Self>, _request: TicketRequest) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn save_recovery_code(self: &Arc<Self>, _request: TicketRequest) -> Result<SavedFile, ApiError> {
        not_yet()
    }
    pub async fn close_shown_secret(self: &Arc<Self>, _request: TicketRequest) -> Result<(), ApiError> {
        not_yet()
    }
}
