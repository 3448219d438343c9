import { call, toApiError } from '../../lib/api';
import type { ApiError, EnvironmentView } from '../../lib/api/contract';
import type { ErrorAction } from '../../lib/errors';
import { route } from '../../lib/state/route.svelte';

export type Recoveries = Partial<Record<ErrorAction, () => void>>;

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
