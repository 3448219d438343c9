import type { ApplicationView, CredentialRef } from '../../lib/api/contract';
import { sessionPhase } from '../../lib/session';

/** The credential of an application to try a request with: the one used last that still works. */
export function bestCredential(view: ApplicationView, now: number): CredentialRef | undefined {
  const usable: { credential: CredentialRef; lastUsed: string | null }[] = view.apiKeys
    .filter((key) => key.lastStatus !== 401)
    .map(({ id, lastUsed }) => ({ credential: { kind: 'api_key', id }, lastUsed }));
  for (const { session } of view.oauthClients) {
    const phase = sessionPhase(session, now);
    if (session && (phase === 'active' || phase === 'soon')) {
      const { id, lastUsed } = session;
      usable.push({ credential: { kind: 'session', id }, lastUsed });
    }
  }
  usable.sort((one, other) => (other.lastUsed ?? '').localeCompare(one.lastUsed ?? ''));
  return usable[0]?.credential;
}
