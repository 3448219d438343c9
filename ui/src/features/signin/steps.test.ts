import { expect, it } from 'vitest';
import type { SignInView } from '../../lib/api/contract';
import { pasteProblem } from './paste';
import { addressStart, checklist } from './steps';

const view = (more: Partial<SignInView> = {}) =>
  ({ listeningOn: '127.0.0.1:43117', browserFailed: false, ...more }) as SignInView;
const states = (steps: ReturnType<typeof checklist>) => steps.map(({ state }) => state);

it('ticks off the steps before the one that is under way', () => {
  expect(states(checklist(view(), 3))).toEqual(['done', 'done', 'now', 'todo', 'todo']);
  expect(states(checklist(view(), 6))).toEqual(['done', 'done', 'done', 'done', 'done']);
  expect(checklist(view(), 3)[1]).toMatchObject({ text: 'Listening on', value: '127.0.0.1:43117' });
});

it('warns at the third step, and only while that is under way, when no browser opened', () => {
  const failed = view({ browserFailed: true });
  expect(checklist(failed, 3)[2]).toMatchObject({ text: 'No browser opened', state: 'warn' });
  expect(checklist(failed, 4)[2]).toMatchObject({ state: 'done' });
});

it('claims nothing before the app has begun, and no listener where there is none', () => {
  expect(checklist(null, 1).map(({ text }) => text)).toEqual([
    'Create a one-time PKCE challenge',
    'Listen for the answer on this computer',
    'Waiting for your approval',
    'Check state, exchange the code',
    'Save the tokens in your vault',
  ]);
  const [, second] = checklist(view({ listeningOn: null }), 3);
  expect(second?.text).toMatch(/^The answer goes to another program/);
  expect(second?.value).toBeUndefined();
});

it('says how the address starts, without port, path and query', () => {
  expect(addressStart('http://127.0.0.1:43117/callback?x=1')).toBe('http://127.0.0.1');
});

it('says why an address was not taken in one sentence', () => {
  const said = (code: Parameters<typeof pasteProblem>[0]['code'], facts = {}) =>
    pasteProblem({ code, message: '', facts });
  expect(said('not_an_address')).toBe('That is not an address.');
  expect(said('no_code_in_address')).toBe('This address has no code in it.');
  expect(said('not_the_redirect_address', { redirect: 'http://127.0.0.1:4/callback' })).toBe(
    'This is not the address the sign-in returns to. It starts with http://127.0.0.1:4/callback.',
  );
  expect(said('address_of_another_sign_in')).toBe('This address belongs to another sign-in.');
  expect(said('code_already_used')).toBe('This code was already used.');
  expect(said('sign_in_refused', { error: 'access_denied' })).toBe(
    'The server answered access_denied.',
  );
});
