// Generated from the Rust contract by `./dev contract`. Changes are lost.

/**
 * Saves an API key.
 */
export type AddApiKeyRequest = { 
/**
 * The application that owns it.
 */
application: ApplicationKey, 
/**
 * Its name.
 */
name: string, 
/**
 * The key.
 */
secret: SecretDraftId, };

/**
 * Adds an application.
 */
export type AddApplicationRequest = { 
/**
 * Where.
 */
environmentId: EnvironmentId, 
/**
 * Its name.
 */
name: string, 
/**
 * The portal's id of it; empty when unknown.
 */
applicationId: string, };

/**
 * A failure on its way to the page. Holds no secret: every text that came
 * from a server has been cleaned before it gets here.
 */
export type ApiError = { 
/**
 * Selects the words.
 */
code: ErrorCode, 
/**
 * One technical sentence in English, for *Details* and the log.
 */
message: string, 
/**
 * What to do about it, when this layer knows better than the words do.
 */
hint?: string, 
/**
 * `X-Request-Id` of the answer, when one came.
 */
requestId?: string, 
/**
 * Values for the words: host, port, status and the like.
 */
facts: { [key in string]: string }, };

/**
 * An API key.
 */
export type ApiKeyId = string & { readonly brand: 'ApiKey' };

/**
 * Names an API key.
 */
export type ApiKeyRef = { 
/**
 * Which.
 */
apiKeyId: ApiKeyId, };

/**
 * An API key without its secret.
 */
export type ApiKeyView = { 
/**
 * Its id.
 */
id: ApiKeyId, 
/**
 * The application that owns it.
 */
application: ApplicationKey, 
/**
 * Its name.
 */
name: string, 
/**
 * The last four characters; absent under 20 characters.
 */
last4: string | null, 
/**
 * When it was last sent.
 */
lastUsed: Timestamp | null, 
/**
 * The status that came back then.
 */
lastStatus: number | null, 
/**
 * How many requests put it in a URL.
 */
sentInUrl: number, 
/**
 * When it was added.
 */
addedAt: Timestamp, };

/**
 * An event for the main window.
 */
export type AppEvent = { "event": "status", "data": AppStatus } | { "event": "clipboard", "data": ClipboardView | null } | { "event": "secret_shown", "data": ShownSecret | null } | { "event": "secret_taken", "data": SecretTaken } | { "event": "sign_in", "data": SignInView } | { "event": "session", "data": SessionView } | { "event": "changed", "data": { 
/**
 * Which environment.
 */
environmentId: EnvironmentId, 
/**
 * Which list.
 */
list: ChangedList, } } | { "event": "socket_messages", "data": { 
/**
 * Which connection.
 */
socketId: SocketId, 
/**
 * The messages.
 */
messages: Array<SocketMessage>, } } | { "event": "socket_ended", "data": { 
/**
 * Which connection.
 */
socketId: SocketId, 
/**
 * How.
 */
end: SocketEnd, } } | { "event": "activated" };

/**
 * Everything that the page needs to decide what to draw first.
 */
export type AppStatus = { 
/**
 * First run, locked, or open.
 */
phase: Phase, 
/**
 * The step at which an unfinished first run goes on.
 */
firstRunStep: FirstRunStep | null, 
/**
 * What opens the vault; absent before there is one.
 */
opensWith: OpensWith | null, 
/**
 * Whether a recovery code was made and taken away by the person.
 */
hasRecoveryCode: boolean, 
/**
 * Whether the person took it as a copy only, and not as a file too.
 */
recoveryCodeOnlyCopied: boolean, 
/**
 * Why the app is locked; only while it is.
 */
lockReason: LockReason | null, 
/**
 * Whether a lock stopped a sign-in.
 */
signInStopped: boolean, 
/**
 * The chosen environment; absent while locked and before the first choice.
 */
environment: EnvironmentView | null, 
/**
 * How many requests of the chosen environment are kept.
 */
keptRequests: number, 
/**
 * Records that could not be read (damaged rows).
 */
damagedRecords: number, 
/**
 * Settings, of which the theme matters before unlock.
 */
settings: Settings, 
/**
 * Version of Inchkeep.
 */
version: string, 
/**
 * The system it runs on.
 */
platform: Platform, 
/**
 * Where the data lies.
 */
dataDir: string, };

/**
 * An application as Inchkeep keeps it; the portal's own id is `application_id`.
 */
export type ApplicationKey = string & { readonly brand: 'Application' };

/**
 * Names an application.
 */
export type ApplicationRef = { 
/**
 * Which.
 */
application: ApplicationKey, };

/**
 * A row of the applications table.
 */
export type ApplicationRow = { 
/**
 * Its id here.
 */
key: ApplicationKey, 
/**
 * The environment that it belongs to.
 */
environmentId: EnvironmentId, 
/**
 * Its name.
 */
name: string, 
/**
 * The portal's id of it.
 */
applicationId: string, 
/**
 * How many API keys it has here.
 */
apiKeys: number, 
/**
 * How many OAuth clients it has here.
 */
oauthClients: number, 
/**
 * How many of its sessions can be used now.
 */
activeSessions: number, 
/**
 * How many of those end within two minutes.
 */
expiringSessions: number, 
/**
 * When one of its credentials was last used.
 */
lastUsed: Timestamp | null, };

/**
 * An application with everything on its page.
 */
export type ApplicationView = { 
/**
 * The application itself.
 */
application: ApplicationRow, 
/**
 * Its API keys.
 */
apiKeys: Array<ApiKeyView>, 
/**
 * Its OAuth clients.
 */
oauthClients: Array<OAuthClientView>, 
/**
 * The last three requests made with its credentials.
 */
recent: Array<HistoryRow>, };

/**
 * The forms in which a body is shown.
 */
export type BodyForm = "pretty" | "raw" | "hex";

/**
 * What a body is.
 */
export type BodyKind = "empty" | "json" | "text" | "binary";

/**
 * A body as text.
 */
export type BodyText = { 
/**
 * The text, redacted.
 */
text: string, 
/**
 * Whether the end is left out.
 */
cut: boolean, 
/**
 * Size of the whole in bytes.
 */
size: number, };

/**
 * Stops a request that runs.
 */
export type CancelSendRequest = { 
/**
 * Which.
 */
sendId: SendId, };

