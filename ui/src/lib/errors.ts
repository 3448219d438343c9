import type { ApiError, ErrorCode } from './api/contract';
import { countdown, counted } from './format';

/** What a person can do about a failure. The page that shows it says how. */
export const errorActions = {
  try_again: 'Try again',
  try_now: 'Try now',
  start_again: 'Start again',
  edit_environment: 'Edit environment',
  edit_address: 'Edit address',
  api_keys_only: 'Continue with API keys only',
  restart_sandbox: 'Restart Sandbox',
  change_timeout: 'Change timeout',
  open_server: 'Open Server',
  open_client: 'Open client',
  open_portal: 'Open portal',
  import: 'Import',
  sign_in: 'Sign in…',
  edit_scopes: 'Edit scopes',
  free_port: 'Use a free port once',
  change_port: 'Change port…',
  copy_link: 'Copy sign-in link',
  recovery_code: 'Use recovery code',
  reveal: 'Reveal instead',
  choose_credential: 'Choose another credential',
  send_without: 'Send without credential',
} as const;

export type ErrorAction = keyof typeof errorActions;

interface ErrorWords {
  title: string;
  text: string;
  actions: readonly ErrorAction[];
}

type Facts = Record<string, string>;
type Words = (facts: Facts) => ErrorWords;

const words =
  (title: string, text = '', ...actions: ErrorAction[]): Words =>
  () => ({ title, text, actions });

/** A fact, or what to say when the app did not give it. */
const fact = (facts: Facts, name: string, otherwise: string) => facts[name] || otherwise;

/** The same as a sentence of its own. */
function sentence(facts: Facts, name: string, otherwise: string): string {
  const text = fact(facts, name, otherwise);
  return text === '' || /[.?!]$/.test(text) ? text : `${text}.`;
}

/** What can be done when a credential is gone, by the word for it. */
const goneActions: Record<string, readonly ErrorAction[]> = {
  session: ['sign_in', 'choose_credential', 'send_without'],
  'API key': ['choose_credential', 'send_without'],
};

