//! One sign-in through the browser: authorization code with PKCE (OAuth 2.1 §4.1).

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use url::Url;

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

/// What the server is asked to show, whatever session the browser has (OpenID Connect Core
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

/// Why a sign-in cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The server has no authorization endpoint.
    #[error("the server offers no sign-in through the browser")]
    NoAuthorizationEndpoint,
    /// The server lists PKCE methods without S256 (OAuth 2.1 §7.10).
    #[error("the server does not support PKCE with S256")]
    PkceRefused,
    /// The server takes pushed authorization requests only (RFC 9126), which are not supported.
    #[error("the server takes pushed authorization requests only")]
    PushedRequestsRequired,
    /// The redirect URI is not an address without a fragment.
    #[error("the redirect URI is unusable")]
    RedirectUri,
    /// The authorization endpoint already carries a parameter that the request needs
    /// (OAuth 2.1 §3.1: none may appear twice).
    #[error("the server's authorization endpoint already carries {parameter}")]
    EndpointParameter {
        /// The parameter.
        parameter: &'static str,
    },
    /// The operating system gave no randomness.
    #[error("the system has no randomness to give")]
    Randomness,
}

/// An error code of the authorization endpoint (OAuth 2.1 §4.1.2.1, RFC 8707 §2, OpenID Connect
/// Core §3.1.2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the registered error codes")]
pub enum AuthorizationErrorCode {
    AccessDenied,
    InvalidRequest,
    UnauthorizedClient,
    UnsupportedResponseType,
    InvalidScope,
    InvalidTarget,
    ServerError,
    TemporarilyUnavailable,
    LoginRequired,
    ConsentRequired,
    InteractionRequired,
    AccountSelectionRequired,
    /// Another code, cleaned.
    Other(String),
}

/// Why an answer gives no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// The state is missing or another one: the answer belongs to no sign-in of ours. Ignore it and
    /// keep listening.
    #[error("this reply does not belong to this sign-in")]
    StateMismatch,
    /// An answer was accepted before.
    #[error("this sign-in already has its answer")]
    AlreadyUsed,
    /// A parameter appears twice (OAuth 2.1 §3.1).
    #[error("the reply carries {parameter} twice")]
    Repeated {
        /// The parameter.
        parameter: &'static str,
    },
    /// The server promises `iss` and left it out (RFC 9207 §2.4).
    #[error("the reply does not name its issuer although the server promises it")]
    IssuerMissing,
    /// `iss` is another server: a mix-up (RFC 9207 §2.4).
    #[error("the reply comes from another authorization server")]
    IssuerMismatch {
        /// The pinned issuer.
        expected: String,
        /// What the answer names, cleaned.
        named: String,
    },
    /// A token came through the browser; it is never taken from there.
    #[error("the reply carries a token where only a code may be")]
    TokenInFrontChannel,
    /// Both a code and an error.
    #[error("the reply carries both a code and an error")]
    CodeAndError,
    /// The server refused.
    #[error("the server answered {}", code.as_str())]
    Refused {
        /// The error code.
        code: AuthorizationErrorCode,
        /// Its description, cleaned.
        description: Option<String>,
        /// `false` when the server promises `iss` and left it out of this error: the reason is
        /// then not proven to come from it.
        issuer_verified: bool,
    },
    /// Neither a code nor an error.
    #[error("the reply has no code in it")]
    NoCode,
}

/// Why a pasted address gives no code: the five cases that a person is told, and the rest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasteError {
    /// Not an address at all.
    #[error("that is not an address")]
    NotAnAddress,
    /// An address, but without a code.
    #[error("this address has no code in it")]
    NoCode,
    /// State or address belong to another sign-in.
    #[error("this address belongs to another sign-in")]
    AnotherSignIn,
    /// The code was already used.
    #[error("this code was already used")]
    AlreadyUsed,
    /// The server refused; the rest of the facts are inside.
    #[error("the server answered {}", code.as_str())]
    Refused {
        /// The error code.
        code: AuthorizationErrorCode,
        /// Its description, cleaned.
        description: Option<String>,
    },
    /// Another fault of the answer (issuer, repeated parameters, …).
    #[error(transparent)]
    Answer(CallbackError),
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
        let endpoint =
            metadata.authorization_endpoint().ok_or(SignInError::NoAuthorizationEndpoint)?;
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
        parameters.extend(access.resource.as_deref().map(|resource| ("resource", resource)));
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
    pub fn check(&self, parameters: &CallbackParameters) -> Result<AuthorizationCode, CallbackError> {
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
        self.take(code, state_checked).map_err(|_| PasteError::AlreadyUsed)
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
        let PastedAnswer { address, parameters } = callback::parse_address(pasted)
            .map_err(|fault| match fault {
                PasteSyntax::NotAnAddress => PasteError::NotAnAddress,
                PasteSyntax::NoCode => PasteError::NoCode,
            })?;
        if address.as_ref().is_some_and(|address| !self.is_redirect_address(address)) {
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
            CallbackError::Refused { code, description, .. } => {
                PasteError::Refused { code, description }
            }
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
        let same = given.expose_secret().as_bytes().ct_eq(self.state.expose_secret().as_bytes());
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
                description: answer.error_description.as_deref().and_then(text::clean_or_none),
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
        Ok(AuthorizationCode { code, state_checked })
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

impl AuthorizationErrorCode {
    const NAMED: [(&'static str, Self); 12] = [
        ("access_denied", Self::AccessDenied),
        ("invalid_request", Self::InvalidRequest),
        ("unauthorized_client", Self::UnauthorizedClient),
        ("unsupported_response_type", Self::UnsupportedResponseType),
        ("invalid_scope", Self::InvalidScope),
        ("invalid_target", Self::InvalidTarget),
        ("server_error", Self::ServerError),
        ("temporarily_unavailable", Self::TemporarilyUnavailable),
        ("login_required", Self::LoginRequired),
        ("consent_required", Self::ConsentRequired),
        ("interaction_required", Self::InteractionRequired),
        ("account_selection_required", Self::AccountSelectionRequired),
    ];

    /// The code of that name; anything unknown is cleaned and kept as `Other`.
    fn from_name(name: &str) -> Self {
        let known = Self::NAMED.into_iter().find(|(known, _)| *known == name);
        known.map_or_else(|| Self::Other(text::clean(name)), |(_, code)| code)
    }

    /// The code as the server writes it.
    pub fn as_str(&self) -> &str {
        if let Self::Other(name) = self {
            return name;
        }
        let known = Self::NAMED.into_iter().find(|(_, code)| code == self);
        known.map_or("unknown_error", |(name, _)| name)
    }
}

#[cfg(test)]
#[path = "authorization_code_tests.rs"]
mod tests;
