import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useBackend } from '../api';
import { Failure } from '../api/failure';
import type { OAuthClientId, SignInId, SignInStage, SignInView } from '../api/contract';
import { deliver } from './events';
import { signIn } from './signin.svelte';

const client = 'client-1' as OAuthClientId;
const view = (stage: SignInStage, more: Partial<SignInView> = {}) =>
  ({
    id: 'sign-in-1' as SignInId,
    oauthClientId: client,
    stage,
    error: null,
    ...more,
  }) as SignInView;
const event = (data: SignInView) => deliver({ event: 'sign_in', data });

let called: string[];
let answers: Record<string, () => unknown>;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  called = [];
  answers = {
    sign_in: () => view('waiting_for_approval'),
    cancel_sign_in: () => view('cancelled'),
  };
  useBackend({
    call: (name) => {
      called.push(name);
      return Promise.resolve().then(() => answers[name]?.() as never);
    },
    listen: () => Promise.resolve(() => undefined),
    zoom: () => Promise.resolve(false),
  });
  stop = signIn.listen();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

it('goes on one step at a time, and is done when the last one was seen', async () => {
  await signIn.start(client);
  expect(signIn.step).toBe(3);
  event(view('done'));
  expect([signIn.step, signIn.done]).toEqual([4, false]);
  await vi.advanceTimersByTimeAsync(300);
  expect([signIn.step, signIn.done]).toEqual([5, false]);
  await vi.advanceTimersByTimeAsync(300);
  expect([signIn.step, signIn.done]).toEqual([6, true]);
});

it('takes what events told before the answer came, and never goes back', async () => {
  answers['sign_in'] = () => {
    event(view('exchanging'));
    return view('waiting_for_approval');
  };
  await signIn.start(client);
  expect(signIn.view?.stage).toBe('exchanging');
  event(view('waiting_for_approval'));
  expect(signIn.view?.stage).toBe('exchanging');
});

it('is not moved by another sign-in', async () => {
  await signIn.start(client);
  event(view('done', { id: 'sign-in-2' as SignInId }));
  expect(signIn.view?.stage).toBe('waiting_for_approval');
});

it('stops in the app what was given up before its id was known', async () => {
  const started = signIn.start(client);
  await signIn.cancel();
  await started;
  expect(called).toEqual(['sign_in', 'cancel_sign_in']);
  expect([signIn.oauthClientId, signIn.view]).toEqual([null, null]);
});

it('closes when it is cancelled, also when the app does not know it any more', async () => {
  await signIn.start(client);
  await signIn.cancel();
  expect(signIn.oauthClientId).toBeNull();

  answers['cancel_sign_in'] = () => {
    throw new Failure({ code: 'not_found', message: '', facts: {} });
  };
  await signIn.start(client);
  await signIn.cancel();
  expect(signIn.oauthClientId).toBeNull();
});

it('stays open when it is too late to cancel', async () => {
  answers['cancel_sign_in'] = () => view('saving');
  await signIn.start(client);
  await signIn.cancel();
  expect(signIn.view?.stage).toBe('saving');
});

it('keeps why it could not begin, and forgets that with a new try', async () => {
  answers['sign_in'] = () => {
    throw new Failure({ code: 'port_busy', message: '', facts: { port: '43117' } });
  };
  await signIn.start(client);
  expect(signIn.error?.code).toBe('port_busy');
  answers['sign_in'] = () => view('waiting_for_approval');
  await signIn.again({ anyPortOnce: true });
  expect(signIn.error).toBeNull();
});

it('says at the field why an address was not taken, and goes on waiting', async () => {
  answers['paste_redirect_address'] = () => {
    throw new Failure({ code: 'not_an_address', message: '', facts: {} });
  };
  await signIn.start(client);
  await signIn.pasteAddress();
  expect(signIn.pasteError?.code).toBe('not_an_address');
  expect(signIn.error).toBeNull();
  answers['paste_redirect_address'] = () => view('exchanging');
  await signIn.pasteAddress();
  expect([signIn.pasteError, signIn.view?.stage]).toEqual([null, 'exchanging']);
});
