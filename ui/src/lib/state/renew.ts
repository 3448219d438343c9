import { call } from '../api';
import type { SessionView } from '../api/contract';
import { clientWords } from '../client-words';
import { renewal } from '../session';
import { announcer } from './announcer.svelte';
import { signIn } from './signin.svelte';

/** Gets new tokens for a session: by its refresh token, by its client's secret, or by signing in. */
export async function renewSession(session: SessionView): Promise<void> {
  const { id, oauthClientId, clientName, state } = session;
  const act = renewal(session);
  if (act === 'sign_in') return signIn.start(oauthClientId);
  // A client whose session is over starts a new one; else this one goes on.
  if (state === 'active') await call('refresh_session', { sessionId: id });
  else await call('get_token', { oauthClientId });
  announcer.say(clientWords.done[act](clientName));
}
