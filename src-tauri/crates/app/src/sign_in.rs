//! Signing in through the browser: bind, open, wait, exchange, save.

use std::sync::Arc;
use std::time::Duration;

use inchkeep_oauth::authorization_code::PasteError;
use inchkeep_oauth::loopback::Listener;
use inchkeep_oauth::{AuthorizationCode, Prompt, TokenSet};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::mpsc;

use crate::app::App;
use crate::clients::{OwnedClient, sessions_of};
use crate::contract::{
    ChangedList, Grant, OAuthClientId, SessionId, SessionState, SessionView, SignInId, SignInRef,
    SignInRequest, SignInStage, SignInView,
};
use crate::error::{ApiError, ErrorCode};
use crate::errors_of_oauth::{self, TokenStep};
use crate::redirect_listener::receive;
use crate::servers::{Server, check_issuer};
use crate::sessions::happened;
use crate::sign_in_progress::{Begun, Progress};
use crate::store::missing;
use crate::tokens::save_new;

/// How long a sign-in waits for the browser, and how much *Wait 5 more minutes* adds.
const PATIENCE: time::Duration = time::Duration::minutes(5);
/// How often the clock is looked at while it waits.
const TICK: Duration = Duration::from_millis(250);

impl App {
    /// Starts a sign-in and opens the browser. One that the same client has under way is cancelled.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] for a client of the other grant; [`ErrorCode::PortBusy`] when
    /// the fixed port is taken; those of [`App::server`].
    pub async fn sign_in(self: &Arc<Self>, request: SignInRequest) -> Result<SignInView, ApiError> {
        let id = request.oauth_client_id.clone();
        let client = self
            .read(move |vault| OwnedClient::load(vault, &id))
            .await?;
        if client.record.grant != Grant::AuthorizationCode {
            return Err(ApiError::new(
                ErrorCode::InvalidRequest,
                "this client gets its tokens without a person",
            )
            .fact("reason", "This client gets its tokens without the browser."));
        }
        let server = self.fresh_server(client.environment()).await?;
        check_issuer(&client.record, &server)?;
        // Just before the port is bound, which the earlier one may have.
        self.cancel_sign_ins_of(&client.id).await;

        // The socket is bound before anybody hears of its address, and never bound again.
        let (listener, redirect_uri) =
            receive(&client.record, server.issuer(), request.any_port_once)?;
        let prompt = request.choose_account.then_some(Prompt::SelectAccount);
        let sign_in = inchkeep_oauth::SignIn::begin(
            &server,
            &client.record.client_id,
            &redirect_uri,
            &client.access(),
            prompt,
        )
        .map_err(|error| errors_of_oauth::sign_in(&error))?;

        let deadline = self.clock.now() + PATIENCE;
        let listening_on = listener.as_ref().map(Listener::port);
        let view = view_of(
            &client,
            &server,
            redirect_uri,
            listening_on,
            deadline.into(),
        );
        let Begun { progress, pasted } =
            Progress::begin(view, sign_in, server.issuer().as_str().to_owned());
        let earlier = self.live.sign_ins.insert(&progress);
        let opened = self.host.open_url(progress.sign_in.authorize_url());
        if opened.is_err() {
            progress.change(|view| view.browser_failed = true);
        }
        self.tell_sign_in(&progress);
        if !self.is_open() {
            // Locked in this very moment, before the list knew of it.
            progress.cancel.cancel();
        }
        let app = Arc::clone(self);
        let running = Arc::clone(&progress);
        tokio::spawn(async move {
            app.run_sign_in(&running, listener, pasted, client, server)
                .await;
        });
        for other in earlier {
            other.stop().await;
        }
        Ok(progress.view())
    }

    /// A sign-in as it stands.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    #[expect(clippy::unused_async, reason = "commands are async")]
    pub async fn sign_in_state(
        self: &Arc<Self>,
        request: SignInRef,
    ) -> Result<SignInView, ApiError> {
        Ok(self.progress(&request.sign_in_id)?.view())
    }

