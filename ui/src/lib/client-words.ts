import type { ClientSource, Grant } from './api/contract';
import { counted } from './format';
import type { ClientAct, SessionPhase } from './session';

/** The copy about OAuth clients that more than one page uses. */
export const clientWords = {
  grants: {
    client_credentials: 'Client credentials',
    authorization_code: 'Authorization code + PKCE',
  } satisfies Record<Grant, string>,
  sources: {
    portal: 'Portal',
    imported: 'Imported',
    registered_here: 'Registered here',
  } satisfies Record<ClientSource, string>,
  session: {
    none: 'No session',
    active: 'Active',
    soon: 'Expires soon',
    expired: 'Expired',
    ended: 'Signed out',
  } satisfies Record<SessionPhase, string>,
  left: (time: string) => `${time} left`,
  ended: (time: string) => `Ended ${time.replace(/^[JY]/, (letter) => letter.toLowerCase())}`,
  acts: {
    get_token: 'Get a token',
    sign_in: 'Sign in…',
    refresh: 'Refresh',
    use: 'Use in console',
  } satisfies Record<ClientAct, string>,
  /** The act with its object, for the button's accessible name. */
  actsOn: {
    get_token: (name: string) => `Get a token for ${name}`,
    sign_in: (name: string) => `Sign in… with ${name}`,
    refresh: (name: string) => `Refresh ${name}`,
    use: (name: string) => `Use in console: ${name}`,
  } satisfies Record<ClientAct, (name: string) => string>,
  done: {
    get_token: (name: string) => `${name} has a new token`,
    refresh: (name: string) => `${name} refreshed`,
  },
  remove: {
    item: 'Remove from Inchkeep…',
    title: (name: string) => `Remove ${name} from Inchkeep?`,
    text: (hasSecret: boolean, sessions: number) =>
      `${deletedHere(hasSecret, sessions)} The client still exists at the server.`,
    warning: 'The server shows the secret once. After this you cannot get it back.',
    keep: 'Keep client',
    act: 'Remove from Inchkeep',
    done: (name: string) => `${name} removed`,
  },
} as const;

function deletedHere(hasSecret: boolean, sessions: number): string {
  if (!hasSecret && sessions === 0) return 'It is deleted here.';
  const parts = [
    ...(hasSecret ? ['secret'] : []),
    ...(sessions > 0 ? [counted(sessions, 'session', 'sessions')] : []),
  ];
  return `Its ${parts.join(' and ')} ${hasSecret && sessions === 0 ? 'is' : 'are'} deleted here.`;
}
