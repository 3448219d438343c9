//! Reads a pasted command.

use secrecy::SecretString;
use url::Url;

use crate::{
    Body, Field, Placement, QUERY_PARAMETER, RequestDraft, credential::without_query_parameter,
};

/// What a pasted command says, the secret taken out of it.
#[derive(Clone, Debug)]
pub struct Pasted {
    /// The request. For wscat its URL is a `ws` or `wss` one.
    pub draft: RequestDraft,
    /// The secret that stood in it and where, to be offered to the vault. A variable such as
    /// `$INCHKEEP_TOKEN` or a word such as `YOUR_API_KEY` is no secret; then only the placement
    /// is known.
    pub credential: Option<(Placement, Option<SecretString>)>,
    /// Options that were passed over, each once, such as `--compressed`.
    pub ignored: Vec<String>,
}

/// Why a text is not a command that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// It begins with neither `curl` nor `wscat`.
    #[error("this is not a curl or wscat command")]
    NotACommand,
    /// A quote is not closed.
    #[error("a quote is not closed")]
    OpenQuote,
    /// It has no URL.
    #[error("the command has no URL")]
    NoUrl,
    /// An option reads a file, which a pasted command may not do.
    #[error("{option} reads a file; paste its content into the body")]
    ReadsAFile {
        /// The option as written.
        option: String,
    },
}

/// Reads `curl …` or `wscat …` as a POSIX shell would split it. Nothing is expanded or run.
pub fn read(command: &str) -> Result<Pasted, CommandError> {
    let mut words = split(command)?.into_iter();
    let program = words.next().unwrap_or_default();
    if program != "curl" && program != "wscat" {
        return Err(CommandError::NotACommand);
    }
    let mut reader = Reader {
        wscat: program == "wscat",
        ..Reader::default()
    };
    let mut only_urls = false;
    while let Some(word) = words.next() {
        if only_urls || !word.starts_with('-') || word == "-" {
            reader.url.get_or_insert(word);
        } else if word == "--" {
            only_urls = true;
        } else {
            for (option, value) in options(&word) {
                reader.option(&option, value, &mut words)?;
            }
        }
    }
    reader.finish()
}

/// `-XPOST`, `-sX POST`, `--request=POST` as options with the value written against them.
fn options(word: &str) -> Vec<(String, Option<String>)> {
    if word.starts_with("--") {
        return match word.split_once('=') {
            Some((name, value)) => vec![(name.to_owned(), Some(value.to_owned()))],
            None => vec![(word.to_owned(), None)],
        };
    }
    let mut found = Vec::new();
    let mut letters = word.chars().skip(1);
    while let Some(letter) = letters.next() {
        let option = format!("-{letter}");
        if takes_value(&option) {
            let rest: String = letters.collect();
            found.push((option, (!rest.is_empty()).then_some(rest)));
            break;
        }
        found.push((option, None));
    }
    found
}

/// Options that take a value and matter not at all here are listed too: their value is no URL.
fn takes_value(option: &str) -> bool {
    matches!(
        option,
        "-X" | "-H"
            | "-d"
            | "-u"
            | "-A"
            | "-e"
            | "-b"
            | "-o"
            | "-m"
            | "-x"
            | "-F"
            | "-c"
            | "-w"
            | "-T"
            | "-E"
            | "-K"
            | "-D"
            | "-r"
            | "-s:"
            | "--request"
            | "--header"
            | "--data"
            | "--data-raw"
            | "--data-binary"
            | "--data-ascii"
            | "--data-urlencode"
            | "--json"
            | "--user"
            | "--user-agent"
            | "--referer"
            | "--cookie"
            | "--output"
            | "--max-time"
            | "--connect-timeout"
            | "--proxy"
            | "--form"
            | "--url"
            | "--cookie-jar"
            | "--write-out"
            | "--upload-file"
            | "--cert"
            | "--key"
            | "--cacert"
            | "--config"
            | "--dump-header"
            | "--range"
            | "--retry"
            | "--retry-delay"
            | "--resolve"
            | "--oauth2-bearer"
            | "--connect"
            | "--auth"
            | "--execute"
            | "--wait"
    )
}