    /// Opens the browser again.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::NoBrowser`].
    #[expect(clippy::unused_async, reason = "commands are async")]
    pub async fn open_sign_in_page(self: &Arc<Self>, request: SignInRef) -> Result<(), ApiError> {
        let progress = self.progress(&request.sign_in_id)?;
        let opened = self.host.open_url(progress.sign_in.authorize_url());
        progress.change(|view| view.browser_failed = opened.is_err());
        self.tell_sign_in(&progress);
        Ok(opened?)
    }

    /// Copies the link, for another browser than the system's.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::ClipboardRefused`].
    #[expect(clippy::unused_async, reason = "commands are async")]
    pub async fn copy_sign_in_link(self: &Arc<Self>, request: SignInRef) -> Result<(), ApiError> {
        let progress = self.progress(&request.sign_in_id)?;
        let link = progress.sign_in.authorize_url().to_string();
        self.copy_plain("Sign-in link".to_owned(), link)
    }

    /// Takes the address on which the browser stopped from the clipboard.
    ///
    /// # Errors
    /// [`ErrorCode::NotAnAddress`], [`ErrorCode::NoCodeInAddress`],
    /// [`ErrorCode::NotTheRedirectAddress`],
    /// [`ErrorCode::AddressOfAnotherSignIn`], [`ErrorCode::CodeAlreadyUsed`],
    /// [`ErrorCode::SignInRefused`]; [`ErrorCode::ClipboardEmpty`], [`ErrorCode::ClipboardRefused`].
    pub async fn paste_redirect_address(
        self: &Arc<Self>,
        request: SignInRef,
    ) -> Result<SignInView, ApiError> {
        let pasted = self.host.read_clipboard()?;
        let view = self.address_given(&request.sign_in_id, &pasted).await?;
        self.remember_pasted(&pasted);
        Ok(view)
    }

    /// Gives a sign-in five more minutes.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    #[expect(clippy::unused_async, reason = "commands are async")]
    pub async fn extend_sign_in(
        self: &Arc<Self>,
        request: SignInRef,
    ) -> Result<SignInView, ApiError> {
        let progress = self.progress(&request.sign_in_id)?;
        progress.change(|view| {
            if view.stage == SignInStage::WaitingForApproval {
                view.deadline = (view.deadline.0 + PATIENCE).into();
            }
        });
        self.tell_sign_in(&progress);
        Ok(progress.view())
    }