/**
 * A list that changed.
 */
export type ChangedList = "environments" | "applications" | "sessions" | "history";

/**
 * Tries an API key with one request before it is saved.
 */
export type CheckApiKeyRequest = { 
/**
 * Whose environment to ask.
 */
application: ApplicationKey, 
/**
 * The key.
 */
secret: SecretDraftId, };

/**
 * Checks the text of a JSON body.
 */
export type CheckJsonRequest = { 
/**
 * The text.
 */
text: string, };

/**
 * Reads a server's metadata before an environment is made of it.
 */
export type CheckServerRequest = { 
/**
 * Base URL of the API gateway.
 */
apiBase: string, 
/**
 * Authorization server, when it differs.
 */
authorizationServer: string | null, };

/**
 * One claim of a JWT.
 */
export type ClaimView = { 
/**
 * Its name, such as `exp`.
 */
name: string, 
/**
 * What it means: "Expires", "Issuer".
 */
label: string, 
/**
 * Readable.
 */
value: string, 
/**
 * As it stands in the token.
 */
raw: string, 
/**
 * A remark, such as "matches server metadata".
 */
remark: string | null, };

/**
 * Where a client came from.
 */
export type ClientSource = "portal" | "imported" | "registered_here";

/**
 * How our text on the clipboard stands.
 */
export type ClipboardState = "copied" | "cleared" | "left_alone" | "not_cleared";

/**
 * What the clipboard holds of ours.
 */
export type ClipboardView = { 
/**
 * What was copied: "router-read", "Request ID".
 */
label: string, 
/**
 * How it stands.
 */
state: ClipboardState, 
/**
 * When it will be cleared; absent when it stays.
 */
clearsAt: Timestamp | null, };

/**
 * Opens a WebSocket.
 */
export type ConnectSocketRequest = { 
/**
 * Chosen by the page.
 */
socketId: SocketId, 
/**
 * Where.
 */
environmentId: EnvironmentId, 
/**
 * `wss://…`, or `ws://` on loopback.
 */
url: string, 
/**
 * With what.
 */
credential: CredentialRef | null, 
/**
 * Where the credential is put.
 */
placement: CredentialPlacement, 
/**
 * The person agreed that this one connection takes the credential to another host.
 */
allowForeignHost: boolean, };

/**
 * Copies a secret to the clipboard, in Rust.
 */
export type CopySecretRequest = { 
/**
 * Which.
 */
target: SecretTarget, };

/**
 * Copies text that is no secret, such as an id; it stays on the clipboard.
 */
export type CopyTextRequest = { 
/**
 * The text.
 */
text: string, 
/**
 * What it is, for the status bar: "Request ID".
 */
label: string, };

/**
 * Makes the vault.
 */
export type CreateVaultRequest = { 
/**
 * Keyring or passphrase.
 */
opensWith: OpensWith, 
/**
 * The passphrase, typed in the secret window before.
 */
passphrase: SecretDraftId | null, };

/**
 * Where a credential is put. Access tokens go in the header only (OAuth 2.1 §5.1).
 */
export type CredentialPlacement = "header" | "query";

/**
 * Which credential to send.
 */
export type CredentialRef = { "kind": "api_key", "id": ApiKeyId } | { "kind": "session", "id": SessionId };

/**
 * A credential in the picker.
 */
export type CredentialView = { 
/**
 * Which.
 */
credential: CredentialRef, 
/**
 * Its name.
 */
name: string, 
/**
 * Its application.
 */
application: ApplicationKey, 
/**
 * Name of the application.
 */
applicationName: string, 
/**
 * The last four characters of the key; absent for sessions and short keys.
 */
last4: string | null, 
/**
 * When it ends (sessions).
 */
expiresAt: Timestamp | null, 
/**
 * Whether it can be used as it is, or after a refresh.
 */
usable: boolean, };

/**
 * Which way a message went.
 */
export type Direction = "sent" | "received";

/**
 * Drops a secret draft.
 */
export type DiscardSecretRequest = { 
/**
 * Which.
 */
id: SecretDraftId, };

/**
 * A request that is being written.
 */
export type Draft = { 
/**
 * `GET`, `POST` and so on.
 */
method: string, 
/**
 * The whole address; a path alone is taken from the environment's base.
 */
url: string, 
/**
 * Query parameters beside those in the address.
 */
params: Array<DraftField>, 
/**
 * Headers.
 */
headers: Array<DraftField>, 
/**
 * Body.
 */
body: DraftBody, };

/**
 * The body of a draft.
 */
export type DraftBody = { "kind": "none" } | { "kind": "json", 
/**
 * Exactly what is sent.
 */
text: string, } | { "kind": "form", 
/**
 * Its fields.
 */
fields: Array<DraftField>, } | { "kind": "text", 
/**
 * Exactly what is sent.
 */
text: string, };

/**
 * A name and a value that can be switched off.
 */
export type DraftField = { 
/**
 * Name.
 */
name: string, 
/**
 * Value.
 */
value: string, 
/**
 * Whether it is sent.
 */
enabled: boolean, };

/**
 * Changes an environment.
 */
export type EditEnvironmentRequest = { 
/**
 * Which.
 */
environmentId: EnvironmentId, 
/**
 * Its new values.
 */
values: EnvironmentRequest, };

/**
 * Changes what Inchkeep keeps of a client.
 */
export type EditOAuthClientRequest = { 
/**
 * Which.
 */
oauthClientId: OAuthClientId, 
/**
 * Its name.
 */
name: string, 
/**
 * Scopes to ask for.
 */
scopes: Array<string>, 
/**
 * A fixed port for sign-in.
 */
fixedPort: number | null, 
/**
 * Whether sessions refresh themselves.
 */
keepSignedIn: boolean, };

/**
 * How a session ended.
 */
export type EndSessionAnswer = { 
/**
 * Whether the server was told and confirmed.
 */
revoked: boolean, 
/**
 * Whether it is removed here.
 */
removed: boolean, 
/**
 * Why the server did not confirm.
 */
error: ApiError | null, };

/**
 * Ends a session: at the server when it offers that, always here.
 */
export type EndSessionRequest = { 
/**
 * Which.
 */
sessionId: SessionId, 
/**
 * Remove it here although the server did not confirm.
 */
forgetAnyway: boolean, };

/**
 * Who ended a connection.
 */
