// The one list of commands: its window, its name, what it takes, what it answers.
//
// Three things are made from it: the Tauri commands (shell), the JSON dispatch
// (`App::call`, used by the bridge) and the TypeScript map (`typescript.rs`).
// The shell's build script includes this file too, and reads only the names.

/// Hands the whole list of commands to the macro named `$callback`.
///
/// Each entry reads `name(Request) -> Response;` and stands under the window
/// that may call it: `main` or `secret`.
#[macro_export]
macro_rules! command_list {
    ($callback:path) => {
        $callback! {
            main {
                // First run and lock
                app_status(()) -> AppStatus;
                check_keyring(()) -> KeyringView;
                create_vault(CreateVaultRequest) -> AppStatus;
                set_first_run_step(FirstRunStepRequest) -> AppStatus;
                start_with(StartWithRequest) -> StartView;
                finish_first_run(()) -> AppStatus;
                unlock_with_keyring(()) -> AppStatus;
                lock(()) -> AppStatus;

                // Secrets: shown and typed in a window of their own, copied by Rust
                open_secret_window(SecretWindowRequest) -> ();
                close_secret_window(()) -> ();
                paste_secret(PasteSecretRequest) -> SecretDraft;
                discard_secret(DiscardSecretRequest) -> ();
                copy_secret(CopySecretRequest) -> ();
                copy_text(CopyTextRequest) -> ();
                clear_clipboard(()) -> ();

                // Environments and their servers
                environments(()) -> Vec<EnvironmentView>;
                add_environment(EnvironmentRequest) -> EnvironmentView;
                edit_environment(EditEnvironmentRequest) -> EnvironmentView;
                remove_environment(EnvironmentRef) -> ();
                select_environment(EnvironmentRef) -> AppStatus;
                check_server(CheckServerRequest) -> ServerView;
                server(ServerRequest) -> ServerView;
                restart_sandbox(()) -> EnvironmentView;
                reset_sandbox(()) -> EnvironmentView;
                open_portal(EnvironmentRef) -> ();

                // Applications and API keys
                applications(EnvironmentRef) -> Vec<ApplicationRow>;
                application(ApplicationRef) -> ApplicationView;
                add_application(AddApplicationRequest) -> ApplicationRow;
                rename_application(RenameApplicationRequest) -> ApplicationRow;
                remove_application(ApplicationRef) -> ();
                check_api_key(CheckApiKeyRequest) -> KeyCheckView;
                add_api_key(AddApiKeyRequest) -> ApiKeyView;
                rename_api_key(RenameApiKeyRequest) -> ApiKeyView;
                replace_api_key(ReplaceApiKeyRequest) -> ApiKeyView;
                remove_api_key(ApiKeyRef) -> ();

                // OAuth clients
                preview_registration(RegisterClientRequest) -> RegistrationPreview;
                register_client(RegisterClientRequest) -> OAuthClientView;
                cancel_registration(()) -> ();
                sandbox_portal_token(EnvironmentRef) -> SecretDraft;
                paste_client(()) -> ImportDraft;
                import_client(ImportClientRequest) -> OAuthClientView;
                oauth_client(OAuthClientRef) -> OAuthClientDetail;
                edit_oauth_client(EditOAuthClientRequest) -> OAuthClientView;
                remove_oauth_client(OAuthClientRef) -> ();

                // Tokens and sign-in
                get_token(OAuthClientRef) -> SessionView;
                sign_in(SignInRequest) -> SignInView;
                sign_in_state(SignInRef) -> SignInView;
                open_sign_in_page(SignInRef) -> ();
                copy_sign_in_link(SignInRef) -> ();
                paste_redirect_address(SignInRef) -> SignInView;
                extend_sign_in(SignInRef) -> SignInView;
                cancel_sign_in(SignInRef) -> SignInView;
                sessions(EnvironmentRef) -> Vec<SessionView>;
                session(SessionRef) -> SessionDetail;
                refresh_session(SessionRef) -> SessionView;
                set_keep_signed_in(KeepSignedInRequest) -> SessionView;
                end_session(EndSessionRequest) -> EndSessionAnswer;
                clear_ended_sessions(EnvironmentRef) -> ();

                // Console
                credentials(EnvironmentRef) -> Vec<CredentialView>;
                send(SendRequest) -> ExchangeView;
                cancel_send(CancelSendRequest) -> ();
                exchange(ExchangeRef) -> ExchangeView;
                exchange_body(ExchangeBodyRequest) -> BodyText;
                history(HistoryRequest) -> HistoryPage;
                remove_exchange(ExchangeRef) -> ();
                restore_exchange(ExchangeRef) -> ();
                copy_as_curl(ExchangeRef) -> ();
                copy_for_support(ExchangeRef) -> ();
                check_json(CheckJsonRequest) -> JsonCheck;

                // WebSocket
                connect_socket(ConnectSocketRequest) -> SocketView;
                send_message(SendMessageRequest) -> SocketMessage;
                disconnect_socket(SocketRef) -> ();

                // Settings
                settings(()) -> Settings;
                change_settings(Settings) -> Settings;
                open_data_folder(()) -> ();
            }
            secret {
                secret_window(TicketRequest) -> SecretWindowView;
                submit_secret(SubmitSecretRequest) -> SubmitSecretAnswer;
                copy_shown_secret(TicketRequest) -> ();
                save_recovery_code(TicketRequest) -> SavedFile;
                close_shown_secret(TicketRequest) -> ();
            }
        }
    };
}
