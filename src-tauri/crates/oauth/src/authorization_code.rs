//! One sign-in through the browser: authorization code with PKCE (OAuth 2.1 §4.1).

mod error;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use url::Url;

pub use error::{AuthorizationErrorCode, CallbackError, PasteError, SignInError};

use crate::access_request::AccessRequest;
use crate::callback::{self, CallbackParameters, PasteSyntax, PastedAnswer};
use crate::client::Client;
use crate::http_port::HttpPort;
use crate::issuer;
use crate::loopback::Verdict;
use crate::metadata::{AuthorizationServerMetadata, PkceSupport};
use crate::pkce;
use crate::requests;
use crate::text;
use crate::token::{self, TokenError, TokenSet};

/// A sign-in in progress. Make a fresh one for every attempt, also after a failure: verifier and
/// state are never used twice (OAuth 2.1 §7.5.1).
///
/// It takes exactly one answer: [`check`](Self::check) hands out at most one [`AuthorizationCode`].
pub struct SignIn {
    issuer: String,
    names_issuer_in_answers: bool,
    token_endpoint: Url,
    client_id: String,
    redirect_uri: String,
    access: AccessRequest,
    authorize_url: Url,
    state: SecretString,
    verifier: SecretString,
    answered: AtomicBool,
}

/// What the server is asked to show, whatever session the browser has (`OpenID` Connect Core
/// §3.1.2.1; servers that do not know it ignore it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Let the person choose an account.
    SelectAccount,
    /// Ask for the password again.
    Login,
    /// Ask for consent again.
    Consent,
}

impl Prompt {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SelectAccount => "select_account",
            Self::Login => "login",
            Self::Consent => "consent",
        }
    }
}

/// A code that passed all checks, to be redeemed once. It cannot be cloned or printed.
pub struct AuthorizationCode {
    code: SecretString,
    state_checked: bool,
}

impl AuthorizationCode {
    /// `false` when only `?code=…` was pasted, without a state: PKCE still binds the code to this
    /// sign-in, but the person should be warned.
    pub fn state_was_checked(&self) -> bool {
        self.state_checked
    }
}

impl fmt::Debug for AuthorizationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthorizationCode([REDACTED])")
    }
}