export type EndedBy = "you" | "server" | "lost";

/**
 * One endpoint of an authorization server.
 */
export type EndpointView = { 
/**
 * Its name in the metadata, such as `token_endpoint`.
 */
name: string, 
/**
 * Its address; absent when not offered.
 */
url: string | null, 
/**
 * Whether it is HTTPS.
 */
https: boolean, 
/**
 * Whether it lies on the issuer's host.
 */
sameHost: boolean, };

/**
 * An [`crate::contract::EnvironmentView`].
 */
export type EnvironmentId = string & { readonly brand: 'Environment' };

/**
 * The kinds of environment.
 */
export type EnvironmentKind = "sandbox" | "production" | "own";

/**
 * Names an environment.
 */
export type EnvironmentRef = { 
/**
 * Which.
 */
environmentId: EnvironmentId, };

/**
 * Adds an environment.
 */
export type EnvironmentRequest = { 
/**
 * Its name.
 */
name: string, 
/**
 * Base URL of the API gateway: https, or http on loopback.
 */
apiBase: string, 
/**
 * Authorization server, when it differs.
 */
authorizationServer: string | null, 
/**
 * Address of the portal.
 */
portal: string | null, 
/**
 * How long the server keeps its logs, in days.
 */
logRetentionDays: number | null, };

/**
 * An environment as the page shows it.
 */
export type EnvironmentView = { 
/**
 * Its id.
 */
id: EnvironmentId, 
/**
 * Sandbox, Production, or the person's own: decides the colour.
 */
kind: EnvironmentKind, 
/**
 * Its name.
 */
name: string, 
/**
 * Base URL of the API gateway, without a trailing slash.
 */
apiBase: string, 
/**
 * Authorization server, when it differs from the gateway.
 */
authorizationServer: string | null, 
/**
 * Address of the portal.
 */
portal: string | null, 
/**
 * How long the server keeps its logs, in days; unset when unknown.
 */
logRetentionDays: number | null, 
/**
 * Host and port as shown under the name.
 */
host: string, 
/**
 * Whether the sandbox runs (Sandbox only).
 */
sandboxRunning: boolean, };

/**
 * The kinds of failure that the page has its own words for.
 *
 * The words stand in one exhaustive table in the page (`errors.ts`); a code
 * without words there does not compile.
 */
export type ErrorCode = "unreachable" | "connection_refused" | "tls_untrusted" | "timed_out" | "connection_lost" | "answer_too_large" | "cancelled" | "no_metadata" | "issuer_mismatch" | "not_https" | "metadata_refused" | "foreign_endpoints" | "metadata_changed" | "client_refused" | "session_ended" | "code_refused" | "scopes_refused" | "grant_refused" | "token_server_busy" | "token_answer_refused" | "portal_token_refused" | "redirect_uri_refused" | "registration_refused" | "registration_not_offered" | "port_busy" | "access_denied" | "state_mismatch" | "wrong_issuer" | "sign_in_timed_out" | "sign_in_refused" | "no_browser" | "not_an_address" | "no_code_in_address" | "not_the_redirect_address" | "address_of_another_sign_in" | "code_already_used" | "locked" | "keyring_locked" | "keyring_denied" | "keyring_missing" | "keyring_timed_out" | "wrong_passphrase" | "wait_before_retry" | "vault_damaged" | "vault_too_new" | "vault_not_saved" | "vault_exists" | "not_found" | "duplicate" | "invalid_field" | "invalid_request" | "invalid_json" | "foreign_host" | "socket_closed" | "clipboard_empty" | "clipboard_refused" | "paste_not_usable" | "secret_draft_gone" | "ticket_gone" | "sandbox_not_started" | "file_not_written" | "internal";

/**
 * Asks for the body of an exchange.
 */
export type ExchangeBodyRequest = { 
/**
 * Which.
 */
exchangeId: ExchangeId, 
/**
 * In which form.
 */
form: BodyForm, };

/**
 * An exchange in the history.
 */
export type ExchangeId = string & { readonly brand: 'Exchange' };

/**
 * Names an exchange.
 */
export type ExchangeRef = { 
/**
 * Which.
 */
exchangeId: ExchangeId, };

/**
 * One request and what came of it, redacted.
 */
export type ExchangeView = { 
/**
 * Its id.
 */
id: ExchangeId, 
/**
 * The environment that it was sent in.
 */
environmentId: EnvironmentId, 
/**
 * When it was sent.
 */
at: Timestamp, 
/**
 * The request as it went, secrets masked.
 */
sent: SentView, 
/**
 * The draft that it came from, to be opened again.
 */
draft: Draft | null, 
/**
 * Which credential went with it.
 */
credential: CredentialRef | null, 
/**
 * Its name at that time, as for support: "API key router-read (ends 7Qx2)".
 */
credentialLabel: string | null, 
/**
 * Where the credential was put.
 */
placement: CredentialPlacement, 
/**
 * What came of it.
 */
outcome: OutcomeView, 
/**
 * How long the parts took.
 */
timing: TimingView, 
/**
 * `X-Request-Id` of the answer.
 */
requestId: string | null, 
/**
 * `requestId` of the body, when it has one and differs.
 */
bodyRequestId: string | null, 
/**
 * Redirects that were followed on the same origin.
 */
redirects: Array<RedirectView>, 
/**
 * A redirect to another origin, which was not followed.
 */
stoppedRedirect: string | null, 
/**
 * A help line for 401, 403, 429 and 5xx.
 */
explanation: string | null, };

/**
 * A request with its credential filled in.
 */
export type FirstRequest = { 
/**
 * What to send.
 */
draft: Draft, 
/**
 * With what.
 */
credential: CredentialRef, 
/**
 * Name of the credential.
 */
credentialName: string, 
/**
 * Its last four characters.
 */
last4: string | null, };

/**
 * The steps of the first run.
 */
export type FirstRunStep = "vault" | "recovery_code" | "start" | "first_credential";

/**
 * Remembers where the first run stands, so that closing midway loses nothing.
 */
export type FirstRunStepRequest = { 
/**
 * The step to resume at.
 */
step: FirstRunStep, };

/**
 * How a client gets its tokens.
 */
export type Grant = "client_credentials" | "authorization_code";

/**
 * A name and a value as they went over the wire, redacted.
 */
