import { expect, it } from 'vitest';
import { hasServerPath, redirectUriProblem, splitScopes } from './redirect-uris';
import { words } from './words';

it('takes https anywhere, and http on this computer only', () => {
  for (const uri of [
    'https://myapp.example/callback',
    'http://127.0.0.1/callback',
    'http://127.0.0.1:43117/callback?x=1',
    'http://[::1]/callback',
  ]) {
    expect(redirectUriProblem(uri)).toBeNull();
  }
  for (const uri of [
    'http://myapp.example/callback',
    'myapp://callback',
    'https:myapp.example',
    'https:///callback',
    'callback',
    'https://my app.example/',
    'http://127.0.0.1.example.net/callback',
  ]) {
    expect(redirectUriProblem(uri)).toBe(words.form.httpsOrLoopback);
  }
});

it('says what else is wrong with a redirect URI', () => {
  expect(redirectUriProblem(' ')).toBe(words.form.enterUri);
  expect(redirectUriProblem('https://myapp.example/#done')).toBe(words.form.fragment);
  expect(redirectUriProblem('https://me@myapp.example/')).toBe(words.form.userName);
});

it('splits scopes at any white space, each once', () => {
  expect(splitScopes(' swap  history\nswap ')).toEqual(['swap', 'history']);
  expect(splitScopes('  ')).toEqual([]);
});

it('knows the path that stands for a server', () => {
  expect(hasServerPath('http://127.0.0.1:43117/callback/vY4c1a_ab-Z09xyz')).toBe(true);
  expect(hasServerPath('http://127.0.0.1/callback')).toBe(false);
  expect(hasServerPath('https://myapp.example/callback/done')).toBe(false);
});
