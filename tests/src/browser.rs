//! A person in a browser, as far as forms and redirects go.

use std::collections::BTreeMap;

use anyhow::Context as _;
use reqwest::Client;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use url::Url;

use crate::port::client;

/// A browser with a cookie jar and nothing remembered.
#[derive(Debug)]
pub struct Browser {
    http: Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A new browser.
    ///
    /// # Errors
    /// When the HTTP client cannot be built.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            http: client()?,
            cookies: BTreeMap::new(),
        })
    }

    /// Opens `url`, follows redirects, and sends each form that it meets with `fields` filled in
    /// beside the hidden ones. Ends at the first page without a form, and gives its text.
    ///
    /// # Errors
    /// When a server does not answer, or twenty steps lead nowhere.
    pub async fn walk(&mut self, url: &Url, fields: &[(&str, &str)]) -> anyhow::Result<String> {
        let mut url = url.clone();
        let mut form: Option<Vec<(String, String)>> = None;
        for _ in 0..20 {
            let request = match form.take() {
                Some(fields) => {
                    let body = url::form_urlencoded::Serializer::new(String::new())
                        .extend_pairs(&fields)
                        .finish();
                    self.http
                        .post(url.clone())
                        .header("content-type", "application/x-www-form-urlencoded")
                        .body(body)
                }
                None => self.http.get(url.clone()),
            };
            let jar: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let answer = request.header(COOKIE, jar.join("; ")).send().await?;
            for cookie in answer.headers().get_all(SET_COOKIE) {
                let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
                if let Some((name, value)) = pair.split_once('=') {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
            if let Some(to) = answer.headers().get(LOCATION) {
                url = url.join(to.to_str()?)?;
                continue;
            }
            let page = answer.text().await?;
            let Some(action) = attribute(&page, "<form", "action") else {
                return Ok(page);
            };
            url = url.join(&action)?;
            let mut values: Vec<(String, String)> = page
                .split("<input")
                .skip(1)
                .filter(|input| attribute(input, "", "type").as_deref() == Some("hidden"))
                .map(|input| {
                    let name =
                        attribute(input, "", "name").context("a hidden field without a name")?;
                    Ok((name, attribute(input, "", "value").unwrap_or_default()))
                })
                .collect::<anyhow::Result<_>>()?;
            values.extend(
                fields
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
            );
            form = Some(values);
        }
        anyhow::bail!("twenty steps and no end")
    }
}

/// The value of `name="…"` in the first tag after `start`.
fn attribute(text: &str, start: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(start)?;
    let tag = rest.split('>').next()?;
    let (_, value) = tag.split_once(&format!("{name}=\""))?;
    Some(value.split('"').next()?.replace("&amp;", "&"))
}