export type HeaderView = { 
/**
 * Name, in the case that it had.
 */
name: string, 
/**
 * Value.
 */
value: string, };

/**
 * A part of the history.
 */
export type HistoryPage = { 
/**
 * Rows, newest first; exact matches of a request id before others.
 */
rows: Array<HistoryRow>, 
/**
 * How many rows match in all.
 */
total: number, };

/**
 * Asks for a part of the history, newest first.
 */
export type HistoryRequest = { 
/**
 * Which environment.
 */
environmentId: EnvironmentId, 
/**
 * Path or request id, whole or part; empty for all.
 */
search: string, 
/**
 * How many rows at most, 1 to 500.
 */
limit: number, 
/**
 * Rows older than this one.
 */
before: ExchangeId | null, };

/**
 * A row of the history.
 */
export type HistoryRow = { 
/**
 * Its id.
 */
id: ExchangeId, 
/**
 * The environment.
 */
environmentId: EnvironmentId, 
/**
 * When.
 */
at: Timestamp, 
/**
 * `GET`, `WS` and so on.
 */
method: string, 
/**
 * Host, when it is not the environment's.
 */
host: string, 
/**
 * Path without the query.
 */
path: string, 
/**
 * Status; absent when no answer came.
 */
status: number | null, 
/**
 * Why no answer came, as one word: "Cancelled", "No answer".
 */
failure: string | null, 
/**
 * `X-Request-Id`.
 */
requestId: string | null, 
/**
 * How long, in milliseconds.
 */
durationMs: number, 
/**
 * The application whose credential was used.
 */
application: ApplicationKey | null, 
/**
 * The credential that was used.
 */
credential: CredentialRef | null, };

/**
 * A client made in the portal, to be kept here.
 */
export type ImportClientRequest = { 
/**
 * The application that owns it.
 */
application: ApplicationKey, 
/**
 * Its name.
 */
name: string, 
/**
 * The server's id of it.
 */
clientId: string, 
/**
 * How it gets tokens.
 */
grant: Grant, 
/**
 * Its registered redirect URIs.
 */
redirectUris: Array<string>, 
/**
 * Scopes to ask for.
 */
scopes: Array<string>, 
/**
 * Its secret; absent for a public client.
 */
secret: SecretDraftId | null, 
/**
 * Whether it came as the portal's JSON; else it was typed in.
 */
fromPortal: boolean, };

/**
 * What Rust understood of a client pasted as JSON; the secret stays in Rust.
 */
export type ImportDraft = { 
/**
 * `client_name`, when given.
 */
name: string | null, 
/**
 * `client_id`.
 */
clientId: string, 
/**
 * The grant, when it can be told.
 */
grant: Grant | null, 
/**
 * `redirect_uris`.
 */
redirectUris: Array<string>, 
/**
 * `scope`, split.
 */
scopes: Array<string>, 
/**
 * The secret, when given.
 */
secret: SecretDraft | null, };

/**
 * Whether a text is JSON, and the same text indented.
 */
export type JsonCheck = { 
/**
 * What is wrong, as a sentence: "Line 3: expected , or }".
 */
fault: string | null, 
/**
 * The text indented, when nothing is wrong.
 */
formatted: string | null, };

/**
 * Turns refreshing by itself on or off.
 */
export type KeepSignedInRequest = { 
/**
 * Which session.
 */
sessionId: SessionId, 
/**
 * On or off.
 */
on: boolean, };

/**
 * What the server said to a key.
 */
export type KeyCheckView = { 
/**
 * Whether the server took it: anything but 401 and 403.
 */
accepted: boolean, 
/**
 * The status.
 */
status: number, 
/**
 * `X-Request-Id` of the answer.
 */
requestId: string | null, };

/**
 * How the keyring answers.
 */
export type KeyringState = "ready" | "locked" | "denied" | "missing" | "timed_out" | "broken";

/**
 * Answer to `check_keyring`.
 */
export type KeyringView = { 
/**
 * How the keyring answers now.
 */
state: KeyringState, };

/**
 * Why the app is locked.
 */
export type LockReason = "started" | "by_hand" | "idle" | "screen";

/**
 * Everything about one client.
 */
export type OAuthClientDetail = { 
/**
 * The client.
 */
client: OAuthClientView, 
/**
 * Name of its application.
 */
applicationName: string, 
/**
 * The issuer that it belongs to; absent until it was first used.
 */
issuer: string | null, 
/**
 * `client_secret_expires_at`, when it ever does.
 */
secretExpiresAt: Timestamp | null, 
/**
 * How it authenticates at the token endpoint.
 */
authMethod: string, 
/**
 * Its registered redirect URIs.
 */
redirectUris: Array<RedirectUriView>, 
/**
 * Scopes that it asks for.
 */
scopes: Array<string>, 
/**
 * The fixed port for sign-in, when one is set.
 */
fixedPort: number | null, 
/**
 * Whether sessions refresh themselves.
 */
keepSignedIn: boolean, 
/**
 * What was sent at registration, as exact JSON without secrets.
 */
registrationSent: string | null, 
/**
 * What came back, without secrets.
 */
registrationAnswer: string | null, 
/**
 * Whether the server lets registrations be changed (RFC 7592).
 */
manageable: boolean, };

/**
 * An OAuth client as Inchkeep keeps it; the server's own id is `client_id`.
 */
export type OAuthClientId = string & { readonly brand: 'OAuthClient' };

/**
 * Names a client.
 */
export type OAuthClientRef = { 
/**
 * Which.
 */
oauthClientId: OAuthClientId, };

/**
 * An OAuth client without its secret.
 */
export type OAuthClientView = { 
/**
 * Its id here.
 */
id: OAuthClientId, 
/**
 * The application that owns it.
 */
application: ApplicationKey, 
/**
 * Its name.
 */
name: string, 
/**
 * The server's id of it.
 */
clientId: string, 
/**
 * How it gets tokens.
 */
grant: Grant, 
/**
 * Where it came from.
 */
source: ClientSource, 
/**
 * Whether it has a secret; without one it is a public client.
 */
hasSecret: boolean, 
/**
 * The last four characters of the secret; absent under 20 characters.
 */
last4: string | null, 
/**
 * Its newest session.
 */
session: SessionView | null, 
/**
 * When it was added.
 */
addedAt: Timestamp, };

