import { beforeEach, expect, it, vi } from 'vitest';
import { useBackend } from '../../lib/api';
import { Failure } from '../../lib/api/failure';
import type {
  ApiKeyId,
  Draft,
  EnvironmentId,
  ExchangeView,
  SessionId,
} from '../../lib/api/contract';
import { EditableDraft, emptyDraft } from './draft.svelte';
import { RequestTab } from './tab.svelte';

type Answer = (request: Record<string, unknown>) => unknown;
let answers: Record<string, Answer>;
const calls: [string, unknown][] = [];

const answered = (status: number) =>
  ({
    id: `exchange-${status}`,
    outcome: { kind: 'answer', status, reason: '' },
    timing: { totalUs: 1000 },
    requestId: null,
  }) as ExchangeView;

const tab = () => {
  const made = new RequestTab('env' as EnvironmentId, emptyDraft('https://api.1inch.com/x'));
  made.credential = { kind: 'api_key', id: 'key' as ApiKeyId };
  return made;
};

beforeEach(() => {
  calls.length = 0;
  answers = { send: () => answered(200), cancel_send: () => null };
  useBackend({
    call: (name, request) => {
      calls.push([name, request]);
      return Promise.resolve().then(() => answers[name]?.(request as Record<string, unknown>));
    },
    listen: () => Promise.resolve(() => undefined),
    zoom: () => Promise.resolve(false),
  });
});

it('asks before a credential goes to another host, and only that time', async () => {
  answers['send'] = ({ allowForeignHost }) => {
    if (allowForeignHost) return answered(200);
    throw new Failure({ code: 'foreign_host', message: '', facts: { host: 'example.com' } });
  };
  const request = tab();
  await request.send();
  expect(request.guard?.facts['host']).toBe('example.com');
  await request.send({ allowForeignHost: true });
  expect([request.guard, request.exchange?.id]).toEqual([null, 'exchange-200']);
  await request.send();
  expect(request.guard).not.toBeNull();
});

it('sends no credential when that was chosen', async () => {
  await tab().send({ withoutCredential: true });
  expect(calls[0]?.[1]).toMatchObject({ credential: null, allowForeignHost: false });
});

it('cancels the request that runs, by its id', async () => {
  const request = tab();
  const sent = request.send();
  request.cancel();
  await vi.waitFor(() => expect(calls.map(([name]) => name)).toEqual(['send', 'cancel_send']));
  const [send, cancel] = calls.map(([, body]) => body as { sendId: string });
  expect(cancel?.sendId).toBe(send?.sendId);
  await sent;
  expect(request.sending).toBeNull();
});

it('puts a session in the header, whatever was chosen for a key', () => {
  const request = tab();
  request.placement = 'query';
  request.setCredential({ kind: 'session', id: 'session' as SessionId });
  expect(request.placement).toBe('header');
});

it('becomes a WebSocket by its address, and a request again', () => {
  const request = tab();
  request.setUrl('wss://api.1inch.com/web3/1');
  expect(request.isSocket).toBe(true);
  request.setUrl('https://api.1inch.com/x');
  expect([request.isSocket, request.draft.method]).toEqual([false, 'GET']);
});

it('shows the body when its JSON was refused', async () => {
  answers['send'] = () => {
    throw new Failure({ code: 'invalid_json', message: '', facts: { line: '3' } });
  };
  const request = tab();
  await request.send();
  expect([request.part, request.error?.code]).toEqual(['body', 'invalid_json']);
});

it('sends a query once, whether it was typed in the URL or in rows', async () => {
  const request = tab();
  request.setUrl('https://api.1inch.com/x?a=1');
  request.draft.params.push({ name: 'b', value: 'x y', enabled: true });
  request.draft.params.push({ name: 'off', value: '1', enabled: false });
  request.draft.writeParams();
  await request.send();
  expect(calls[0]?.[1]).toMatchObject({
    draft: {
      url: 'https://api.1inch.com/x?a=1&b=x+y',
      params: [{ name: 'off', value: '1', enabled: false }],
    },
  });
  // Opened again from the history it shows the same rows.
  const { draft } = calls[0]?.[1] as { draft: Draft };
  const again = new EditableDraft(draft);
  expect([again.url, again.params.map(({ name }) => name)]).toEqual([draft.url, ['a', 'b', 'off']]);
});

it('says that the credential is gone until another one is chosen', async () => {
  answers['send'] = () => {
    throw new Failure({ code: 'not_found', message: '', facts: { what: 'session' } });
  };
  const request = tab();
  await request.send();
  expect(request.credentialGone).toBe(true);
  request.setCredential(null);
  expect([request.credentialGone, request.error]).toEqual([false, null]);
});
