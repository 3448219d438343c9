import { beforeEach, expect, it, vi } from 'vitest';
import { useBackend } from '../../lib/api';
import type {
  ApiError,
  ApplicationKey,
  ApplicationRow,
  EnvironmentId,
  OAuthClientView,
  SecretDraft,
  SecretDraftId,
} from '../../lib/api/contract';
import { lists } from '../../lib/state/lists.svelte';
import { ClientForm } from './client-form.svelte';
import { words } from './words';

const router = 'app-router' as ApplicationKey;
const sandbox = 'env-sandbox' as EnvironmentId;
const client = { name: 'Worker' } as OAuthClientView;

const draft = (id: string): SecretDraft => ({
  id: id as SecretDraftId,
  looksLike: 'text',
  lengthClass: '32 to 63 characters',
  last4: 'q8Zd',
  alreadySavedAs: null,
});
const failure = (code: ApiError['code'], facts: ApiError['facts'] = {}): ApiError => ({
  code,
  message: '',
  facts,
});

let calls: [name: string, request: unknown][] = [];
let answers: Record<string, () => unknown> = {};
const called = (name: string) => calls.filter(([of]) => of === name).map(([, request]) => request);

function filled(): ClientForm {
  const form = new ClientForm(router, 'register');
  form.name = ' Worker ';
  form.token = draft('token-1');
  return form;
}

beforeEach(() => {
  calls = [];
  answers = { register_client: () => client, import_client: () => client };
  useBackend({
    call: async (name, request) => {
      calls.push([name, request]);
      return Promise.resolve(answers[name]?.() ?? null);
    },
    listen: () => Promise.resolve(() => undefined),
    zoom: () => Promise.resolve(false),
  });
  lists.applications.rows = [
    { key: router, name: 'Treasury Router', applicationId: 'app_01' } as ApplicationRow,
  ];
});

function refuse(name: string, error: ApiError) {
  answers[name] = () => {
    // Failures are plain data on the wire.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw error;
  };
}

it('registers with what was filled in, and without redirect URIs when nobody signs in', async () => {
  const form = filled();
  form.scopes = 'swap  history';
  await form.submit();
  expect(form.created).toEqual(client);
  expect(called('register_client')).toEqual([
    {
      application: router,
      name: 'Worker',
      grant: 'client_credentials',
      redirectUris: [],
      refreshToken: false,
      scopes: ['swap', 'history'],
      portalToken: 'token-1',
      keepPortalToken: false,
    },
  ]);
});

it('sends nothing while a field needs attention', async () => {
  const form = new ClientForm(router, 'register');
  form.grant = 'authorization_code';
  form.hasKeptToken = false;
  form.uris = [{ text: 'http://myapp.example/', problem: null }];
  await form.submit();
  expect(form.problems.name).toBe(words.form.enterName);
  expect(form.problems.token).toBe(words.form.enterToken);
  expect(form.uris[0]?.problem).toBe(words.form.httpsOrLoopback);
  expect(form.problemCount).toBe(3);
  expect(calls).toEqual([]);
});

it('asks for an application with an ID only when a person signs in', async () => {
  lists.applications.rows = [
    { key: router, name: 'Treasury Router', applicationId: '' } as ApplicationRow,
  ];
  const form = filled();
  form.check('application');
  expect(form.problems.application).toBeNull();
  form.grant = 'authorization_code';
  await form.submit();
  expect(form.problems.application).toBe(words.form.noApplicationId);
  expect(called('register_client')).toEqual([]);
});

it('uses the kept portal token without asking for another', async () => {
  answers['preview_registration'] = () => ({ keptPortalToken: true });
  const form = filled();
  form.token = null;
  await form.readKeptToken();
  form.keepToken = true;
  await form.submit();
  expect(form.problemCount).toBe(0);
  expect(called('register_client')).toMatchObject([{ portalToken: null, keepPortalToken: false }]);
});

it('waits for the token that the sandbox makes', async () => {
  let make: (made: SecretDraft) => void = () => undefined;
  answers['sandbox_portal_token'] = () => new Promise((resolve) => (make = resolve));
  const form = filled();
  form.token = null;
  form.hasKeptToken = false;
  const comes = form.useSandboxToken(sandbox);
  const sent = form.submit();
  expect(form.busy).toBe(true);
  await vi.waitFor(() => expect(called('sandbox_portal_token')).toHaveLength(1));
  make(draft('token-2'));
  await Promise.all([comes, sent]);
  expect(called('register_client')).toMatchObject([{ portalToken: 'token-2' }]);
});

