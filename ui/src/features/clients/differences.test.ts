import { expect, it } from 'vitest';
import { differencesIn } from './differences';

it('finds what the server changed', () => {
  const name = { member: 'client_name', asked: 'Worker', got: 'worker-1' };
  const scope = { member: 'scope', asked: 'swap', got: null };
  const answer = { client_id: 'cl_1', differs_from_the_request: [name, scope, 'other', null, {}] };
  expect(differencesIn(JSON.stringify(answer))).toEqual([name, scope]);
});

it('finds nothing where nothing is said', () => {
  for (const answer of [null, '', 'null', '{}', '{"differs_from_the_request":"x"}', '{"cl']) {
    expect(differencesIn(answer)).toEqual([]);
  }
});
