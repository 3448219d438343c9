//! What the OAuth crate says went wrong, as the page is told it.
//!
//! The OAuth crate has cleaned every text that came from a server; nothing here adds one.

use std::time::Duration;

use inchkeep_oauth::authorization_code::{
    AuthorizationErrorCode, CallbackError, PasteError, SignInError,
};
use inchkeep_oauth::loopback::BindError;
use inchkeep_oauth::metadata::DiscoveryError;
use inchkeep_oauth::registration::RegistrationError;
use inchkeep_oauth::revocation::RevocationError;
use inchkeep_oauth::{ClientError, HttpFailure, IssuerError, Refusal, TokenError};
use url::Url;

use crate::contract::Grant;
use crate::error::{ApiError, ErrorCode};

/// What a token was asked for, which decides what `invalid_grant` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenStep {
    /// An authorization code was redeemed.
    Code,
    /// A refresh token was used.
    Refresh,
    /// The client asked for itself.
    ClientCredentials,
}

/// Nothing came back from `url`.
pub(crate) fn http(failure: &HttpFailure, url: &Url) -> ApiError {
    let host = url.host_str().unwrap_or_default();
    let error = |code| ApiError::new(code, failure.to_string()).fact("host", host);
    match failure {
        HttpFailure::Dns | HttpFailure::Unreachable => error(ErrorCode::Unreachable),
        HttpFailure::Refused => error(ErrorCode::ConnectionRefused)
            .fact("port", url.port_or_known_default().unwrap_or_default()),
        HttpFailure::Tls { reason } => error(ErrorCode::TlsUntrusted).fact("reason", reason),
        HttpFailure::TimedOut => error(ErrorCode::TimedOut).fact(
            "seconds",
            inchkeep_oauth::Purpose::Metadata.timeout().as_secs(),
        ),
        HttpFailure::TooLarge { .. } => error(ErrorCode::AnswerTooLarge),
        HttpFailure::Cancelled => error(ErrorCode::Cancelled),
        HttpFailure::NotSent => {
            error(ErrorCode::InvalidRequest).fact("reason", "The request could not be sent.")
        }
        _ => error(ErrorCode::ConnectionLost),
    }
}

/// An address that cannot be an issuer.
pub(crate) fn issuer(error: IssuerError, address: &str) -> ApiError {
    match error {
        IssuerError::NotHttps => {
            ApiError::new(ErrorCode::NotHttps, error.to_string()).fact("url", address)
        }
        _ => ApiError::new(ErrorCode::MetadataRefused, error.to_string()).fact("reason", error),
    }
}

/// No usable metadata at `asked`. `last_status` is the status of the last answer.
pub(crate) fn discovery(error: &DiscoveryError, asked: &Url, last_status: Option<u16>) -> ApiError {
    let message = error.to_string();
    let found = match error {
        DiscoveryError::Transport(failure) => return http(failure, asked),
        DiscoveryError::NotFound { tried, .. } => ApiError::new(ErrorCode::NoMetadata, message)
            .fact("url", tried.first().unwrap_or(asked))
            .fact("status", last_status.unwrap_or(404)),
        DiscoveryError::Status { status, .. } => ApiError::new(ErrorCode::NoMetadata, message)
            .fact("url", asked)
            .fact("status", status),
        DiscoveryError::IssuerMismatch {
            expected, named, ..
        } => ApiError::new(ErrorCode::IssuerMismatch, message)
            .fact("expected", expected)
            .fact("named", named),
        DiscoveryError::Redirected { .. }
        | DiscoveryError::NotJson { .. }
        | DiscoveryError::Missing { .. }
        | DiscoveryError::Invalid { .. } => {
            ApiError::new(ErrorCode::MetadataRefused, &message).fact("reason", message)
        }
    };
    found.request_id(error.request_id().map(str::to_owned))
}

/// A client was not registered at `endpoint`.
pub(crate) fn registration(
    error: &RegistrationError,
    endpoint: &Url,
    redirect_uris: &[String],
) -> ApiError {
    let description = || described(error.refusal(), &error.to_string());
    let refused = || {
        ApiError::new(ErrorCode::RegistrationRefused, error.to_string())
            .fact("description", description())
    };
    let found = match error {
        RegistrationError::Transport(failure) => return http(failure, endpoint),
        RegistrationError::NoEndpoint => {
            ApiError::new(ErrorCode::RegistrationNotOffered, error.to_string())
        }
        RegistrationError::InvalidToken(_) | RegistrationError::TokenCharacters => {
            ApiError::new(ErrorCode::PortalTokenRefused, error.to_string())
        }
        RegistrationError::InvalidRedirectUri(_) => {
            ApiError::new(ErrorCode::RedirectUriRefused, error.to_string())
                .fact("uri", redirect_uris.join(" "))
                .fact("description", description())
        }
        RegistrationError::Busy { retry_after, .. } => seconds(
            ApiError::new(ErrorCode::TokenServerBusy, error.to_string()),
            *retry_after,
        ),
        RegistrationError::Malformed { reason, .. } => {
            ApiError::new(ErrorCode::RegistrationRefused, error.to_string())
                .fact("description", format!("The answer is unusable: {reason}."))
        }
        _ => refused(),
    };
    found.request_id(error.request_id().map(str::to_owned))
}

