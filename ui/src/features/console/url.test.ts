import { expect, it } from 'vitest';
import { splitUrl, statusKind, titleOf, withScheme } from './url';

it('splits host and path', () => {
  expect(splitUrl('https://api.1inch.com/swap?x=1')).toEqual({
    host: 'https://api.1inch.com',
    path: '/swap?x=1',
  });
  expect(splitUrl('/swap')).toEqual({ host: '', path: '/swap' });
});

it('names a request by its path, else by its host', () => {
  expect(titleOf('https://api.1inch.com/swap/v5.2?x=1#y')).toBe('/swap/v5.2');
  expect(titleOf('https://api.1inch.com/')).toBe('api.1inch.com');
  expect(titleOf(' ')).toBe('/');
});

it('changes the scheme for a WebSocket and back', () => {
  expect(withScheme('https://a/b', true)).toBe('wss://a/b');
  expect(withScheme('ws://a/b', false)).toBe('http://a/b');
});

it('tells the meaning of a status', () => {
  expect([101, 204, 304, 404, 429, 500].map(statusKind)).toEqual([
    'lit',
    'ok',
    'plain',
    'bad',
    'warn',
    'bad',
  ]);
});
