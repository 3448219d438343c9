import { expect, it } from 'vitest';
import { errorActions, errorLine, errorWords, ofTypedAddress } from './errors';

it('fills the facts in', () => {
  const words = errorWords({
    code: 'connection_refused',
    message: 'refused',
    facts: { host: '127.0.0.1', port: '8417' },
  });
  expect(words.title).toBe('Nothing is listening at 127.0.0.1:8417');
  expect(words.actions.map((action) => errorActions[action])).toEqual([
    'Try again',
    'Restart Sandbox',
  ]);
});

it('speaks of an address that was just typed, and of no environment', () => {
  const of = (code: 'unreachable' | 'connection_refused') =>
    errorWords(ofTypedAddress({ code, message: '', facts: { host: '127.0.0.1', port: '1' } }));
  for (const words of [of('unreachable'), of('connection_refused')]) {
    expect(words.actions).toEqual(['try_again', 'edit_address']);
    expect(words.text).not.toMatch(/Sandbox|environment/);
  }
});

it('reads well without facts', () => {
  const words = errorWords({ code: 'unreachable', message: 'dns', facts: {} });
  expect(words.title).toBe('Could not reach the server');
  expect(errorWords({ code: 'port_busy', message: '', facts: {} }).title).toBe('Port is in use');
});

it('ends a reason with one full stop', () => {
  const at = (reason: string) =>
    errorWords({ code: 'tls_untrusted', message: '', facts: { reason } }).text;
  expect(at('It expired on 3 May')).toMatch(/^It expired on 3 May\. Inchkeep/);
  expect(at('It expired.')).toMatch(/^It expired\. Inchkeep/);
});

it('adds the hint of the layer that knows better', () => {
  const words = errorWords({ code: 'locked', message: '', hint: 'Try the keyring.', facts: {} });
  expect(words.text).toBe('Unlock the vault, then try again. Try the keyring.');
});

it('makes one line of title and text', () => {
  expect(errorLine({ code: 'not_an_address', message: '', facts: {} })).toBe(
    'That is not an address.',
  );
  expect(errorLine({ code: 'timed_out', message: '', facts: { seconds: '5' } })).toBe(
    'No answer within 5 s. The request may still have been processed.',
  );
});
