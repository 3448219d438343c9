import { expect, it } from 'vitest';
import type { OAuthClientView, SessionView } from './api/contract';
import { lifetime, nextAct, renewal, sessionPhase } from './session';

const NOW = Date.parse('2026-04-28T13:00:00Z');
const session = (left: number | null, more: Partial<SessionView> = {}) =>
  ({
    state: 'active',
    hasRefreshToken: false,
    expiresAt: left === null ? null : new Date(NOW + left * 1000).toISOString(),
    ...more,
  }) as SessionView;
const client = (grant: OAuthClientView['grant'], own: SessionView | null) =>
  ({ grant, session: own }) as OAuthClientView;

it('tells how a session stands by its state and the time that is left', () => {
  expect(sessionPhase(null, NOW)).toBe('none');
  expect(sessionPhase(session(null), NOW)).toBe('active');
  expect(sessionPhase(session(121), NOW)).toBe('active');
  expect(sessionPhase(session(120), NOW)).toBe('soon');
  expect(sessionPhase(session(0), NOW)).toBe('expired');
  expect(sessionPhase(session(500, { state: 'sign_in_needed' }), NOW)).toBe('ended');
});

it('tells how long a token lasts in the unit that fits', () => {
  const lasts = (seconds: number) =>
    lifetime({
      issuedAt: new Date(NOW).toISOString(),
      expiresAt: new Date(NOW + seconds * 1000).toISOString(),
    });
  expect([45, 60, 90, 1800, 3600, 5400, 28_800].map(lasts)).toEqual([
    '45 s',
    '1 min',
    '1:30',
    '30 min',
    '1 h',
    '1 h 30',
    '8 h',
  ]);
  expect(lifetime({ issuedAt: new Date(NOW).toISOString(), expiresAt: null })).toBeNull();
});

it('offers what the client can do next', () => {
  const refreshable = { hasRefreshToken: true };
  const server = 'client_credentials';
  const person = 'authorization_code';
  expect(nextAct(client(server, null), NOW)).toBe('get_token');
  expect(nextAct(client(person, null), NOW)).toBe('sign_in');
  expect(nextAct(client(server, session(500)), NOW)).toBe('use');
  expect(nextAct(client(server, session(60)), NOW)).toBe('get_token');
  expect(nextAct(client(person, session(60, refreshable)), NOW)).toBe('refresh');
  expect(nextAct(client(person, session(-60, refreshable)), NOW)).toBe('refresh');
  expect(nextAct(client(person, session(60)), NOW)).toBe('use');
  expect(nextAct(client(person, session(-60)), NOW)).toBe('sign_in');
});

it('renews by the refresh token, by the client secret, or by a new sign-in', () => {
  const own = (more: Partial<SessionView>) =>
    renewal(session(600, { grant: 'authorization_code', ...more }));
  expect(own({ hasRefreshToken: true })).toBe('refresh');
  expect(own({})).toBe('sign_in');
  expect(own({ hasRefreshToken: true, state: 'sign_in_needed' })).toBe('sign_in');
  expect(own({ grant: 'client_credentials' })).toBe('get_token');
});
