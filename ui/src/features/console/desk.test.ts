import { expect, it } from 'vitest';
import type { ApiKeyId, EnvironmentId, EnvironmentView } from '../../lib/api/contract';
import { Desk } from './desk.svelte';
import { EXAMPLE_PATH } from './url';

const environment = {
  id: 'env' as EnvironmentId,
  apiBase: 'https://api.1inch.com',
} as EnvironmentView;
const credential = { kind: 'api_key' as const, id: 'key' as ApiKeyId };

it('uses a credential for a documented request, in the open tab while that is untouched', () => {
  const desk = new Desk(environment);
  desk.use(credential);
  expect(desk.tabs).toHaveLength(1);
  expect(desk.tab.credential).toEqual(credential);
  expect(desk.tab.title).toBe(EXAMPLE_PATH);
  expect(desk.tab.draft.edited).toBe(false);
});

it('leaves what was written in the open tab alone', () => {
  const desk = new Desk(environment);
  desk.tab.setUrl('https://api.1inch.com/mine?x=1');
  desk.use(credential);
  expect(desk.tabs.map(({ title }) => title)).toEqual(['/mine', EXAMPLE_PATH]);
});
