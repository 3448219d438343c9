import type {
  ApplicationKey,
  CredentialRef,
  ExchangeId,
  OAuthClientId,
  SessionId,
} from '../api/contract';

export type SettingsSection =
  'environments' | 'vault' | 'secrets' | 'requests' | 'appearance' | 'shortcuts' | 'about';

/** What an application's page starts to add when it opens. */
export type Adding = 'api_key' | 'import_client' | 'register_client';

/**
 * Where the person is. There is no address bar, so a place is plain data; it can
 * carry what to do there: a credential to use, an exchange to show, a dialog to open.
 */
export type Place =
  | { page: 'console'; use?: CredentialRef; exchange?: ExchangeId; focus?: 'url' | 'search' }
  | { page: 'sessions'; session?: SessionId }
  | { page: 'server' }
  | { page: 'applications'; adding?: true }
  | { page: 'application'; application: ApplicationKey; adding?: Adding }
  | { page: 'client'; oauthClientId: OAuthClientId }
  | { page: 'settings'; section: SettingsSection };

class Route {
  place = $state.raw<Place>({ page: 'console' });
  /** The application that the page belongs to, once the page knows it. */
  application = $state.raw<ApplicationKey | null>(null);

  go(place: Place): void {
    this.place = place;
    this.application = null;
  }

  /** Whether the page of `place` is on screen, or one below it; for `aria-current`. */
  isAt(place: Place): boolean {
    const here = this.place;
    if (place.page === 'application') {
      const shown = here.page === 'application' ? here.application : this.application;
      return shown === place.application;
    }
    if (place.page === 'client') {
      return here.page === 'client' && here.oauthClientId === place.oauthClientId;
    }
    return here.page === place.page;
  }
}

export const route = new Route();
