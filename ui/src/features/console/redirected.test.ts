import { expect, it } from 'vitest';
import type { Draft } from '../../lib/api/contract';
import { redirected } from './desk.svelte';

const draft: Draft = {
  method: 'POST',
  url: 'https://api.1inch.com/a',
  params: [{ name: 'apiKey', value: 'x', enabled: true }],
  headers: [
    { name: 'accept', value: 'application/json', enabled: true },
    { name: 'X-Api-Key', value: 'x', enabled: true },
    { name: 'Authorization', value: 'x', enabled: true },
  ],
  body: { kind: 'json', text: '{}' },
};
const target = 'https://elsewhere.example.net/b';

it('leaves every header and parameter that may hold a credential behind', () => {
  const next = redirected(draft, 307, target);
  expect(next.headers.map(({ name }) => name)).toEqual(['accept']);
  expect(next.params).toEqual([]);
  expect(next.url).toBe(target);
});

it('repeats method and body for 307 and 308 only', () => {
  const next = (status: number, method = 'POST') => {
    const { method: chosen, body } = redirected({ ...draft, method }, status, target);
    return `${chosen} ${body.kind}`;
  };
  expect(next(307)).toBe('POST json');
  expect(next(308)).toBe('POST json');
  expect(next(302)).toBe('GET none');
  expect(next(303, 'PUT')).toBe('GET none');
  expect(next(303, 'HEAD')).toBe('HEAD none');
});
