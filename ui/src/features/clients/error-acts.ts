import { call } from '../../lib/api';
import type { EnvironmentView } from '../../lib/api/contract';
import type { ErrorAction } from '../../lib/errors';
import { route, type Place } from '../../lib/state/route.svelte';

type Acts = Partial<Record<ErrorAction, () => void>>;

/** What the buttons of a failure do wherever it shows. `leave` closes what stands over the page. */
export function errorActs(
  environment: EnvironmentView,
  retry: () => void,
  failed: (caught: unknown) => void,
  leave: () => void = () => undefined,
): Acts {
  const go = (place: Place) => () => {
    leave();
    route.go(place);
  };
  const run = (work: () => Promise<unknown>) => () => void work().catch(failed);
  const environments = go({ page: 'settings', section: 'environments' });
  return {
    edit_environment: environments,
    edit_address: environments,
    change_timeout: go({ page: 'settings', section: 'requests' }),
    open_server: go({ page: 'server' }),
    ...(environment.portal && {
      open_portal: run(() => call('open_portal', { environmentId: environment.id })),
    }),
    ...(environment.kind === 'sandbox' && {
      restart_sandbox: run(async () => {
        await call('restart_sandbox');
        retry();
      }),
    }),
  };
}
