//! Writes a request as a command for a POSIX shell.

use secrecy::{ExposeSecret as _, SecretString};

use super::TOKEN_VARIABLE;
use crate::{
    Body, Credential, Placement, QUERY_PARAMETER, RequestDraft,
    credential::without_query_parameter, draft::form,
};

/// The command, with `$INCHKEEP_TOKEN` where the credential goes. A value that was written by hand
/// into `Authorization` or `apiKey=` is replaced by the variable too.
///
/// A draft that cannot be sent is written as far as it goes.
pub fn to_curl(draft: &RequestDraft, placement: Option<Placement>) -> String {
    command(draft, placement, &format!("\"${TOKEN_VARIABLE}\""))
}

/// The same with the secret in place. It can end up in the shell's history: ask first.
pub fn to_curl_with_secret(draft: &RequestDraft, credential: &Credential) -> SecretString {
    // EXPOSE: the person asked for a command that contains the secret.
    let secret = credential.value.expose_secret();
    let quoted = match credential.placement {
        Placement::Header => quote(secret),
        Placement::Query => {
            quote(&url::form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>())
        }
    };
    command(draft, Some(credential.placement), &quoted).into()
}

/// `token` is a shell word.
fn command(draft: &RequestDraft, placement: Option<Placement>, token: &str) -> String {
    let url = url_word(draft, placement, token);
    let method = draft.method.trim();
    let implied = match draft.body {
        Body::None => "GET",
        Body::Json(_) | Body::Form(_) | Body::Text(_) => "POST",
    };
    let mut parts = vec![if method == implied {
        format!("curl {url}")
    } else if method == "HEAD" {
        format!("curl --head {url}")
    } else {
        format!("curl -X {} {url}", quote(method))
    }];
    let mut has_content_type = false;
    for field in draft
        .headers
        .iter()
        .filter(|f| f.enabled && !f.name.trim().is_empty())
    {
        let name = field.name.trim();
        has_content_type |= name.eq_ignore_ascii_case("content-type");
        if !name.eq_ignore_ascii_case("authorization") {
            parts.push(format!(
                "-H {}",
                quote(&header_text(name, field.value.trim()))
            ));
        } else if placement != Some(Placement::Header) {
            let scheme = field
                .value
                .trim()
                .split_once(' ')
                .map_or("Bearer", |(scheme, _)| scheme);
            parts.push(format!(
                "-H {}",
                header_word(&format!("{name}: {scheme} "), token)
            ));
        }
    }
    if placement == Some(Placement::Header) {
        parts.push(format!(
            "-H {}",
            header_word("Authorization: Bearer ", token)
        ));
    }
    let (content_type, body) = match &draft.body {
        Body::None => (None, None),
        Body::Json(text) => (Some("application/json"), Some(text.clone())),
        // curl's own default.
        Body::Form(fields) => (None, Some(form(fields))),
        Body::Text(text) => (Some("text/plain; charset=utf-8"), Some(text.clone())),
    };
    if let Some(content_type) = content_type.filter(|_| !has_content_type) {
        parts.push(format!(
            "-H {}",
            quote(&format!("content-type: {content_type}"))
        ));
    }
    if let Some(body) = body {
        parts.push(format!("--data-raw {}", quote(&body)));
    }
    parts.join(" \\\n  ")
}

fn url_word(draft: &RequestDraft, placement: Option<Placement>, token: &str) -> String {
    let Ok(mut url) = draft.target() else {
        return quote(draft.url.trim());
    };
    let by_hand = url.query_pairs().any(|(name, _)| name == QUERY_PARAMETER);
    if placement != Some(Placement::Query) && !by_hand {
        return quote(url.as_str());
    }
    without_query_parameter(&mut url, |name, _| name == QUERY_PARAMETER);
    let separator = if url.query().is_some() { '&' } else { '?' };
    format!(
        "{}{token}",
        quote(&format!("{url}{separator}{QUERY_PARAMETER}="))
    )
}

/// `-H "Authorization: Bearer $INCHKEEP_TOKEN"` for the variable, single quotes for a value.
fn header_word(before: &str, token: &str) -> String {
    match token.strip_prefix('"') {
        Some(variable) if is_plain(before) => format!("\"{before}{variable}"),
        _ => format!("{}{token}", quote(before)),
    }
}

