import { call, toApiError } from '../../lib/api';
import type { ApiError, EnvironmentView } from '../../lib/api/contract';
import type { ErrorAction } from '../../lib/errors';
import { route } from '../../lib/state/route.svelte';
import { signIn } from '../../lib/state/signin.svelte';
import type { RequestTab } from './tab.svelte';

export type Recoveries = Partial<Record<ErrorAction, () => void>>;

/** What else the buttons do when the credential that was chosen is gone. */
export function withoutCredential(
  fixes: Recoveries,
  tab: RequestTab,
  openCredentials: () => void,
  send: () => void,
): Recoveries {
  const { sign_in: elsewhere, ...others } = fixes;
  const client = tab.lastSeen?.signInWith;
  const signInHere = () => {
    if (!client) return;
    tab.awaitedClient = client;
    void signIn.start(client);
  };
  const gone = tab.credentialGone;
  const sign_in = gone ? client && signInHere : elsewhere;
  return {
    ...others,
    ...(sign_in && { sign_in }),
    choose_credential: openCredentials,
    send_without: () => {
      tab.setCredential(null);
      send();
    },
  };
}

/** What the buttons of a failed request do, beside trying it again. */
export function recoveries(
  { kind }: EnvironmentView,
  failed: (error: ApiError) => void,
): Recoveries {
  const restart = () => {
    call('restart_sandbox').catch((caught: unknown) => failed(toApiError(caught)));
  };
  return {
    edit_environment: () => route.go({ page: 'settings', section: 'environments' }),
    change_timeout: () => route.go({ page: 'settings', section: 'requests' }),
    sign_in: () => route.go({ page: 'sessions' }),
    open_server: () => route.go({ page: 'server' }),
    ...(kind === 'sandbox' && { restart_sandbox: restart }),
  };
}
