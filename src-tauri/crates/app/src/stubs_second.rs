//! Commands that are not written yet; this file is gone when they are.

use std::sync::Arc;

use crate::app::App;
use crate::contract::*;

fn not_yet<T>() -> Result<T, ApiError> {
    Err(ApiError::new(ErrorCode::Internal, "not written yet"))
}

impl App {
    pub async fn check_server(
        self: &Arc<Self>,
        _request: CheckServerRequest,
    ) -> Result<ServerView, ApiError> {
        not_yet()
    }
    pub async fn server(self: &Arc<Self>, _request: ServerRequest) -> Result<ServerView, ApiError> {
        not_yet()
    }
    pub async fn preview_registration(
        self: &Arc<Self>,
        _request: RegisterClientRequest,
    ) -> Result<RegistrationPreview, ApiError> {
        not_yet()
    }
    pub async fn register_client(
        self: &Arc<Self>,
        _request: RegisterClientRequest,
    ) -> Result<OAuthClientView, ApiError> {
        not_yet()
    }
    pub async fn cancel_registration(self: &Arc<Self>, _request: ()) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn paste_client(self: &Arc<Self>, _request: ()) -> Result<ImportDraft, ApiError> {
        not_yet()
    }
    pub async fn import_client(
        self: &Arc<Self>,
        _request: ImportClientRequest,
    ) -> Result<OAuthClientView, ApiError> {
        not_yet()
    }
    pub async fn oauth_client(
        self: &Arc<Self>,
        _request: OAuthClientRef,
    ) -> Result<OAuthClientDetail, ApiError> {
        not_yet()
    }
    pub async fn edit_oauth_client(
        self: &Arc<Self>,
        _request: EditOAuthClientRequest,
    ) -> Result<OAuthClientView, ApiError> {
        not_yet()
    }
    pub async fn remove_oauth_client(
        self: &Arc<Self>,
        _request: OAuthClientRef,
    ) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn get_token(
        self: &Arc<Self>,
        _request: OAuthClientRef,
    ) -> Result<SessionView, ApiError> {
        not_yet()
    }
    pub async fn sign_in(
        self: &Arc<Self>,
        _request: SignInRequest,
    ) -> Result<SignInView, ApiError> {
        not_yet()
    }
    pub async fn sign_in_state(
        self: &Arc<Self>,
        _request: SignInRef,
    ) -> Result<SignInView, ApiError> {
        not_yet()
    }
    pub async fn open_sign_in_page(self: &Arc<Self>, _request: SignInRef) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn copy_sign_in_link(self: &Arc<Self>, _request: SignInRef) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn paste_redirect_address(
        self: &Arc<Self>,
        _request: SignInRef,
    ) -> Result<SignInView, ApiError> {
        not_yet()
    }
    pub async fn extend_sign_in(
        self: &Arc<Self>,
        _request: SignInRef,
    ) -> Result<SignInView, ApiError> {
        not_yet()
    }
    pub async fn cancel_sign_in(
        self: &Arc<Self>,
        _request: SignInRef,
    ) -> Result<SignInView, ApiError> {
        not_yet()
    }
    pub async fn sessions(
        self: &Arc<Self>,
        _request: EnvironmentRef,
    ) -> Result<Vec<SessionView>, ApiError> {
        not_yet()
    }
    pub async fn session(
        self: &Arc<Self>,
        _request: SessionRef,
    ) -> Result<SessionDetail, ApiError> {
        not_yet()
    }
    pub async fn refresh_session(
        self: &Arc<Self>,
        _request: SessionRef,
    ) -> Result<SessionView, ApiError> {
        not_yet()
    }
    pub async fn set_keep_signed_in(
        self: &Arc<Self>,
        _request: KeepSignedInRequest,
    ) -> Result<SessionView, ApiError> {
        not_yet()
    }
    pub async fn end_session(
        self: &Arc<Self>,
        _request: EndSessionRequest,
    ) -> Result<EndSessionAnswer, ApiError> {
        not_yet()
    }
    pub async fn clear_ended_sessions(
        self: &Arc<Self>,
        _request: EnvironmentRef,
    ) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn credentials(
        self: &Arc<Self>,
        _request: EnvironmentRef,
    ) -> Result<Vec<CredentialView>, ApiError> {
        not_yet()
    }
    pub async fn send(self: &Arc<Self>, _request: SendRequest) -> Result<ExchangeView, ApiError> {
        not_yet()
    }
    pub async fn cancel_send(
        self: &Arc<Self>,
        _request: CancelSendRequest,
    ) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn exchange(
        self: &Arc<Self>,
        _request: ExchangeRef,
    ) -> Result<ExchangeView, ApiError> {
        not_yet()
    }
    pub async fn exchange_body(
        self: &Arc<Self>,
        _request: ExchangeBodyRequest,
    ) -> Result<BodyText, ApiError> {
        not_yet()
    }
    pub async fn history(
        self: &Arc<Self>,
        _request: HistoryRequest,
    ) -> Result<HistoryPage, ApiError> {
        not_yet()
    }
    pub async fn remove_exchange(self: &Arc<Self>, _request: ExchangeRef) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn restore_exchange(self: &Arc<Self>, _request: ExchangeRef) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn copy_as_curl(self: &Arc<Self>, _request: ExchangeRef) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn copy_for_support(self: &Arc<Self>, _request: ExchangeRef) -> Result<(), ApiError> {
        not_yet()
    }
    pub async fn check_json(
        self: &Arc<Self>,
        _request: CheckJsonRequest,
    ) -> Result<JsonCheck, ApiError> {
        not_yet()
    }
    pub async fn connect_socket(
        self: &Arc<Self>,
        _request: ConnectSocketRequest,
    ) -> Result<SocketView, ApiError> {
        not_yet()
    }
    pub async fn send_message(
        self: &Arc<Self>,
        _request: SendMessageRequest,
    ) -> Result<SocketMessage, ApiError> {
        not_yet()
    }
    pub async fn disconnect_socket(self: &Arc<Self>, _request: SocketRef) -> Result<(), ApiError> {
        not_yet()
    }
}