/**
 * What opens the vault.
 */
export type OpensWith = "keyring" | "passphrase";

/**
 * What came of a request.
 */
export type OutcomeView = { "kind": "answer", 
/**
 * Status code.
 */
status: number, 
/**
 * Reason phrase, or the usual one for the status.
 */
reason: string, 
/**
 * `HTTP/1.1`, `HTTP/2`.
 */
httpVersion: string, 
/**
 * Address and port that answered.
 */
remoteAddress: string | null, 
/**
 * Headers in wire order, duplicates kept.
 */
headers: Array<HeaderView>, 
/**
 * The kind of body, which decides how it is shown.
 */
bodyKind: BodyKind, 
/**
 * Bytes on the wire, when they can be told.
 */
sizeOnWire: number | null, 
/**
 * Bytes after decoding.
 */
size: number, 
/**
 * Whether the body was cut at the limit.
 */
truncated: boolean, } | { "kind": "failure", 
/**
 * Why.
 */
error: ApiError, } | { "kind": "cancelled", 
/**
 * After how many milliseconds.
 */
afterMs: number, };

/**
 * Takes a secret from the clipboard, in Rust.
 */
export type PasteSecretRequest = { 
/**
 * What for.
 */
purpose: SecretPurpose, };

/**
 * What the app as a whole is doing.
 */
export type Phase = "first_run" | "locked" | "open";

/**
 * The system that Inchkeep runs on.
 */
export type Platform = "linux" | "macos" | "windows";

/**
 * A redirect URI, and whether Inchkeep can receive it.
 */
export type RedirectUriView = { 
/**
 * The address.
 */
uri: string, 
/**
 * Whether it is loopback, so that Inchkeep can listen there.
 */
receivable: boolean, };

/**
 * A redirect that was followed.
 */
export type RedirectView = { 
/**
 * Status of the redirect.
 */
status: number, 
/**
 * Where it came from.
 */
from: string, 
/**
 * Where it led.
 */
to: string, 
/**
 * Its own `X-Request-Id`.
 */
requestId: string | null, };

/**
 * Registers a client at the environment's authorization server (RFC 7591).
 */
export type RegisterClientRequest = { 
/**
 * The application that will own it.
 */
application: ApplicationKey, 
/**
 * `client_name`.
 */
name: string, 
/**
 * How it will get tokens.
 */
grant: Grant, 
/**
 * Redirect URIs; a loopback one without a port gets the port that was bound.
 */
redirectUris: Array<string>, 
/**
 * Whether to ask for `refresh_token` beside `authorization_code`.
 */
refreshToken: boolean, 
/**
 * Scopes to ask for; none when empty.
 */
scopes: Array<string>, 
/**
 * The portal access token; absent when a kept one is to be used.
 */
portalToken: SecretDraftId | null, 
/**
 * Keep the portal access token in the vault.
 */
keepPortalToken: boolean, };

/**
 * The exact POST of a registration, with secrets masked.
 */
export type RegistrationPreview = { 
/**
 * Where it goes.
 */
url: string, 
/**
 * Headers, the token masked.
 */
headers: Array<string>, 
/**
 * The JSON body.
 */
body: string, 
/**
 * Whether a portal access token is kept in the vault.
 */
keptPortalToken: boolean, };

/**
 * Renames an API key.
 */
export type RenameApiKeyRequest = { 
/**
 * Which.
 */
apiKeyId: ApiKeyId, 
/**
 * Its new name.
 */
name: string, };

/**
 * Renames an application.
 */
export type RenameApplicationRequest = { 
/**
 * Which.
 */
application: ApplicationKey, 
/**
 * Its new name.
 */
name: string, 
/**
 * The portal's id of it, when it changes too.
 */
applicationId: string | null, };

/**
 * Puts another secret in the place of an API key's.
 */
export type ReplaceApiKeyRequest = { 
/**
 * Which.
 */
apiKeyId: ApiKeyId, 
/**
 * The new key.
 */
secret: SecretDraftId, };

/**
 * A secret on its way out, to the secret window alone.
 */
export type RevealedSecret = string;

/**
 * Where something was saved.
 */
export type SavedFile = { 
/**
 * The path; absent when the person chose none.
 */
path: string | null, };

/**
 * A secret that Rust holds for a form, for ten minutes at most.
 */
export type SecretDraft = { 
/**
 * Names it in the command that uses it up.
 */
id: SecretDraftId, 
/**
 * What it looks like: "JWT", "API key", "text".
 */
looksLike: string, 
/**
 * How long it is, roughly: "32 to 63 characters".
 */
lengthClass: string, 
/**
 * The last four characters; absent under 20 characters.
 */
last4: string | null, 
/**
 * Name under which the same secret is already saved.
 */
alreadySavedAs: string | null, };

/**
 * A secret that Rust holds for a form that is not saved yet.
 */
export type SecretDraftId = string & { readonly brand: 'SecretDraft' };

/**
 * What a secret is wanted for.
 */
export type SecretPurpose = { "kind": "api_key", 
/**
 * Which application.
 */
application: ApplicationKey, 
/**
 * The name that the key will have.
 */
name: string, } | { "kind": "client_secret", 
/**
 * Name of the client.
 */
name: string, } | { "kind": "portal_token", 
/**
 * Where it will be sent.
 */
environmentId: EnvironmentId, } | { "kind": "redirect_address", 
/**
 * Which sign-in.
 */
signInId: SignInId, } | { "kind": "new_passphrase" };

/**
 * A secret was typed in the secret window, and Rust holds it for its form.
 */
export type SecretTaken = { "kind": "draft", "value": { 
/**
 * What it was wanted for.
 */
purpose: SecretPurpose, 
/**
 * The draft.
 */
draft: SecretDraft, } } | { "kind": "sign_in", "value": SignInView } | { "kind": "unlocked", "value": AppStatus } | { "kind": "recovery_code_taken" };

/**
 * A secret of the vault that can be shown or copied.
 */
export type SecretTarget = { "kind": "api_key", "id": ApiKeyId } | { "kind": "client_secret", "id": OAuthClientId } | { "kind": "access_token", "id": SessionId } | { "kind": "refresh_token", "id": SessionId };

/**
 * A secret on its way in, from the secret window alone.
 */
export type SecretText = string;

/**
 * What the secret window is open for.
 */