impl SignIn {
    /// Prepares a sign-in. `redirect_uri` is the very address of the listener that is **already
    /// bound** ([`Listener::redirect_uri`](crate::loopback::Listener::redirect_uri)), or the
    /// registered address whose answer a person will paste.
    ///
    /// Errors: [`SignInError`].
    pub fn begin(
        metadata: &AuthorizationServerMetadata,
        client_id: &str,
        redirect_uri: &str,
        access: &AccessRequest,
        prompt: Option<Prompt>,
    ) -> Result<Self, SignInError> {
        let endpoint = metadata
            .authorization_endpoint()
            .filter(|_| !metadata.refuses_code())
            .ok_or(SignInError::NoAuthorizationEndpoint)?;
        if metadata.pkce() == PkceSupport::Refused {
            return Err(SignInError::PkceRefused);
        }
        if metadata.requires_pushed_requests() {
            return Err(SignInError::PushedRequestsRequired);
        }
        if issuer::strict_url(redirect_uri).is_none_or(|url| url.fragment().is_some()) {
            return Err(SignInError::RedirectUri);
        }
        let state = pkce::make_random_text().map_err(|_| SignInError::Randomness)?;
        let verifier = pkce::make_random_text().map_err(|_| SignInError::Randomness)?;
        let challenge = pkce::derive_challenge(&verifier);

        let scope = access.scope();
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            // EXPOSE: the state travels through the browser by design.
            ("state", state.expose_secret()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        parameters.extend(scope.as_deref().map(|scope| ("scope", scope)));
        parameters.extend(
            access
                .resource
                .as_deref()
                .map(|resource| ("resource", resource)),
        );
        parameters.extend(prompt.map(|prompt| ("prompt", prompt.as_str())));
        for (parameter, _) in &parameters {
            if endpoint.query_pairs().any(|(name, _)| name == *parameter) {
                return Err(SignInError::EndpointParameter { parameter });
            }
        }
        let mut authorize_url = endpoint.clone();
        authorize_url.query_pairs_mut().extend_pairs(&parameters);

        Ok(Self {
            issuer: metadata.issuer().as_str().to_owned(),
            names_issuer_in_answers: metadata.names_issuer_in_answers(),
            token_endpoint: metadata.token_endpoint().clone(),
            client_id: client_id.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            access: access.clone(),
            authorize_url,
            state,
            verifier,
            answered: AtomicBool::new(false),
        })
    }

    /// What the browser is sent to. Always show it with a copy button: a launcher may report
    /// success and open nothing.
    pub fn authorize_url(&self) -> &Url {
        &self.authorize_url
    }

    /// Where the answer comes to.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// What a listener is to do with an answer: for
    /// [`Listener::next_callback`](crate::loopback::Listener::next_callback). It takes nothing.
    pub fn judge(&self, parameters: &CallbackParameters) -> Verdict {
        match self.examine(parameters) {
            Err(CallbackError::StateMismatch) => Verdict::NotOurs,
            Err(_) => Verdict::Failed,
            Ok(_) => Verdict::Accepted,
        }
    }

    /// Checks an answer in the order state, repetition, issuer, error, code, and takes its code. A
    /// second accepted answer is [`CallbackError::AlreadyUsed`].
    ///
    /// Errors: [`CallbackError`].
    pub fn check(
        &self,
        parameters: &CallbackParameters,
    ) -> Result<AuthorizationCode, CallbackError> {
        let code = self.examine(parameters)?;
        self.take(code, true)
    }

    /// Whether pasted text would be accepted; nothing is taken. For a field that tells the reason
    /// while the person types.
    ///
    /// Errors: [`PasteError`].
    pub fn examine_pasted(&self, pasted: &str) -> Result<(), PasteError> {
        self.read_pasted(pasted)?;
        if self.answered.load(Ordering::Acquire) {
            return Err(PasteError::AlreadyUsed);
        }
        Ok(())
    }

    /// Takes the code from pasted text: a whole address, or a query. A query may lack the state
    /// (see [`AuthorizationCode::state_was_checked`]); a whole address may not.
    ///
    /// Errors: [`PasteError`].
    pub fn check_pasted(&self, pasted: &str) -> Result<AuthorizationCode, PasteError> {
        let (code, state_checked) = self.read_pasted(pasted)?;
        self.take(code, state_checked)
            .map_err(|_| PasteError::AlreadyUsed)
    }

    /// Exchanges the code for tokens, at the token endpoint of the issuer that this sign-in began
    /// with. The code is spent whatever happens: after any error the sign-in starts over.
    ///
    /// Errors: [`TokenError`]; `AnotherClient` when `client` is not the one of this sign-in.
    #[tracing::instrument(skip_all)]
    pub async fn redeem(
        &self,
        http: &dyn HttpPort,
        client: &Client,
        code: AuthorizationCode,
    ) -> Result<TokenSet, TokenError> {
        if client.id() != self.client_id {
            return Err(TokenError::AnotherClient);
        }
        let request = requests::authorization_code(
            &self.token_endpoint,
            client,
            &code.code,
            &self.verifier,
            &self.redirect_uri,
            &self.access,
        )?;
        token::exchange(http, request, &self.access).await
    }

    fn read_pasted(&self, pasted: &str) -> Result<(SecretString, bool), PasteError> {
        let PastedAnswer {
            address,
            parameters,
        } = callback::parse_address(pasted).map_err(|fault| match fault {
            PasteSyntax::NotAnAddress => PasteError::NotAnAddress,
            PasteSyntax::NoCode => PasteError::NoCode,
        })?;
        if address
            .as_ref()
            .is_some_and(|address| !self.is_redirect_address(address))
        {
            return Err(PasteError::AnotherSignIn);
        }
        let without_state = address.is_none()
            && !parameters.has_state()
            && parameters.has_code()
            && parameters.repeated.is_none();
        let examined = if without_state {
            self.examine_after_state(&parameters)
        } else {
            self.examine(&parameters)
        };
        let code = examined.map_err(|error| match error {
            CallbackError::StateMismatch => PasteError::AnotherSignIn,
            CallbackError::AlreadyUsed => PasteError::AlreadyUsed,
            CallbackError::NoCode => PasteError::NoCode,
            CallbackError::Refused {
                code, description, ..
            } => PasteError::Refused { code, description },
            other => PasteError::Answer(other),
        })?;
        Ok((code, !without_state))
    }

    /// The redirect address without its query (a registered address may carry one).
    fn is_redirect_address(&self, address: &Url) -> bool {
        Url::parse(&self.redirect_uri).is_ok_and(|mut own| {
            own.set_query(None);
            own == *address
        })
    }

    fn examine(&self, answer: &CallbackParameters) -> Result<SecretString, CallbackError> {
        let given = answer.state.as_ref().ok_or(CallbackError::StateMismatch)?;
        // EXPOSE: compared in constant time, so a local page cannot guess it piece by piece.
        let given = given.expose_secret().as_bytes();
        // EXPOSE: the other side of that comparison.
        let same = given.ct_eq(self.state.expose_secret().as_bytes());
        if !bool::from(same) {
            return Err(CallbackError::StateMismatch);
        }
        self.examine_after_state(answer)
    }

    fn examine_after_state(
        &self,
        answer: &CallbackParameters,
    ) -> Result<SecretString, CallbackError> {
        if let Some(parameter) = answer.repeated {
            return Err(CallbackError::Repeated { parameter });
        }
        let issuer_verified = match answer.issuer.as_deref() {
            Some(named) if named == self.issuer => true,
            Some(named) => {
                return Err(CallbackError::IssuerMismatch {
                    expected: self.issuer.clone(),
                    named: text::clean(named),
                });
            }
            None => !self.names_issuer_in_answers,
        };
        if answer.has_front_channel_token {
            return Err(CallbackError::TokenInFrontChannel);
        }
        match (&answer.code, &answer.error) {
            (Some(_), Some(_)) => Err(CallbackError::CodeAndError),
            (None, Some(error)) => Err(CallbackError::Refused {
                code: AuthorizationErrorCode::from_name(error),
                description: answer
                    .error_description
                    .as_deref()
                    .and_then(text::clean_or_none),
                issuer_verified,
            }),
            (_, None) if !issuer_verified => Err(CallbackError::IssuerMissing),
            (Some(code), None) => Ok(code.clone()),
            (None, None) => Err(CallbackError::NoCode),
        }
    }

    fn take(
        &self,
        code: SecretString,
        state_checked: bool,
    ) -> Result<AuthorizationCode, CallbackError> {
        if self.answered.swap(true, Ordering::AcqRel) {
            return Err(CallbackError::AlreadyUsed);
        }
        Ok(AuthorizationCode {
            code,
            state_checked,
        })
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "authorization_code_tests.rs"]
mod tests;
