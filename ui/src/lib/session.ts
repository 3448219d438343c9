import type { OAuthClientView, SessionView } from './api/contract';
import { countdown, secondsLeft } from './format';

/** From here on a session counts as expiring, in seconds. */
export const SOON = 120;

export type SessionPhase = 'none' | 'active' | 'soon' | 'expired' | 'ended';

/** How a session stands at a moment. */
export function sessionPhase(session: SessionView | null, now: number): SessionPhase {
  if (!session) return 'none';
  if (session.state === 'sign_in_needed') return 'ended';
  if (!session.expiresAt) return 'active';
  const left = secondsLeft(session.expiresAt, now);
  if (left === 0) return 'expired';
  return left <= SOON ? 'soon' : 'active';
}

/** How long its access token lasts in all: `30 min`, `1 h`, `1 h 30`; null when not known. */
export function lifetime({
  issuedAt,
  expiresAt,
}: Pick<SessionView, 'issuedAt' | 'expiresAt'>): string | null {
  if (expiresAt === null) return null;
  const seconds = Math.round((Date.parse(expiresAt) - Date.parse(issuedAt)) / 1000);
  if (seconds >= 3600 && seconds % 3600 === 0) return `${seconds / 3600} h`;
  if (seconds >= 60 && seconds < 3600 && seconds % 60 === 0) return `${seconds / 60} min`;
  return countdown(seconds);
}

export type ClientAct = 'get_token' | 'sign_in' | 'refresh' | 'use';

/** How a client gets its first token. */
export const firstAct = ({ grant }: Pick<OAuthClientView, 'grant'>): ClientAct =>
  grant === 'client_credentials' ? 'get_token' : 'sign_in';

/** The next sensible act with a client. */
export function nextAct(client: OAuthClientView, now: number): ClientAct {
  const { session } = client;
  const phase = sessionPhase(session, now);
  if (phase === 'active') return 'use';
  if (phase === 'none' || phase === 'ended') return firstAct(client);
  if (client.grant === 'client_credentials') return 'get_token';
  if (session?.hasRefreshToken) return 'refresh';
  // Without a refresh token the last minutes can still be used.
  return phase === 'soon' ? 'use' : 'sign_in';
}

/** How a session gets new tokens. */
export type Renewal = Exclude<ClientAct, 'use'>;

export function renewal({ grant, state, hasRefreshToken }: SessionView): Renewal {
  if (grant === 'client_credentials') return 'get_token';
  return state === 'active' && hasRefreshToken ? 'refresh' : 'sign_in';
}