    /// Stops a sign-in. Its port is free when this returns.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub async fn cancel_sign_in(
        self: &Arc<Self>,
        request: SignInRef,
    ) -> Result<SignInView, ApiError> {
        let progress = self.progress(&request.sign_in_id)?;
        progress.stop().await;
        Ok(progress.view())
    }

    /// Takes an address that was pasted or typed, with the same checks as for one that arrives.
    ///
    /// # Errors
    /// [`ErrorCode::NotAnAddress`], [`ErrorCode::NoCodeInAddress`],
    /// [`ErrorCode::NotTheRedirectAddress`],
    /// [`ErrorCode::AddressOfAnotherSignIn`], [`ErrorCode::CodeAlreadyUsed`],
    /// [`ErrorCode::SignInRefused`] with what the server answered; the sign-in goes on waiting.
    pub(crate) async fn address_given(
        self: &Arc<Self>,
        id: &SignInId,
        address: &SecretString,
    ) -> Result<SignInView, ApiError> {
        let progress = self.progress(id)?;
        // EXPOSE: taken apart by the checks; only the code goes on, to the token endpoint.
        let text = address.expose_secret();
        let refuse = |error: PasteError| {
            let redirect = progress.view().redirect_uri;
            match error {
                PasteError::NoCode | PasteError::AnotherSignIn if is_elsewhere(text, &redirect) => {
                    ApiError::new(ErrorCode::NotTheRedirectAddress, error.to_string())
                        .fact("redirect", redirect)
                }
                error => errors_of_oauth::pasted(&error, &progress.issuer),
            }
        };
        progress.sign_in.examine_pasted(text).map_err(refuse)?;
        if progress.view().stage != SignInStage::WaitingForApproval {
            return Err(ApiError::new(
                ErrorCode::CodeAlreadyUsed,
                "this sign-in has ended",
            ));
        }
        let code = progress.sign_in.check_pasted(text).map_err(refuse)?;
        progress.take_pasted(code).await;
        Ok(progress.view())
    }

    /// Stops what a client has under way, and the last page of what it had.
    pub(crate) async fn cancel_sign_ins_of(&self, client: &OAuthClientId) {
        for progress in self.live.sign_ins.of(client) {
            progress.stop().await;
        }
    }

    async fn run_sign_in(
        self: &Arc<Self>,
        progress: &Arc<Progress>,
        listener: Option<Listener>,
        pasted: mpsc::Receiver<AuthorizationCode>,
        client: OwnedClient,
        server: Server,
    ) {
        let tokens = tokio::select! {
            biased;
            () = progress.cancel.cancelled() => None,
            tokens = self.tokens_of_sign_in(progress, listener, pasted, &client, &server) => {
                Some(tokens)
            }
        };
        let outcome = match tokens {
            // Whatever ran is dropped by now, the listener with it.
            None => None,
            Some(Err(error)) => Some(Err(error)),
            Some(Ok(tokens)) => {
                // From here on there is something to lose, so nothing stops it any more.
                self.advance(progress, SignInStage::Saving);
                Some(self.save_sign_in(client, &server, tokens).await)
            }
        };
        progress.change(|view| match &outcome {
            None => view.stage = SignInStage::Cancelled,
            Some(Ok(session)) => {
                view.stage = SignInStage::Done;
                view.session = Some(session.clone());
            }
            Some(Err(error)) => {
                view.stage = SignInStage::Failed;
                view.error = Some(error.clone());
            }
        });
        self.tell_sign_in(progress);
        if let Some(Ok(_)) = outcome {
            self.host.bring_to_front();
        }
    }

    async fn tokens_of_sign_in(
        self: &Arc<Self>,
        progress: &Arc<Progress>,
        listener: Option<Listener>,
        pasted: mpsc::Receiver<AuthorizationCode>,
        client: &OwnedClient,
        server: &Server,
    ) -> Result<TokenSet, ApiError> {
        let code = self.wait_for_code(progress, listener, pasted).await?;
        self.advance(progress, SignInStage::Exchanging);
        let http = self.oauth_http(Some(client.environment()));
        progress
            .sign_in
            .redeem(&http, &client.oauth()?, code)
            .await
            .map_err(|error| {
                errors_of_oauth::token(
                    &error,
                    TokenStep::Code,
                    server.token_endpoint(),
                    &client.record.scopes,
                    client.record.grant,
                )
            })
    }

    /// Waits for the browser, for a pasted address, or for the deadline, which may move.
    async fn wait_for_code(
        &self,
        progress: &Arc<Progress>,
        mut listener: Option<Listener>,
        mut pasted: mpsc::Receiver<AuthorizationCode>,
    ) -> Result<AuthorizationCode, ApiError> {
        let arrived = async {
            match &mut listener {
                Some(listener) => {
                    listener
                        .next_callback(|parameters| progress.sign_in.judge(parameters))
                        .await
                }
                None => std::future::pending().await,
            }
        };
        let too_late = async {
            while self.clock.now() < progress.view().deadline.0 {
                tokio::time::sleep(TICK).await;
            }
        };
        tokio::select! {
            answer = arrived => {
                let code = progress.sign_in.check(&answer);
                if let Some(listener) = listener {
                    // The browser still fetches its last page; nobody has to wait for that.
                    progress.finish(listener);
                }
                code.map_err(|error| errors_of_oauth::callback(&error, &progress.issuer))
            }
            Some(code) = pasted.recv() => Ok(code),
            () = too_late => Err(ApiError::new(
                ErrorCode::SignInTimedOut,
                "nothing came back from the browser in time",
            )),
        }
    }

    /// One transaction: the session with its tokens. A session of this client that has ended comes
    /// to life again under its old id, so that requests which name it work again.
    async fn save_sign_in(
        self: &Arc<Self>,
        client: OwnedClient,
        server: &Server,
        tokens: TokenSet,
    ) -> Result<SessionView, ApiError> {
        let now = self.clock.now();
        let issuer = server.issuer().as_str().to_owned();
        let environment = client.environment().clone();
        let event = happened(now, "Signed in", tokens.request_id.clone(), false);
        let id = self
            .change(move |tx| {
                let ended = sessions_of(tx, &client.id)?
                    .into_iter()
                    .find(|(_, session)| session.state == SessionState::SignInNeeded);
                let id = ended.map_or_else(SessionId::make, |(id, _)| id);
                save_new(tx, &id, &client, &issuer, &tokens, event, now)?;
                Ok(id)
            })
            .await?;
        self.live.refreshes.begin_anew(&id);
        self.changed(&environment, ChangedList::Sessions);
        self.changed(&environment, ChangedList::Applications);
        self.tell_session(&id).await
    }

    fn advance(&self, progress: &Progress, stage: SignInStage) {
        progress.change(|view| view.stage = stage);
        self.tell_sign_in(progress);
    }

    /// Tells the page, unless the vault is closed: then it must not even know the names.
    fn tell_sign_in(&self, progress: &Progress) {
        if self.is_open() {
            self.emit(&crate::contract::AppEvent::SignIn(Box::new(
                progress.view(),
            )));
        }
    }

    fn progress(&self, id: &SignInId) -> Result<Arc<Progress>, ApiError> {
        self.live
            .sign_ins
            .find(id)
            .ok_or_else(|| missing("sign-in"))
    }
}

