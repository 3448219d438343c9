//! The portal's pages.

use axum::response::Response;
use http::StatusCode;

use crate::html::{escape, page};
use crate::state::Shared;
use crate::store::{ApiKey, Client};

/// A value that is shown this once.
pub(crate) struct Shown<'v> {
    /// Id of the field.
    pub(crate) id: &'static str,
    pub(crate) label: &'static str,
    pub(crate) value: &'v str,
}

pub(crate) fn overview_page(shared: &Shared) -> Response {
    let applications = shared.store.read(|records| records.applications.clone());
    let list = applications
        .iter()
        .map(|application| {
            format!(
                "<li><a href=\"/portal/applications/{id}\">{name}</a><br><code>{id}</code></li>",
                id = escape(&application.id),
                name = escape(&application.name)
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let list = if list.is_empty() {
        "<p>There is no application yet.</p>".into()
    } else {
        format!("<ul>{list}</ul>")
    };
    let main = format!(
        "<section class=\"card\"><h1>Applications</h1>{list}<hr>\
         <form method=\"post\" action=\"/portal/applications\">{csrf}\
         <label class=\"field\">Name of a new application\
         <input id=\"application-name\" name=\"name\" maxlength=\"80\" required autocomplete=\"off\"></label>\
         <button id=\"create-application\">Create application</button></form></section>\
         <section class=\"card\"><h2>Portal access token</h2>\
         <p class=\"quiet\">A program needs it to register OAuth clients. Treat it like a password.</p>\
         <form method=\"post\" action=\"/portal/tokens\">{csrf}\
         <button class=\"primary\" id=\"create-portal-token\">Get a portal access token</button></form></section>\
         <p class=\"quiet\">Base URL of this server: <code id=\"issuer\">{issuer}</code></p>",
        csrf = csrf(shared),
        issuer = escape(&shared.issuer),
    );
    page(StatusCode::OK, "Portal", &[], &main)
}

/// `None`: there is no such application.
pub(crate) fn application_page(shared: &Shared, id: &str) -> Option<Response> {
    let (application, keys, clients) = shared.store.read(|records| {
        let application = records.application(id)?.clone();
        let keys: Vec<ApiKey> = records
            .api_keys
            .iter()
            .filter(|key| key.application_id == id)
            .cloned()
            .collect();
        let own = |client: &&Client| client.application_id.as_deref() == Some(id);
        let clients: Vec<Client> = records.clients.values().filter(own).cloned().collect();
        Some((application, keys, clients))
    })?;
    let base = format!("/portal/applications/{}", escape(&application.id));
    let main = format!(
        "<p><a href=\"/portal\">All applications</a></p>\
         <section class=\"card\"><h1>{name}</h1>\
         <p>Application ID <code id=\"application-id\">{id}</code></p>\
         <h3>API keys</h3>{keys}\
         <details><summary>Create API key</summary>\
         <form method=\"post\" action=\"{base}/keys\">{csrf}\
         <label class=\"field\">Name<input id=\"key-name\" name=\"name\" maxlength=\"80\" required autocomplete=\"off\"></label>\
         <label class=\"field\">Rights<select id=\"key-rights\" name=\"rights\"><option value=\"all\">Every product</option>\
         <option value=\"limited\">Swap, tokens and prices only</option></select></label>\
         <button class=\"primary\" id=\"create-key\">Create API key</button></form></details>\
         <h3>OAuth clients</h3>{clients}\
         <details><summary>Create OAuth client</summary>\
         <form method=\"post\" action=\"{base}/clients\">{csrf}\
         <label class=\"field\">Name<input id=\"client-name\" name=\"name\" maxlength=\"80\" required autocomplete=\"off\"></label>\
         <fieldset><legend>Grant type</legend>\
         <label class=\"choice\"><input type=\"radio\" id=\"grant-code\" name=\"grant\" value=\"authorization_code\" checked>\
         <span>Authorization code<small>A person approves in the browser.</small></span></label>\
         <label class=\"choice\"><input type=\"radio\" id=\"grant-credentials\" name=\"grant\" value=\"client_credentials\">\
         <span>Client credentials<small>Server to server. No user.</small></span></label></fieldset>\
         <label class=\"field\">Redirect URIs, one on each line<textarea id=\"redirect-uris\" name=\"redirect_uris\" rows=\"2\">\
         http://127.0.0.1/callback</textarea></label>\
         <button class=\"primary\" id=\"create-client\">Create OAuth client</button></form></details></section>",
        name = escape(&application.name),
        id = escape(&application.id),
        keys = key_list(shared, &base, &keys),
        clients = client_list(shared, &base, &clients),
        csrf = csrf(shared),
    );
    Some(page(StatusCode::OK, &application.name, &[], &main))
}

fn key_list(shared: &Shared, base: &str, keys: &[ApiKey]) -> String {
    if keys.is_empty() {
        return "<p class=\"quiet\">None yet.</p>".into();
    }
    let rows = keys
        .iter()
        .map(|key| {
            let rights = key.scope.as_deref().unwrap_or("every product");
            format!(
                "<li class=\"row between\"><span>{name}<br><small>{rights}</small></span>{delete}</li>",
                name = escape(&key.name),
                rights = escape(rights),
                delete = delete_form(shared, &format!("{base}/keys/{}/delete", key.id), &key.name),
            )
        })
        .collect::<Vec<_>>()
        .concat();
    format!("<ul class=\"rows\" role=\"list\">{rows}</ul>")
}

fn client_list(shared: &Shared, base: &str, clients: &[Client]) -> String {
    if clients.is_empty() {
        return "<p class=\"quiet\">None yet.</p>".into();
    }
    let rows = clients
        .iter()
        .map(|client| {
            format!(
                "<li class=\"row between\"><span>{name}<br><code>{id}</code><br><small>{grants}</small></span>{delete}</li>",
                name = escape(&client.name),
                id = escape(&client.id),
                grants = escape(&client.grant_types.join(", ")),
                delete = delete_form(
                    shared,
                    &format!("{base}/clients/{}/delete", client.id),
                    &client.name
                ),
            )
        })
        .collect::<Vec<_>>()
        .concat();
    format!("<ul class=\"rows\" role=\"list\">{rows}</ul>")
}

fn delete_form(shared: &Shared, action: &str, name: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{}\">{}<button class=\"small\" aria-label=\"Delete {}\">Delete</button></form>",
        escape(action),
        csrf(shared),
        escape(name)
    )
}

/// Values to copy, which no later page shows again.
pub(crate) fn created_page(title: &str, words: &str, shown: &[Shown<'_>], back: &str) -> Response {
    let fields = shown
        .iter()
        .map(|field| {
            format!(
                "<label class=\"field\">{label}<input class=\"mono\" id=\"{id}\" readonly \
                 autocomplete=\"off\" spellcheck=\"false\" value=\"{value}\"></label>",
                label = field.label,
                id = field.id,
                value = escape(field.value)
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let main = format!(
        "<section class=\"card done\"><h1>{}</h1><p>{}</p>{fields}\
         <p><strong>Copy it now.</strong> It is shown this once; the server keeps only a hash.</p>\
         <p><a href=\"{}\">Back</a></p></section>",
        escape(title),
        escape(words),
        escape(back)
    );
    page(StatusCode::OK, title, &[], &main)
}

pub(crate) fn problem_page(status: StatusCode, words: &str, back: &str) -> Response {
    let main = format!(
        "<section class=\"card\"><h1>That did not work</h1><p class=\"bad\" role=\"alert\">{}</p>\
         <p><a href=\"{}\">Back</a></p></section>",
        escape(words),
        escape(back)
    );
    page(status, "That did not work", &[], &main)
}

fn csrf(shared: &Shared) -> String {
    format!(
        "<input type=\"hidden\" name=\"csrf\" value=\"{}\">",
        shared.csrf
    )
}