it.each([
  ['name', 'name'],
  ['scopes', 'scopes'],
  ['application', 'application'],
] as const)('puts what the app says of %s at its field', async (field, at) => {
  refuse('register_client', failure('invalid_field', { field, reason: 'It is wrong.' }));
  const form = filled();
  await form.submit();
  expect(form.problems[at]).toBe('It is wrong.');
  expect(form.error).toBeNull();
});

it('keeps the token when the server refuses, so that a second try needs no paste', async () => {
  refuse('register_client', failure('registration_refused'));
  const form = filled();
  await form.submit();
  expect(form.error?.code).toBe('registration_refused');
  expect(form.token?.id).toBe('token-1');
  expect(form.busy).toBe(false);
});

it('asks for the token again when it is not held any more', async () => {
  refuse('register_client', failure('secret_draft_gone'));
  const form = filled();
  await form.submit();
  expect(form.token).toBeNull();
  expect(form.problems.token).toBe(words.form.draftGone);
});

it('marks the one redirect URI that the server refused', async () => {
  refuse('register_client', failure('redirect_uri_refused'));
  const form = filled();
  form.grant = 'authorization_code';
  await form.submit();
  expect(form.uris[0]?.problem).toBe(words.form.refusedUri);
  expect(form.error?.code).toBe('redirect_uri_refused');
});

it('tells a cancelled registration from a failed one', async () => {
  refuse('register_client', failure('cancelled'));
  const form = filled();
  await form.submit();
  expect(form.cancelled).toBe(true);
  expect(form.error).toBeNull();
});

it('stops a registration only while one runs', async () => {
  const form = filled();
  await form.stop();
  expect(called('cancel_registration')).toEqual([]);
  const sent = form.submit();
  await form.stop();
  await sent;
  expect(called('cancel_registration')).toHaveLength(1);
});

it('takes over what was pasted and drops the secret of an earlier paste', async () => {
  answers['paste_client'] = () => ({
    name: null,
    clientId: 'cl_1',
    grant: 'authorization_code',
    redirectUris: ['https://myapp.example/callback'],
    scopes: ['swap', 'history'],
    secret: draft('secret-2'),
  });
  const form = new ClientForm(router, 'import');
  form.name = 'Partner';
  form.secret = draft('secret-1');
  expect(await form.paste()).toBe('cl_1');
  await form.submit();
  expect(called('discard_secret')).toEqual([{ id: 'secret-1' }]);
  expect(called('import_client')).toEqual([
    {
      application: router,
      name: 'Partner',
      clientId: 'cl_1',
      grant: 'authorization_code',
      redirectUris: ['https://myapp.example/callback'],
      scopes: ['swap', 'history'],
      secret: 'secret-2',
      fromPortal: true,
    },
  ]);
});

it('says of a client that was typed in, or over what was pasted, that the portal did not give it', async () => {
  answers['paste_client'] = () => ({
    name: 'Partner',
    clientId: 'cl_1',
    grant: 'authorization_code',
    redirectUris: [],
    scopes: [],
    secret: null,
  });
  const form = new ClientForm(router, 'import');
  await form.paste();
  form.clientId = 'cl_2';
  await form.submit();
  expect(called('import_client')).toMatchObject([{ clientId: 'cl_2', fromPortal: false }]);
});

it('names the client that has the same ID already', async () => {
  refuse('import_client', failure('duplicate', { name: 'Desktop sign-in' }));
  const form = new ClientForm(router, 'import');
  form.name = 'Partner';
  form.clientId = 'cl_1';
  form.secret = draft('secret-1');
  await form.submit();
  expect(form.problems.clientId).toBe('This client is already saved as Desktop sign-in.');
});

it('imports a public client for sign-in, but no server-to-server client without a secret', async () => {
  const form = new ClientForm(router, 'import');
  form.name = 'Partner';
  form.clientId = 'cl_1';
  await form.submit();
  expect(form.problems.secret).toBe(words.import.needsSecret);
  form.grant = 'authorization_code';
  await form.submit();
  expect(form.created).toEqual(client);
});

it('drops what is held for it', async () => {
  const form = filled();
  form.discard('token', 'secret');
  expect(form.token).toBeNull();
  await vi.waitFor(() => expect(called('discard_secret')).toEqual([{ id: 'token-1' }]));
});
