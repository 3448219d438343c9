import { expect, it } from 'vitest';
import { retryAt } from './retryAfter';

const at = '2026-04-28T13:02:11.000Z';
const asked = (value: string) => retryAt([{ name: 'Retry-After', value }], at);

it('counts seconds from the answer', () => {
  expect(asked('41')).toBe('2026-04-28T13:02:52.000Z');
});

it('takes a date as it is', () => {
  expect(asked('Tue, 28 Apr 2026 13:05:00 GMT')).toBe('2026-04-28T13:05:00.000Z');
});

it('knows nothing without one that can be read', () => {
  expect(asked('soon')).toBeNull();
  expect(retryAt([{ name: 'date', value: '41' }], at)).toBeNull();
});