/** The words for every failure. A code that is missing here does not compile. */
const table: Record<ErrorCode, Words> = {
  unreachable: (f) => ({
    title: `Could not reach ${fact(f, 'host', 'the server')}`,
    ...(f['typed']
      ? {
          text: 'The name did not resolve. Check the connection and the address.',
          actions: ['try_again', 'edit_address'],
        }
      : {
          text: "The name did not resolve. Check the connection or the environment's base URL.",
          actions: ['try_again', 'edit_environment'],
        }),
  }),
  connection_refused: (f) => ({
    title: `Nothing is listening at ${fact(f, 'host', 'the server')}${f['port'] ? `:${f['port']}` : ''}`,
    ...(f['typed']
      ? { text: 'Check the address and its port.', actions: ['try_again', 'edit_address'] }
      : {
          text: 'For Sandbox, restart it in Settings.',
          actions: ['try_again', 'restart_sandbox'],
        }),
  }),
  tls_untrusted: (f) => ({
    title: "The server's certificate was not trusted",
    text: `${sentence(f, 'reason', 'It could not be checked.')} Inchkeep does not offer to skip this check.`,
    actions: ['try_again'],
  }),
  timed_out: (f) => ({
    title: `No answer within ${fact(f, 'seconds', '30')} s`,
    text: 'The request may still have been processed.',
    actions: ['try_again', 'change_timeout'],
  }),
  connection_lost: (f) => ({
    title: `The connection to ${fact(f, 'host', 'the server')} was lost`,
    text: 'It broke before the answer was whole. The request may still have been processed.',
    actions: ['try_again'],
  }),
  answer_too_large: (f) => ({
    title: `The answer of ${fact(f, 'host', 'the server')} is too large`,
    text: 'It was not read to the end.',
    actions: [],
  }),
  cancelled: words('Cancelled', 'It was stopped before it was done.', 'try_again'),

  no_metadata: (f) => ({
    title: 'No OAuth metadata at this address',
    text: `GET ${fact(f, 'url', 'the metadata address')} answered ${fact(f, 'status', 'nothing usable')}. API keys still work here.`,
    actions: ['edit_address', 'api_keys_only'],
  }),
  issuer_mismatch: (f) => ({
    title: 'The metadata names another issuer',
    text: `Expected ${fact(f, 'expected', 'the address asked')}, got ${fact(f, 'named', 'another')}. It was not used.`,
    actions: [],
  }),
  not_https: words(
    'This server does not use HTTPS',
    'OAuth needs HTTPS except on 127.0.0.1.',
    'edit_address',
  ),
  metadata_refused: (f) => ({
    title: 'The server metadata cannot be used',
    text: sentence(f, 'reason', 'It breaks a rule that sign-in depends on.'),
    actions: ['try_again'],
  }),
  foreign_endpoints: (f) => ({
    title: 'Endpoints lie on another host than the issuer',
    text: `${sentence(f, 'endpoints', 'Some endpoints')} Nothing was sent there.`,
    actions: ['open_server'],
  }),
  metadata_changed: (f) => ({
    title: 'Server metadata changed',
    text: sentence(f, 'changes', 'It is not what was accepted before.'),
    actions: ['open_server'],
  }),

  client_refused: words(
    'The server did not accept this client',
    'Check the client ID and secret, or register a new client.',
    'open_client',
  ),
  session_ended: words(
    'This session has ended',
    'The refresh token was used, expired or revoked.',
    'sign_in',
  ),
  code_refused: words(
    'The sign-in code was refused',
    'Codes work once and for a short time.',
    'start_again',
  ),
  scopes_refused: (f) => ({
    title: 'The server does not know these scopes',
    text: fact(f, 'scopes', 'It named none of them.'),
    actions: ['edit_scopes'],
  }),
  grant_refused: (f) => ({
    title: 'This client may not use this grant',
    text: `It is registered for ${fact(f, 'grants', 'another')}.`,
    actions: ['open_client'],
  }),
  token_server_busy: (f) => ({
    title: 'The token server is busy',
    text: f['seconds']
      ? `The old token is kept. Next try in ${countdown(Number(f['seconds']))}.`
      : 'The old token is kept.',
    actions: ['try_now'],
  }),
  token_answer_refused: (f) => ({
    title: 'The token answer cannot be used',
    text: sentence(f, 'reason', 'It breaks a rule of OAuth. Nothing was saved.'),
    actions: ['try_again'],
  }),

  portal_token_refused: words(
    'The portal access token was not accepted',
    'It may have expired. Get a new one in the portal.',
    'open_portal',
    'try_again',
  ),
  redirect_uri_refused: (f) => ({
    title: 'The server refused a redirect URI',
    text: `${fact(f, 'uri', 'The redirect URI')}: ${fact(f, 'description', 'no reason given')}`,
    actions: [],
  }),
  registration_refused: (f) => ({
    title: 'The server refused the registration',
    text: sentence(f, 'description', 'It gave no reason.'),
    actions: [],
  }),
  registration_not_offered: words(
    'This server does not register clients',
    'Create the client in the portal, then import it.',
    'open_portal',
    'import',
  ),

  port_busy: (f) => ({
    title: `Port ${fact(f, 'port', '')} is in use`.replace('  ', ' '),
    text: 'Another program listens there.',
    actions: ['free_port', 'change_port'],
  }),
  access_denied: (f) => ({
    title: 'Access was declined',
    text: f['description']
      ? `${sentence(f, 'description', '')} No token was saved.`
      : 'The request was declined in the browser. No token was saved.',
    actions: ['try_again'],
  }),
  state_mismatch: words(
    'This reply does not belong to this sign-in',
    'It was ignored. Close other sign-in tabs and start again.',
    'start_again',
  ),
  wrong_issuer: (f) => ({
    title: 'The reply names another server',
    text: `Expected ${fact(f, 'expected', 'the server asked')}, got ${fact(f, 'named', 'another')}. It was not used.`,
    actions: ['start_again'],
  }),
  sign_in_timed_out: words(
    'Sign-in timed out',
    'Nothing came back within 5 minutes. The listener is closed.',
    'try_again',
  ),
  sign_in_refused: (f) => ({
    title: `The server answered ${fact(f, 'error', 'an error')}`,
    text: sentence(f, 'description', 'It gave no reason. No token was saved.'),
    actions: ['try_again'],
  }),
  no_browser: (f) => {
    if (f['folder']) {
      const text = `Its path is ${f['folder']}.`;
      return { title: 'The folder could not be opened', text, actions: ['try_again'] };
    }
    const title = 'No browser opened';
    if (f['address']) {
      return { title, text: `Open ${f['address']} yourself.`, actions: ['try_again'] };
    }
    const text = 'Copy the sign-in link and open it in a browser yourself.';
    return { title, text, actions: ['copy_link'] };
  },
  not_an_address: words('That is not an address.'),
  no_code_in_address: words('This address has no code in it.'),
  not_the_redirect_address: (f) => ({
    title: `This is not the address the sign-in returns to. It starts with ${fact(f, 'redirect', 'http')}.`,
    text: '',
    actions: [],
  }),
  address_of_another_sign_in: words('This address belongs to another sign-in.'),
  code_already_used: words('This code was already used.', '', 'start_again'),

  locked: words('Inchkeep is locked', 'Unlock the vault, then try again.'),
  keyring_locked: words('The system keyring is locked', 'Unlock it, then try again.', 'try_again'),
  keyring_denied: words(
    'The system keyring refused access',
    'Allow Inchkeep to use it, then try again.',
    'try_again',
    'recovery_code',
  ),
  keyring_missing: words(
    'The system keyring did not answer.',
    'It is not running, or it no longer has the key of this vault.',
    'try_again',
    'recovery_code',
  ),
  keyring_timed_out: words(
    'The system keyring did not answer.',
    'It may be waiting for you in a window of its own.',
    'try_again',
    'recovery_code',
  ),
  wrong_passphrase: words('That passphrase did not open the vault.'),
  wait_before_retry: (f) => ({
    title: `Wait ${countdown(Number(fact(f, 'seconds', '30')))} before the next try`,
    text: 'There were too many wrong ones.',
    actions: [],
  }),
  vault_damaged: words(
    'The vault file cannot be read.',
    'It is damaged. Nothing was changed in it.',
  ),
  vault_too_new: words('This vault was written by a newer Inchkeep', 'Update Inchkeep to open it.'),
  vault_not_saved: (f) => ({
    title: 'The vault could not be saved',
    text: sentence(f, 'reason', 'The disk refused the change.'),
    actions: ['try_again'],
  }),
  vault_exists: words('There is a vault already', 'Restart Inchkeep to open it.'),

  not_found: (f) => ({
    title: `This ${fact(f, 'what', 'entry').replaceAll('_', ' ')} is not there any more`,
    text: 'It was removed meanwhile.',
    actions: goneActions[f['what'] ?? ''] ?? [],
  }),
  duplicate: (f) => ({
    title: `${fact(f, 'name', 'Another entry')} exists already`,
    text: 'Choose another name.',
    actions: [],
  }),
  invalid_field: (f) => ({
    title: sentence(f, 'reason', 'A field is not valid.'),
    text: '',
    actions: [],
  }),
  invalid_request: (f) => ({
    title: 'The request cannot be sent as it is',
    text: sentence(f, 'reason', ''),
    actions: [],
  }),
  invalid_json: (f) => ({
    title: 'The JSON body is not JSON',
    text: `Line ${fact(f, 'line', '1')}: ${fact(f, 'reason', 'not JSON')}`,
    actions: [],
  }),
  foreign_host: (f) => ({
    title: `${fact(f, 'host', 'This host')} is not this environment's host`,
    text: `${fact(f, 'credential', 'The credential')} was not sent there.`,
    actions: [],
  }),
  socket_closed: words('Not connected', 'The connection is closed.', 'try_again'),

  clipboard_empty: words('The clipboard has no text', 'Copy the value, then try again.'),
  clipboard_refused: words(
    'Could not copy',
    'The desktop refused access to the clipboard.',
    'reveal',
  ),
  paste_not_usable: (f) => ({
    title: 'What you pasted does not fit here',
    text: sentence(f, 'reason', ''),
    actions: [],
  }),
  secret_draft_gone: words('This value is not kept any more', 'Paste or type it again.'),
  ticket_gone: words('This window has ended', 'Open it again from Inchkeep.'),

  sandbox_not_started: (f) => ({
    title: 'The sandbox did not start',
    text: sentence(f, 'reason', ''),
    actions: ['restart_sandbox'],
  }),
  file_not_written: (f) => ({
    title: 'The file could not be written',
    text: sentence(f, 'reason', ''),
    actions: ['try_again'],
  }),
  internal: words(
    'Something in Inchkeep went wrong',
    'This is a defect. The details say where.',
    'try_again',
  ),
};

/** Title, text and actions for a failure, its facts filled in. */
export function errorWords(error: ApiError): ErrorWords {
  const found = table[error.code](error.facts);
  return error.hint === undefined
    ? found
    : { ...found, text: `${found.text} ${error.hint}`.trim() };
}

/** Adds facts that the page knows and the app did not give: which address, which folder. */
export const withFacts = (error: ApiError, facts: Facts): ApiError => ({
  code: error.code,
  message: error.message,
  ...(error.hint !== undefined && { hint: error.hint }),
  ...(error.requestId !== undefined && { requestId: error.requestId }),
  facts: { ...facts, ...error.facts },
});

/** Of an address that was typed just now and belongs to no environment yet. */
export const ofTypedAddress = (error: ApiError): ApiError => withFacts(error, { typed: 'yes' });

/** The whole as one line, for places that have only one. */
export function errorLine(error: ApiError): string {
  const { title, text } = errorWords(error);
  return text === '' ? title : `${title.replace(/\.$/, '')}. ${text}`;
}

/** How many things a failure summary counts: "2 fields need attention". */
export const problemCount = (fields: number) =>
  `${counted(fields, 'field needs', 'fields need')} attention`;