fn is_plain(text: &str) -> bool {
    text.chars()
        .all(|char| char.is_ascii_alphanumeric() || matches!(char, ' ' | ':' | '-' | '_'))
}

/// curl drops a header with an empty value unless it ends in a semicolon.
fn header_text(name: &str, value: &str) -> String {
    if value.is_empty() {
        format!("{name};")
    } else {
        format!("{name}: {value}")
    }
}

/// In single quotes nothing is special but the quote itself (POSIX XCU §2.2.2).
fn quote(text: &str) -> String {
    let plain = !text.is_empty()
        && text
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.'));
    if plain {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::Field;

    fn draft() -> RequestDraft {
        RequestDraft {
            method: "GET".into(),
            url: "https://api.1inch.com/swap/v5.2/1/tokens".into(),
            ..RequestDraft::default()
        }
    }

    /// The words as a real shell splits them.
    fn words(command: &str) -> Vec<String> {
        let script = command.replacen("curl", "printf '%s\\0'", 1);
        let run = Command::new("sh")
            .args(["-c", &script])
            .env(TOKEN_VARIABLE, "t0ken $HOME")
            .output()
            .expect("a shell");
        let out = String::from_utf8(run.stdout).expect("UTF-8");
        out.split_terminator('\0').map(str::to_owned).collect()
    }

    #[test]
    fn the_documented_commands_come_out() {
        assert_eq!(
            to_curl(&draft(), Some(Placement::Query)),
            "curl 'https://api.1inch.com/swap/v5.2/1/tokens?apiKey='\"$INCHKEEP_TOKEN\""
        );
        assert_eq!(
            to_curl(&draft(), None),
            "curl 'https://api.1inch.com/swap/v5.2/1/tokens'"
        );
    }

    #[test]
    fn a_shell_reads_back_what_was_meant_whatever_it_holds() {
        let nasty = "it's \"$HOME\" `id` \\ !\n#é";
        let mut draft = draft();
        draft.method = "PATCH".into();
        draft.params = vec![Field::new("a", nasty)];
        draft.headers = vec![Field::new("X-A", "it's $(id)"), Field::new("X-Empty", "")];
        draft.body = Body::Text(nasty.into());
        let words = words(&to_curl(&draft, Some(Placement::Header)));
        assert_eq!(
            words,
            [
                "-X",
                "PATCH",
                draft.target().expect("a URL").as_str(),
                "-H",
                "X-A: it's $(id)",
                "-H",
                "X-Empty;",
                "-H",
                "Authorization: Bearer t0ken $HOME",
                "-H",
                "content-type: text/plain; charset=utf-8",
                "--data-raw",
                nasty,
            ]
        );
    }

    #[test]
    fn values_written_by_hand_are_not_copied() {
        let mut draft = draft();
        draft.url.push_str("?apiKey=canary&a=1");
        draft.headers = vec![Field::new("authorization", "Basic canary")];
        let command = to_curl(&draft, None);
        assert!(!command.contains("canary"), "{command}");
        assert_eq!(
            words(&command),
            [
                "https://api.1inch.com/swap/v5.2/1/tokens?a=1&apiKey=t0ken $HOME",
                "-H",
                "authorization: Basic t0ken $HOME",
            ]
        );
    }

    #[test]
    fn the_secret_stands_in_the_command_only_when_asked_for() {
        for (placement, expected) in [
            (Placement::Header, "Authorization: Bearer it's&1"),
            (
                Placement::Query,
                "https://api.1inch.com/swap/v5.2/1/tokens?apiKey=it%27s%261",
            ),
        ] {
            let credential = Credential {
                label: "k".into(),
                placement,
                value: "it's&1".into(),
            };
            let command = to_curl_with_secret(&draft(), &credential);
            // EXPOSE: a test value.
            let words = words(command.expose_secret());
            assert_eq!(words.last().map(String::as_str), Some(expected));
            assert!(
                !to_curl(&draft(), Some(placement)).contains("it"),
                "masked by the variable"
            );
        }
    }
}