/// No token from `endpoint`.
pub(crate) fn token(
    error: &TokenError,
    step: TokenStep,
    endpoint: &Url,
    asked: &[String],
    registered_for: Grant,
) -> ApiError {
    let new = |code| ApiError::new(code, error.to_string());
    let found = match error {
        TokenError::Transport(failure) => {
            let found = http(failure, endpoint);
            return match failure {
                HttpFailure::TimedOut => found.fact(
                    "seconds",
                    inchkeep_oauth::Purpose::Token.timeout().as_secs(),
                ),
                _ => found,
            };
        }
        TokenError::InvalidClient(_) | TokenError::PublicClient | TokenError::AnotherClient => {
            new(ErrorCode::ClientRefused)
        }
        TokenError::InvalidGrant(_) => new(match step {
            TokenStep::Code => ErrorCode::CodeRefused,
            TokenStep::Refresh => ErrorCode::SessionEnded,
            TokenStep::ClientCredentials => ErrorCode::ClientRefused,
        }),
        TokenError::InvalidScope(_) | TokenError::InvalidTarget(_) => {
            new(ErrorCode::ScopesRefused).fact("scopes", asked.join(" "))
        }
        TokenError::UnauthorizedClient(_) | TokenError::UnsupportedGrant(_) => {
            new(ErrorCode::GrantRefused).fact("grants", grant_words(registered_for))
        }
        TokenError::Busy { retry_after, .. } => {
            seconds(new(ErrorCode::TokenServerBusy), *retry_after)
        }
        TokenError::ServerFailed(_) => new(ErrorCode::TokenServerBusy),
        TokenError::Malformed { reason, .. } => {
            new(ErrorCode::TokenAnswerRefused).fact("reason", format!("{reason}"))
        }
        TokenError::InvalidRequest(_) | TokenError::Refused(_) | TokenError::Redirected(_) => {
            new(ErrorCode::TokenAnswerRefused)
                .fact("reason", described(error.refusal(), &error.to_string()))
        }
    };
    found.request_id(error.request_id().map(str::to_owned))
}

/// A sign-in that cannot begin.
pub(crate) fn sign_in(error: &SignInError) -> ApiError {
    match error {
        SignInError::Randomness => ApiError::new(ErrorCode::Internal, error.to_string()),
        _ => ApiError::new(ErrorCode::MetadataRefused, error.to_string()).fact("reason", error),
    }
}

/// A port that cannot be listened on.
pub(crate) fn bind(error: BindError) -> ApiError {
    match error {
        BindError::PortBusy { port } | BindError::PortForbidden { port } => {
            ApiError::new(ErrorCode::PortBusy, error.to_string()).fact("port", port)
        }
        BindError::Path => ApiError::new(ErrorCode::InvalidField, error.to_string())
            .fact("field", "redirectUris")
            .fact("reason", "Inchkeep cannot listen at this redirect URI"),
        _ => ApiError::new(ErrorCode::Internal, error.to_string()),
    }
}

/// An authorization answer that gives no code.
pub(crate) fn callback(error: &CallbackError, expected_issuer: &str) -> ApiError {
    let new = |code| ApiError::new(code, error.to_string());
    match error {
        CallbackError::StateMismatch => new(ErrorCode::StateMismatch),
        CallbackError::AlreadyUsed => new(ErrorCode::CodeAlreadyUsed),
        CallbackError::IssuerMissing => new(ErrorCode::WrongIssuer)
            .fact("expected", expected_issuer)
            .fact("named", "no issuer at all"),
        CallbackError::IssuerMismatch { expected, named } => new(ErrorCode::WrongIssuer)
            .fact("expected", expected)
            .fact("named", named),
        CallbackError::Refused {
            code, description, ..
        } => refused(code, description.as_deref()),
        CallbackError::NoCode => new(ErrorCode::NoCodeInAddress),
        CallbackError::Repeated { .. }
        | CallbackError::TokenInFrontChannel
        | CallbackError::CodeAndError => new(ErrorCode::SignInRefused)
            .fact("error", "something that breaks the rules")
            .fact("description", error),
    }
}

/// A pasted address that gives no code.
pub(crate) fn pasted(error: &PasteError, expected_issuer: &str) -> ApiError {
    let new = |code| ApiError::new(code, error.to_string());
    match error {
        PasteError::NotAnAddress => new(ErrorCode::NotAnAddress),
        PasteError::NoCode => new(ErrorCode::NoCodeInAddress),
        PasteError::AnotherSignIn => new(ErrorCode::AddressOfAnotherSignIn),
        PasteError::AlreadyUsed => new(ErrorCode::CodeAlreadyUsed),
        // Under the field it reads "The server answered access_denied."
        PasteError::Refused { code, description } => {
            let error = new(ErrorCode::SignInRefused).fact("error", code.as_str());
            match description {
                Some(description) => error.fact("description", description),
                None => error,
            }
        }
        PasteError::Answer(error) => callback(error, expected_issuer),
    }
}