fn view_of(
    client: &OwnedClient,
    server: &Server,
    redirect_uri: String,
    port: Option<u16>,
    deadline: crate::contract::Timestamp,
) -> SignInView {
    let mut endpoint = server.authorization_endpoint().cloned();
    if let Some(endpoint) = &mut endpoint {
        endpoint.set_query(None);
    }
    let mut protection = vec!["PKCE S256".to_owned(), "state".to_owned()];
    if server.names_issuer_in_answers() {
        protection.push("issuer check".to_owned());
    }
    SignInView {
        id: SignInId::make(),
        oauth_client_id: client.id.clone(),
        client_name: client.record.name.clone(),
        application_name: client.application.name.clone(),
        environment_id: client.environment().clone(),
        server_host: crate::recorded::host_and_port(server.issuer().url()),
        authorization_endpoint: endpoint.map(String::from).unwrap_or_default(),
        listening_on: port.map(|port| listening_at(&redirect_uri, port)),
        redirect_uri,
        scopes: client.record.scopes.clone(),
        protection,
        stage: SignInStage::WaitingForApproval,
        deadline,
        browser_failed: false,
        error: None,
        session: None,
    }
}

fn listening_at(redirect_uri: &str, port: u16) -> String {
    let host = url::Url::parse(redirect_uri).ok();
    let host = host
        .as_ref()
        .and_then(url::Url::host_str)
        .unwrap_or("127.0.0.1");
    format!("{host}:{port}")
}

/// Whether `pasted` is a whole address that leads to another place than `redirect_uri`. The port is
/// left out: another one may be that of an earlier sign-in.
fn is_elsewhere(pasted: &str, redirect_uri: &str) -> bool {
    let place = |text: &str| {
        let url = url::Url::parse(text.trim()).ok()?;
        let host = url.host_str()?.to_owned();
        Some((url.scheme().to_owned(), host, url.path().to_owned()))
    };
    place(pasted).is_some_and(|pasted| Some(pasted) != place(redirect_uri))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_another_host_or_path_is_elsewhere_and_of_another_port_is_not() {
        let is_elsewhere = |pasted| is_elsewhere(pasted, "http://127.0.0.1:4001/callback/a");
        assert!(is_elsewhere("https://example.com/callback/a?code=c"));
        assert!(is_elsewhere("http://127.0.0.1:4001/callback?code=c"));
        assert!(!is_elsewhere(" http://127.0.0.1:4002/callback/a?code=c"));
        assert!(!is_elsewhere("?code=c&state=s"));
    }
}