#[derive(Default)]
struct Reader {
    wscat: bool,
    url: Option<String>,
    method: Option<String>,
    headers: Vec<Field>,
    data: Vec<String>,
    json: bool,
    in_query: bool,
    ignored: Vec<String>,
}

impl Reader {
    fn option(
        &mut self,
        option: &str,
        attached: Option<String>,
        words: &mut impl Iterator<Item = String>,
    ) -> Result<(), CommandError> {
        let takes_value = takes_value(option) || (self.wscat && option == "-c");
        let value = match attached {
            Some(value) => value,
            None if takes_value => words.next().unwrap_or_default(),
            None => String::new(),
        };
        let reads_a_file = || CommandError::ReadsAFile {
            option: option.to_owned(),
        };
        match option {
            "-c" | "--connect" if self.wscat => self.url = Some(value),
            "--url" => self.url = Some(value),
            "-X" | "--request" => self.method = Some(value),
            "-H" | "--header" => self.header(&value),
            "--oauth2-bearer" => self.header(&format!("Authorization: Bearer {value}")),
            "-A" | "--user-agent" => self.header(&format!("User-Agent: {value}")),
            "-e" | "--referer" => self.header(&format!("Referer: {value}")),
            "-b" | "--cookie" if value.contains('=') => self.header(&format!("Cookie: {value}")),
            "-d" | "--data" | "--data-ascii" | "--data-binary" | "--json" => {
                if value.starts_with('@') {
                    return Err(reads_a_file());
                }
                self.json |= option == "--json";
                self.data.push(value);
            }
            "--data-raw" => self.data.push(value),
            "--data-urlencode" => {
                let (name, text) = value.split_once('=').unwrap_or(("", &value));
                if name.contains('@') || (name.is_empty() && text.starts_with('@')) {
                    return Err(reads_a_file());
                }
                let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
                self.data.push(if name.is_empty() {
                    text
                } else {
                    format!("{name}={text}")
                });
            }
            "-F" | "--form" | "-T" | "--upload-file" | "-K" | "--config" => {
                return Err(reads_a_file());
            }
            "-G" | "--get" => self.in_query = true,
            "-I" | "--head" => {
                self.method.get_or_insert_with(|| "HEAD".to_owned());
            }
            _ if !self.ignored.iter().any(|known| known == option) => {
                self.ignored.push(option.to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    fn header(&mut self, line: &str) {
        if let Some((name, value)) = line.split_once(':') {
            self.headers.push(Field::new(name.trim(), value.trim()));
        } else if let Some(name) = line.strip_suffix(';') {
            self.headers.push(Field::new(name.trim(), ""));
        }
    }

    fn finish(mut self) -> Result<Pasted, CommandError> {
        let mut url = self
            .url
            .take()
            .filter(|url| !url.is_empty())
            .ok_or(CommandError::NoUrl)?;
        if !url.contains("://") {
            // curl's own guess.
            url = format!("{}://{url}", if self.wscat { "ws" } else { "http" });
        }
        let mut data = self.data.join(if self.json { "" } else { "&" });
        if self.in_query && !data.is_empty() {
            url = format!("{url}{}{data}", if url.contains('?') { '&' } else { '?' });
            data.clear();
        }
        let credential = self.take_credential(&mut url);
        if self.json {
            for name in ["Content-Type", "Accept"] {
                if !self
                    .headers
                    .iter()
                    .any(|field| field.name.eq_ignore_ascii_case(name))
                {
                    self.headers.push(Field::new(name, "application/json"));
                }
            }
        }
        let body = self.body(data);
        let method = self.method.take().unwrap_or_else(|| {
            let implied = if body == Body::None { "GET" } else { "POST" };
            implied.to_owned()
        });
        let draft = RequestDraft {
            method,
            url,
            params: Vec::new(),
            headers: self.headers,
            body,
        };
        Ok(Pasted {
            draft,
            credential,
            ignored: self.ignored,
        })
    }

    /// Takes `Authorization: Bearer` or `apiKey=` out of the request.
    fn take_credential(&mut self, url: &mut String) -> Option<(Placement, Option<SecretString>)> {
        let bearer = self.headers.iter().position(|field| {
            field.name.eq_ignore_ascii_case("authorization")
                && field
                    .value
                    .get(..7)
                    .is_some_and(|s| s.eq_ignore_ascii_case("bearer "))
        });
        if let Some(at) = bearer {
            let field = self.headers.remove(at);
            let value = field
                .value
                .split_once(' ')
                .map_or("", |(_, value)| value.trim());
            return Some((Placement::Header, secret(value)));
        }
        let mut parsed = Url::parse(url).ok()?;
        let value = parsed
            .query_pairs()
            .find(|(name, _)| name == QUERY_PARAMETER)
            .map(|(_, value)| value.into_owned())?;
        without_query_parameter(&mut parsed, |name, _| name == QUERY_PARAMETER);
        *url = parsed.into();
        Some((Placement::Query, secret(&value)))
    }

    fn body(&mut self, data: String) -> Body {
        if data.is_empty() && self.data.is_empty() || self.in_query {
            return Body::None;
        }
        let content_type = self
            .headers
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case("content-type"))
            .map(|field| field.value.to_ascii_lowercase());
        match content_type {
            Some(kind) if kind.contains("json") => Body::Json(data),
            Some(kind) if !kind.starts_with("application/x-www-form-urlencoded") => {
                Body::Text(data)
            }
            _ => Body::Form(
                url::form_urlencoded::parse(data.as_bytes())
                    .map(|(name, value)| Field::new(name, value))
                    .collect(),
            ),
        }
    }
}

/// `None` for a variable of the shell or a word that stands for a key.
fn secret(value: &str) -> Option<SecretString> {
    let stands_for_one = value.is_empty()
        || value.contains(['$', '<', '{', ' '])
        || value
            .chars()
            .all(|char| char.is_ascii_uppercase() || char == '_');
    (!stands_for_one).then(|| value.into())
}

/// Splits as a POSIX shell does (XCU §2.2), `$'…'` and line continuations included.
fn split(command: &str) -> Result<Vec<String>, CommandError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = command.trim().chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\\' => match chars.next() {
                Some('\n') | None => {}
                Some('\r') => {
                    chars.next_if_eq(&'\n');
                }
                Some(escaped) => word.get_or_insert_default().push(escaped),
            },
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or(CommandError::OpenQuote)? {
                        '\'' => break,
                        inside => word.push(inside),
                    }
                }
            }
            '"' => double_quoted(&mut chars, word.get_or_insert_default())?,
            '$' if chars.peek() == Some(&'\'') => {
                chars.next();
                ansi_quoted(&mut chars, word.get_or_insert_default())?;
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

fn double_quoted(
    chars: &mut impl Iterator<Item = char>,
    word: &mut String,
) -> Result<(), CommandError> {
    loop {
        match chars.next().ok_or(CommandError::OpenQuote)? {
            '"' => return Ok(()),
            '\\' => match chars.next().ok_or(CommandError::OpenQuote)? {
                '\n' => {}
                special @ ('"' | '\\' | '$' | '`') => word.push(special),
                other => word.extend(['\\', other]),
            },
            inside => word.push(inside),
        }
    }
}

/// `$'…'`, as browsers write it in "Copy as cURL".
fn ansi_quoted(
    chars: &mut impl Iterator<Item = char>,
    word: &mut String,
) -> Result<(), CommandError> {
    loop {
        match chars.next().ok_or(CommandError::OpenQuote)? {
            '\'' => return Ok(()),
            '\\' => match chars.next().ok_or(CommandError::OpenQuote)? {
                'n' => word.push('\n'),
                'r' => word.push('\r'),
                't' => word.push('\t'),
                'u' => {
                    let digits: String = chars.by_ref().take(4).collect();
                    let code = u32::from_str_radix(&digits, 16)
                        .ok()
                        .and_then(char::from_u32);
                    word.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                other => word.push(other),
            },
            inside => word.push(inside),
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::curl::to_curl;

    fn secret_of(pasted: &Pasted) -> Option<(Placement, Option<String>)> {
        pasted.credential.as_ref().map(|(placement, value)| {
            // EXPOSE: a test value.
            (
                *placement,
                value.as_ref().map(|value| value.expose_secret().to_owned()),
            )
        })
    }

    #[test]
    fn the_documented_commands_become_requests() {
        let header = "curl -X 'GET' \\\n  'https://api.1inch.com/swap/v5.2/1/tokens' \\\n  \
                      -H 'accept: application/json' \\\n  -H 'Authorization: Bearer abc123'";
        let pasted = read(header).expect("a command");
        assert_eq!(pasted.draft.method, "GET");
        assert_eq!(pasted.draft.url, "https://api.1inch.com/swap/v5.2/1/tokens");
        assert_eq!(
            pasted.draft.headers,
            [Field::new("accept", "application/json")]
        );
        assert_eq!(
            secret_of(&pasted),
            Some((Placement::Header, Some("abc123".into())))
        );

        let query = "curl -X 'GET' 'https://api.1inch.com/t?apiKey=YOUR_API_KEY&a=1'";
        let pasted = read(query).expect("a command");
        assert_eq!(pasted.draft.url, "https://api.1inch.com/t?a=1");
        assert_eq!(secret_of(&pasted), Some((Placement::Query, None)));

        let wscat = "wscat -c 'wss://api.1inch.com/web3/1' -H 'Authorization:Bearer $KEY'";
        let pasted = read(wscat).expect("a command");
        assert_eq!(pasted.draft.url, "wss://api.1inch.com/web3/1");
        assert_eq!(secret_of(&pasted), Some((Placement::Header, None)));
    }

    #[test]
    fn bodies_and_methods_are_read_as_curl_means_them() {
        let cases: [(&str, &str, &str, Body); 7] = [
            (
                "curl h/p -d a=1 -d 'b=x y'",
                "POST",
                "http://h/p",
                Body::Form(vec![Field::new("a", "1"), Field::new("b", "x y")]),
            ),
            (
                "curl -G https://h -d a=1 --data-urlencode 'b=x&y'",
                "GET",
                "https://h?a=1&b=x%26y",
                Body::None,
            ),
            (
                "curl -sSXPUT https://h --json '{\"a\":1}'",
                "PUT",
                "https://h",
                Body::Json("{\"a\":1}".into()),
            ),
            (
                "curl https://h -H 'content-type: text/x' --data-raw @x",
                "POST",
                "https://h",
                Body::Text("@x".into()),
            ),
            ("curl -I https://h", "HEAD", "https://h", Body::None),
            (
                "curl --request=DELETE -o /dev/null https://h",
                "DELETE",
                "https://h",
                Body::None,
            ),
            (
                "curl \"https://h/\\$a\" $'-H' $'a: \\u00e9\\''",
                "GET",
                "https://h/$a",
                Body::None,
            ),
        ];
        for (command, method, url, body) in cases {
            let draft = read(command).expect(command).draft;
            assert_eq!(
                (draft.method.as_str(), draft.url.as_str()),
                (method, url),
                "{command}"
            );
            assert!(draft.body == body, "{command}: {:?}", draft.body);
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let file = |option: &str| CommandError::ReadsAFile {
            option: option.into(),
        };
        for (command, expected) in [
            ("wget https://h", CommandError::NotACommand),
            ("", CommandError::NotACommand),
            ("curl 'https://h", CommandError::OpenQuote),
            ("curl -s", CommandError::NoUrl),
            ("curl https://h -d @/etc/passwd", file("-d")),
            ("curl https://h -F f=@x", file("-F")),
        ] {
            assert_eq!(read(command).expect_err(command), expected, "{command}");
        }
        assert_eq!(
            read("curl -sk --compressed h").expect("read").ignored,
            ["-s", "-k", "--compressed"]
        );
    }

    #[test]
    fn a_copied_command_pastes_back_as_the_same_request() {
        let draft = RequestDraft {
            method: "POST".into(),
            url: "https://api.1inch.com/x?a=it%27s".into(),
            params: vec![],
            headers: vec![
                Field::new("X-A", "it's $HOME"),
                Field::new("content-type", "application/json"),
            ],
            body: Body::Json("{\"a\": \"it's\\n\"}".into()),
        };
        for placement in [Placement::Header, Placement::Query] {
            let pasted = read(&to_curl(&draft, Some(placement))).expect("a command");
            assert!(pasted.draft == draft, "{:?}", pasted.draft);
            assert_eq!(secret_of(&pasted), Some((placement, None)));
        }
    }
}
