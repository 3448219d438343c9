import { call, toApiError } from '../api';
import type { OAuthClientId } from '../api/contract';
import type { ErrorAction } from '../errors';
import { app } from './app.svelte';
import { clipboard } from './clipboard.svelte';
import { route, type Place } from './route.svelte';

/**
 * Buttons of a failure that lead away from it, for `<ErrorNote on>`. `leave` runs first, such as
 * closing the sheet that shows the failure.
 */
export function failurePlaces(
  oauthClientId?: OAuthClientId | null,
  leave?: () => void,
): Partial<Record<ErrorAction, () => void>> {
  const to = (place: Place) => () => {
    leave?.();
    route.go(place);
  };
  const client = oauthClientId ? to({ page: 'client', oauthClientId }) : undefined;
  const environment = to({ page: 'settings', section: 'environments' });
  return {
    edit_environment: environment,
    edit_address: environment,
    change_timeout: to({ page: 'settings', section: 'requests' }),
    open_server: to({ page: 'server' }),
    open_portal: () => void openPortal(),
    ...(client && { open_client: client, edit_scopes: client, change_port: client }),
  };
}

async function openPortal(): Promise<void> {
  if (!app.environment) return;
  try {
    await call('open_portal', { environmentId: app.environment.id });
  } catch (caught) {
    // There is no place of its own for it; the status bar tells what did not work.
    clipboard.error = toApiError(caught);
  }
}