/// A token that the server did not take back.
pub(crate) fn revocation(error: &RevocationError, endpoint: &Url) -> ApiError {
    let request_id = error
        .refusal()
        .and_then(|refusal| refusal.request_id.clone());
    let new = |code| ApiError::new(code, error.to_string());
    let found = match error {
        RevocationError::Transport(failure) => return http(failure, endpoint),
        RevocationError::InvalidClient(_) => new(ErrorCode::ClientRefused),
        RevocationError::Busy { retry_after, .. } => {
            seconds(new(ErrorCode::TokenServerBusy), *retry_after)
        }
        _ => new(ErrorCode::TokenAnswerRefused)
            .fact("reason", described(error.refusal(), &error.to_string())),
    };
    found.request_id(request_id)
}

/// A client that cannot be used as it is kept.
pub(crate) fn client(error: ClientError) -> ApiError {
    ApiError::new(ErrorCode::ClientRefused, error.to_string())
}

/// The grant in the words of the documentation.
fn grant_words(grant: Grant) -> &'static str {
    match grant {
        Grant::ClientCredentials => "client_credentials",
        Grant::AuthorizationCode => "authorization_code",
    }
}

fn refused(code: &AuthorizationErrorCode, description: Option<&str>) -> ApiError {
    let message = format!("the server answered {}", code.as_str());
    let error = match code {
        AuthorizationErrorCode::AccessDenied => ApiError::new(ErrorCode::AccessDenied, message),
        _ => ApiError::new(ErrorCode::SignInRefused, message).fact("error", code.as_str()),
    };
    match description {
        Some(description) => error.fact("description", description),
        None => error,
    }
}

fn described(refusal: Option<&Refusal>, otherwise: &str) -> String {
    let said = refusal.and_then(|refusal| refusal.description.clone().or(refusal.error.clone()));
    said.unwrap_or_else(|| otherwise.to_owned())
}

fn seconds(error: ApiError, wait: Option<Duration>) -> ApiError {
    match wait {
        Some(wait) => error.fact("seconds", wait.as_secs()),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url() -> Url {
        Url::parse("https://as.example:8443/token").expect("a URL")
    }

    fn refusal() -> Refusal {
        Refusal {
            status: 400,
            error: Some("invalid_grant".into()),
            description: Some("It was used".into()),
            request_id: Some("req-7".into()),
        }
    }

    #[test]
    fn invalid_grant_means_what_was_sent() {
        let error = TokenError::InvalidGrant(refusal());
        let code = |step| token(&error, step, &url(), &[], Grant::AuthorizationCode).code;
        assert_eq!(code(TokenStep::Code), ErrorCode::CodeRefused);
        assert_eq!(code(TokenStep::Refresh), ErrorCode::SessionEnded);
        assert_eq!(code(TokenStep::ClientCredentials), ErrorCode::ClientRefused);
    }

    #[test]
    fn the_request_id_of_a_refusal_goes_along() {
        let error = TokenError::InvalidClient(refusal());
        let found = token(
            &error,
            TokenStep::Refresh,
            &url(),
            &[],
            Grant::AuthorizationCode,
        );
        assert_eq!(found.request_id.as_deref(), Some("req-7"));
    }

    #[test]
    fn a_refused_connection_names_host_and_port() {
        let error = http(&HttpFailure::Refused, &url());
        assert_eq!(error.code, ErrorCode::ConnectionRefused);
        assert_eq!(
            error.facts.get("host").map(String::as_str),
            Some("as.example")
        );
        assert_eq!(error.facts.get("port").map(String::as_str), Some("8443"));
    }

    #[test]
    fn declining_in_the_browser_is_not_a_server_error() {
        let declined = CallbackError::Refused {
            code: AuthorizationErrorCode::AccessDenied,
            description: None,
            issuer_verified: true,
        };
        assert_eq!(
            callback(&declined, "https://as.example").code,
            ErrorCode::AccessDenied
        );
        let other = CallbackError::Refused {
            code: AuthorizationErrorCode::InvalidScope,
            description: Some("unknown".into()),
            issuer_verified: true,
        };
        let error = callback(&other, "https://as.example");
        assert_eq!(error.code, ErrorCode::SignInRefused);
        assert_eq!(
            error.facts.get("error").map(String::as_str),
            Some("invalid_scope")
        );
    }

    #[test]
    fn each_bad_paste_has_words_of_its_own() {
        let code = |error: PasteError| pasted(&error, "https://as.example").code;
        assert_eq!(code(PasteError::NotAnAddress), ErrorCode::NotAnAddress);
        assert_eq!(code(PasteError::NoCode), ErrorCode::NoCodeInAddress);
        assert_eq!(
            code(PasteError::AnotherSignIn),
            ErrorCode::AddressOfAnotherSignIn
        );
        assert_eq!(code(PasteError::AlreadyUsed), ErrorCode::CodeAlreadyUsed);
        let refused = PasteError::Refused {
            code: AuthorizationErrorCode::AccessDenied,
            description: None,
        };
        assert_eq!(code(refused), ErrorCode::SignInRefused);
    }
}