export type SecretWindowMode = "reveal" | "enter" | "new_passphrase" | "unlock" | "recover" | "recovery_code";

/**
 * Opens the secret window.
 */
export type SecretWindowRequest = { "mode": "reveal", 
/**
 * Which.
 */
target: SecretTarget, } | { "mode": "enter", 
/**
 * What for.
 */
purpose: SecretPurpose, } | { "mode": "unlock", 
/**
 * Ask for the recovery code instead.
 */
recovery: boolean, } | { "mode": "recovery_code" };

/**
 * What the secret window draws.
 */
export type SecretWindowView = { 
/**
 * Reveal, enter, unlock, new passphrase, recovery code.
 */
mode: SecretWindowMode, 
/**
 * Its title.
 */
title: string, 
/**
 * The line under it: kind and environment.
 */
line: string, 
/**
 * The value, for `reveal` and `recovery_code`.
 */
value: RevealedSecret | null, 
/**
 * When it closes by itself.
 */
hidesAt: Timestamp | null, 
/**
 * Whether it closes when the window loses focus.
 */
hideOnBlur: boolean, 
/**
 * After how many seconds a copy is cleared from the clipboard; 0 is never.
 */
clearsClipboardAfter: number, 
/**
 * The theme, since this window reads nothing else.
 */
theme: Theme, };

/**
 * One press of Send, chosen by the page so that it can cancel.
 */
export type SendId = string & { readonly brand: 'Send' };

/**
 * Sends a message.
 */
export type SendMessageRequest = { 
/**
 * On which connection.
 */
socketId: SocketId, 
/**
 * Text, or base64 for a binary message.
 */
text: string, 
/**
 * Whether it is binary.
 */
binary: boolean, };

/**
 * Sends a draft.
 */
export type SendRequest = { 
/**
 * Chosen by the page, so that it can cancel.
 */
sendId: SendId, 
/**
 * Where.
 */
environmentId: EnvironmentId, 
/**
 * What.
 */
draft: Draft, 
/**
 * With what.
 */
credential: CredentialRef | null, 
/**
 * Where the credential is put.
 */
placement: CredentialPlacement, 
/**
 * The person agreed that this one request takes the credential to another host.
 */
allowForeignHost: boolean, };

/**
 * A request as it went over the wire, secrets masked.
 */
export type SentView = { 
/**
 * Method.
 */
method: string, 
/**
 * Address.
 */
url: string, 
/**
 * Headers in order.
 */
headers: Array<HeaderView>, 
/**
 * Body as text, shortened.
 */
body: string | null, };

/**
 * Asks for an environment's server metadata.
 */
export type ServerRequest = { 
/**
 * Which environment.
 */
environmentId: EnvironmentId, 
/**
 * Read it again instead of showing the kept copy.
 */
refresh: boolean, };

/**
 * An authorization server as its metadata describes it (RFC 8414).
 */
export type ServerView = { 
/**
 * The issuer, byte for byte.
 */
issuer: string, 
/**
 * When the metadata was fetched.
 */
fetchedAt: Timestamp, 
/**
 * Its endpoints, in a fixed order; absent ones included.
 */
endpoints: Array<EndpointView>, 
/**
 * `grant_types_supported`.
 */
grantTypes: Array<string>, 
/**
 * `code_challenge_methods_supported`.
 */
challengeMethods: Array<string>, 
/**
 * `token_endpoint_auth_methods_supported`.
 */
authMethods: Array<string>, 
/**
 * `scopes_supported`.
 */
scopes: Array<string>, 
/**
 * Things a person should know, as sentences.
 */
notes: Array<string>, 
/**
 * The document as it came.
 */
raw: string, };

/**
 * Everything about one session.
 */
export type SessionDetail = { 
/**
 * The session.
 */
session: SessionView, 
/**
 * The client's id at the server.
 */
clientId: string, 
/**
 * Which token of this session this is, from 1.
 */
generation: number, 
/**
 * What the access token is, as far as can be told.
 */
token: TokenDiagnosis, 
/**
 * Its claims, when it is a JWT: name, readable, raw.
 */
claims: Array<ClaimView>, 
/**
 * The claims as exact JSON, when it is a JWT.
 */
claimsJson: string | null, 
/**
 * Whether the last refresh brought a new refresh token.
 */
rotates: boolean, 
/**
 * When the refresh token was issued.
 */
refreshIssuedAt: Timestamp | null, 
/**
 * Scopes granted.
 */
scopes: Array<string>, 
/**
 * Scopes asked for and not granted.
 */
scopesMissing: Array<string>, 
/**
 * Whether the server offers revocation (RFC 7009).
 */
revocable: boolean, 
/**
 * What happened to it, newest first.
 */
history: Array<SessionEvent>, };

/**
 * Something that happened to a session.
 */
export type SessionEvent = { 
/**
 * When.
 */
at: Timestamp, 
/**
 * What, as a sentence.
 */
what: string, 
/**
 * `X-Request-Id`, when there was a request.
 */
requestId: string | null, 
/**
 * Whether it went wrong.
 */
failed: boolean, };

/**
 * A stored session.
 */
export type SessionId = string & { readonly brand: 'Session' };

/**
 * Names a session.
 */
export type SessionRef = { 
/**
 * Which.
 */
sessionId: SessionId, };

/**
 * Whether a session can be used. Expiry is told by `expires_at`; the page
 * counts by its own clock.
 */
export type SessionState = "active" | "sign_in_needed";

/**
 * A session without its tokens.
 */
export type SessionView = { 
/**
 * Its id.
 */
id: SessionId, 
/**
 * The client that owns it.
 */
oauthClientId: OAuthClientId, 
/**
 * Name of the client.
 */
clientName: string, 
/**
 * The application.
 */
application: ApplicationKey, 
/**
 * Name of the application.
 */
applicationName: string, 
/**
 * Its environment.
 */
environmentId: EnvironmentId, 
/**
 * How its tokens were got.
 */
grant: Grant, 
/**
 * Whether it can be used.
 */
state: SessionState, 
/**
 * When the access token was issued.
 */
issuedAt: Timestamp, 
/**
 * When the access token ends; absent when the server did not say.
 */
expiresAt: Timestamp | null, 
/**
 * Whether there is a refresh token.
 */
hasRefreshToken: boolean, 
/**
 * Whether it refreshes itself.
 */
keepSignedIn: boolean, 
/**
 * The last failure of a refresh, until one works.
 */
refreshError: ApiError | null, 
/**
 * When it was last sent with a request.
 */
lastUsed: Timestamp | null, };

