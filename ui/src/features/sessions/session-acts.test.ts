import { expect, it } from 'vitest';
import type { SessionView } from '../../lib/api/contract';
import { crossed, hasEnded } from './session-acts';

const NOW = Date.parse('2026-04-28T13:00:00Z');
const session = (more: Partial<SessionView> & { left?: number }) =>
  ({
    grant: 'authorization_code',
    state: 'active',
    hasRefreshToken: false,
    expiresAt: new Date(NOW + (more.left ?? 600) * 1000).toISOString(),
    ...more,
  }) as SessionView;

it('has ended when it is past and nothing renews it', () => {
  expect(hasEnded(session({ left: 1 }), NOW)).toBe(false);
  expect(hasEnded(session({ left: 0 }), NOW)).toBe(true);
  expect(hasEnded(session({ left: 0, hasRefreshToken: true }), NOW)).toBe(false);
  expect(hasEnded(session({ left: 0, grant: 'client_credentials' }), NOW)).toBe(false);
  expect(hasEnded(session({ state: 'sign_in_needed', hasRefreshToken: true }), NOW)).toBe(true);
  expect(hasEnded(session({ expiresAt: null }), NOW)).toBe(false);
});

it('tells the end once for each moment, and only the last one after a pause', () => {
  expect(crossed(121, 120)).toBe(120);
  expect(crossed(120, 119)).toBeUndefined();
  expect(crossed(1, 0)).toBe(0);
  expect(crossed(400, 20)).toBe(30);
  expect(crossed(10, 3600)).toBeUndefined();
});