/**
 * All settings of this slice; changes apply at once.
 */
export type Settings = { 
/**
 * Light, dark, or as the system.
 */
theme: Theme, 
/**
 * Size of text in percent, 80 to 200.
 */
textSize: number, 
/**
 * Seconds until a copied secret is cleared; 0 is never.
 */
clearClipboardAfter: number, 
/**
 * Seconds until a revealed secret is hidden; 0 is never.
 */
hideSecretsAfter: number, 
/**
 * Hide a revealed secret when the app loses focus.
 */
hideSecretsOnBlur: boolean, 
/**
 * Minutes without use until the vault locks; 0 is never.
 */
lockAfter: number, 
/**
 * Seconds until a request without an answer is given up.
 */
requestTimeout: number, 
/**
 * How many requests are kept, 1,000 to 100,000.
 */
keepRequests: number, };

/**
 * Which secret the secret window shows; the value is in that window alone.
 */
export type ShownSecret = { 
/**
 * Which.
 */
target: SecretTarget | null, 
/**
 * When it is hidden; absent when it stays until hidden.
 */
hidesAt: Timestamp | null, };

/**
 * A sign-in in progress.
 */
export type SignInId = string & { readonly brand: 'SignIn' };

/**
 * Names a sign-in in progress.
 */
export type SignInRef = { 
/**
 * Which.
 */
signInId: SignInId, };

/**
 * Starts a sign-in through the system browser.
 */
export type SignInRequest = { 
/**
 * Which client.
 */
oauthClientId: OAuthClientId, 
/**
 * Listen on any free port this once, although a fixed one is set.
 */
anyPortOnce: boolean, 
/**
 * Ask the server to show its account choice (`prompt=select_account`).
 */
chooseAccount: boolean, };

/**
 * How far a sign-in is.
 */
export type SignInStage = "waiting_for_approval" | "exchanging" | "saving" | "done" | "failed" | "cancelled";

/**
 * A sign-in as its sheet shows it.
 */
export type SignInView = { 
/**
 * Its id.
 */
id: SignInId, 
/**
 * The client.
 */
oauthClientId: OAuthClientId, 
/**
 * Name of the client.
 */
clientName: string, 
/**
 * Name of its application.
 */
applicationName: string, 
/**
 * Its environment.
 */
environmentId: EnvironmentId, 
/**
 * Host of the authorization server.
 */
serverHost: string, 
/**
 * The authorization endpoint, without the query.
 */
authorizationEndpoint: string, 
/**
 * The redirect URI of this sign-in.
 */
redirectUri: string, 
/**
 * Host and port of the listener; absent when the redirect cannot be received here.
 */
listeningOn: string | null, 
/**
 * Scopes asked for.
 */
scopes: Array<string>, 
/**
 * How it is protected: "PKCE S256", "state", "issuer check".
 */
protection: Array<string>, 
/**
 * How far it is.
 */
stage: SignInStage, 
/**
 * When the listener closes.
 */
deadline: Timestamp, 
/**
 * Set when a browser could not be opened.
 */
browserFailed: boolean, 
/**
 * Why it ended, for `failed`.
 */
error: ApiError | null, 
/**
 * What came of it, for `done`.
 */
session: SessionView | null, };

/**
 * How a connection ended.
 */
export type SocketEnd = { 
/**
 * Who ended it.
 */
by: EndedBy, 
/**
 * Close code (RFC 6455 §7.4), when one came.
 */
code: number | null, 
/**
 * Reason in the close frame, cleaned.
 */
reason: string, };

/**
 * A WebSocket connection, chosen by the page.
 */
export type SocketId = string & { readonly brand: 'Socket' };

/**
 * A message of a WebSocket.
 */
export type SocketMessage = { 
/**
 * Position in the connection, from 1.
 */
number: number, 
/**
 * When.
 */
at: Timestamp, 
/**
 * Which way.
 */
direction: Direction, 
/**
 * Text, or base64 of a binary message.
 */
text: string, 
/**
 * Whether it was binary.
 */
binary: boolean, 
/**
 * Bytes.
 */
size: number, };

/**
 * Names a connection.
 */
export type SocketRef = { 
/**
 * Which.
 */
socketId: SocketId, };

/**
 * An open or refused WebSocket: its handshake is an exchange.
 */
export type SocketView = { 
/**
 * Its id.
 */
id: SocketId, 
/**
 * Whether the handshake succeeded.
 */
open: boolean, 
/**
 * The handshake: 101 or the refusal, with its request id.
 */
handshake: ExchangeView, };

/**
 * The chosen start: its environment, and a first request when one can be sent at once.
 */
export type StartView = { 
/**
 * The environment that is now selected.
 */
environment: EnvironmentView, 
/**
 * The first request, ready to be sent (Sandbox only).
 */
firstRequest: FirstRequest | null, };

/**
 * Where to start.
 */
export type StartWithRequest = { "kind": "sandbox" } | { "kind": "production" } | { "kind": "other", 
/**
 * Base URL of the API gateway.
 */
apiBase: string, };

/**
 * What came of what was typed.
 */
export type SubmitSecretAnswer = { 
/**
 * Whether it was taken; the window closes then.
 */
accepted: boolean, 
/**
 * Why not, as one sentence under the field.
 */
problem: string | null, 
/**
 * Seconds until the next try is allowed, after too many wrong ones.
 */
waitSeconds: number | null, };

/**
 * What was typed in the secret window.
 */
export type SubmitSecretRequest = { 
/**
 * The window's ticket.
 */
ticket: string, 
/**
 * What was typed.
 */
value: SecretText, };

/**
 * The themes.
 */
export type Theme = "system" | "light" | "dark";

/**
 * A ticket of the secret window: good for one window, for 20 s until it is first used.
 */
export type TicketRequest = { 
/**
 * The ticket.
 */
ticket: string, };

/**
 * A moment, on the wire as RFC 3339 text in UTC.
 */
export type Timestamp = string;

/**
 * How long the parts took, in microseconds; absent where a part cannot be told.
 */
export type TimingView = { 
/**
 * Name resolution.
 */
dnsUs: number | null, 
/**
 * TCP connection.
 */
connectUs: number | null, 
/**
 * TLS handshake.
 */
tlsUs: number | null, 
/**
 * From the request to the head of the answer.
 */
waitingUs: number | null, 
/**
 * The body.
 */
downloadUs: number | null, 
/**
 * Everything.
 */
totalUs: number, 
/**
 * Whether a kept connection was used.
 */
reused: boolean, };

/**
 * What an access token is. A diagnosis: nothing depends on it (RFC 9068 §6).
 */
export type TokenDiagnosis = { "kind": "opaque" } | { "kind": "valid", 
/**
 * `alg`.
 */
algorithm: string, 
/**
 * `kid`.
 */
keyId: string | null, } | { "kind": "not_checked", 
/**
 * Why not, as a sentence.
 */
reason: string, } | { "kind": "wrong", 
/**
 * Why, as a sentence.
 */
reason: string, };

/** What the main window may call. */
export interface MainCommands {
  app_status: { request: null; response: AppStatus };
  check_keyring: { request: null; response: KeyringView };
  create_vault: { request: CreateVaultRequest; response: AppStatus };
  set_first_run_step: { request: FirstRunStepRequest; response: AppStatus };
  start_with: { request: StartWithRequest; response: StartView };
  finish_first_run: { request: null; response: AppStatus };
  unlock_with_keyring: { request: null; response: AppStatus };
  lock: { request: null; response: AppStatus };
  open_secret_window: { request: SecretWindowRequest; response: null };
  close_secret_window: { request: null; response: null };
  paste_secret: { request: PasteSecretRequest; response: SecretDraft };
  discard_secret: { request: DiscardSecretRequest; response: null };
  copy_secret: { request: CopySecretRequest; response: null };
  copy_text: { request: CopyTextRequest; response: null };
  clear_clipboard: { request: null; response: null };
  environments: { request: null; response: Array<EnvironmentView> };
  add_environment: { request: EnvironmentRequest; response: EnvironmentView };
  edit_environment: { request: EditEnvironmentRequest; response: EnvironmentView };
  remove_environment: { request: EnvironmentRef; response: null };
  select_environment: { request: EnvironmentRef; response: AppStatus };
  check_server: { request: CheckServerRequest; response: ServerView };
  server: { request: ServerRequest; response: ServerView };
  restart_sandbox: { request: null; response: EnvironmentView };
  reset_sandbox: { request: null; response: EnvironmentView };
  open_portal: { request: EnvironmentRef; response: null };
  applications: { request: EnvironmentRef; response: Array<ApplicationRow> };
  application: { request: ApplicationRef; response: ApplicationView };
  add_application: { request: AddApplicationRequest; response: ApplicationRow };
  rename_application: { request: RenameApplicationRequest; response: ApplicationRow };
  remove_application: { request: ApplicationRef; response: null };
  check_api_key: { request: CheckApiKeyRequest; response: KeyCheckView };
  add_api_key: { request: AddApiKeyRequest; response: ApiKeyView };
  rename_api_key: { request: RenameApiKeyRequest; response: ApiKeyView };
  replace_api_key: { request: ReplaceApiKeyRequest; response: ApiKeyView };
  remove_api_key: { request: ApiKeyRef; response: null };
  preview_registration: { request: RegisterClientRequest; response: RegistrationPreview };
  register_client: { request: RegisterClientRequest; response: OAuthClientView };
  cancel_registration: { request: null; response: null };
  sandbox_portal_token: { request: EnvironmentRef; response: SecretDraft };
  paste_client: { request: null; response: ImportDraft };
  import_client: { request: ImportClientRequest; response: OAuthClientView };
  oauth_client: { request: OAuthClientRef; response: OAuthClientDetail };
  edit_oauth_client: { request: EditOAuthClientRequest; response: OAuthClientView };
  remove_oauth_client: { request: OAuthClientRef; response: null };
  get_token: { request: OAuthClientRef; response: SessionView };
  sign_in: { request: SignInRequest; response: SignInView };
  sign_in_state: { request: SignInRef; response: SignInView };
  open_sign_in_page: { request: SignInRef; response: null };
  copy_sign_in_link: { request: SignInRef; response: null };
  paste_redirect_address: { request: SignInRef; response: SignInView };
  extend_sign_in: { request: SignInRef; response: SignInView };
  cancel_sign_in: { request: SignInRef; response: SignInView };
  sessions: { request: EnvironmentRef; response: Array<SessionView> };
  session: { request: SessionRef; response: SessionDetail };
  refresh_session: { request: SessionRef; response: SessionView };
  set_keep_signed_in: { request: KeepSignedInRequest; response: SessionView };
  end_session: { request: EndSessionRequest; response: EndSessionAnswer };
  clear_ended_sessions: { request: EnvironmentRef; response: null };
  credentials: { request: EnvironmentRef; response: Array<CredentialView> };
  send: { request: SendRequest; response: ExchangeView };
  cancel_send: { request: CancelSendRequest; response: null };
  exchange: { request: ExchangeRef; response: ExchangeView };
  exchange_body: { request: ExchangeBodyRequest; response: BodyText };
  history: { request: HistoryRequest; response: HistoryPage };
  remove_exchange: { request: ExchangeRef; response: null };
  restore_exchange: { request: ExchangeRef; response: null };
  copy_as_curl: { request: ExchangeRef; response: null };
  copy_for_support: { request: ExchangeRef; response: null };
  check_json: { request: CheckJsonRequest; response: JsonCheck };
  connect_socket: { request: ConnectSocketRequest; response: SocketView };
  send_message: { request: SendMessageRequest; response: SocketMessage };
  disconnect_socket: { request: SocketRef; response: null };
  settings: { request: null; response: Settings };
  change_settings: { request: Settings; response: Settings };
  open_data_folder: { request: null; response: null };
}

/** What the secret window may call. */
export interface SecretCommands {
  secret_window: { request: TicketRequest; response: SecretWindowView };
  submit_secret: { request: SubmitSecretRequest; response: SubmitSecretAnswer };
  copy_shown_secret: { request: TicketRequest; response: null };
  save_recovery_code: { request: TicketRequest; response: SavedFile };
  close_shown_secret: { request: TicketRequest; response: null };
}
