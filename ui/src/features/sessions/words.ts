import type { Grant, TokenDiagnosis } from '../../lib/api/contract';
import { counted } from '../../lib/format';
import type { Renewal } from '../../lib/session';

/** The copy of the sessions page (S6) and of ending a session (§9). */
export const words = {
  title: 'Sessions',
  count: (sessions: number) => counted(sessions, 'session', 'sessions'),
  list: 'Sessions',
  resize: 'Resize the list of sessions',
  groups: { active: 'Active', ended: 'Ended' },
  clear: 'Clear ended',
  cleared: (sessions: number) => `${counted(sessions, 'ended session', 'ended sessions')} cleared`,
  get: {
    act: 'Get a token',
    choose: 'OAuth client',
    filter: 'Filter clients',
    signIn: 'Sign in…',
  },
  none: {
    title: 'No sessions',
    text: 'A session appears when you get a token or sign in.',
    noClients: 'It takes an OAuth client of one of your applications.',
    applications: 'Open applications',
  },

  row: {
    of: (life: string) => `of ${life}`,
    active: 'Active',
    noEnd: 'No end known',
    expired: 'Expired',
    ended: 'Ended',
    refreshFailed: 'Refresh failed',
    over: {
      client_credentials: 'Needs a new token',
      authorization_code: 'Sign-in needed',
    } satisfies Record<Grant, string>,
    left: (time: string) => `${time} left`,
  },

  region: (name: string) => `${name} session`,
  token: (generation: number) => `Token ${generation} of this session`,
  clientId: 'Client ID',
  use: 'Use in console',
  renew: {
    refresh: 'Refresh',
    get_token: 'Get new token',
    sign_in: 'Sign in…',
  } satisfies Record<Renewal, string>,
  more: (name: string) => `More actions for ${name}`,
  openClient: 'Open client',
  copyClientId: 'Copy client ID',

  clock: {
    left: 'left on the access token',
    expired: 'Expired',
    ended: 'Ended',
    noEnd: 'No end known',
    noEndMore: 'The server did not say how long the token lasts.',
    over: {
      client_credentials: 'The server refused this client.',
      authorization_code: 'This session ended at the server.',
    } satisfies Record<Grant, string>,
    ends: (when: string) => `Expires ${when}`,
    endsToday: (when: string) => `Expires today at ${when}`,
    ago: (when: string) => `Expired ${when}`,
    seconds: (seconds: number) => `${seconds} s ago`,
    timer: (time: string) => `Access token expires in ${time}`,
    timerExpired: 'Access token expired',
    keeps: {
      client_credentials: 'Gets a new token 60 s before',
      authorization_code: 'Refreshes itself 60 s before',
    } satisfies Record<Grant, string>,
    keepsNot: 'Does not refresh itself',
    cannot: 'Cannot refresh itself',
    turnOn: 'Turn on',
    turnOff: 'Turn off',
    soon: (name: string, time: string) => `${name} expires in ${time}`,
    over0: (name: string) => `${name} expired`,
  },

  accessToken: {
    title: 'Access token',
    name: 'access token',
    opaque: 'Nothing to decode. The server knows what it means.',
    key: 'key',
  },
  diagnosis: {
    valid: 'Signature valid',
    not_checked: 'Signature not checked',
    wrong: 'Not valid',
    opaque: 'Opaque token',
  } satisfies Record<TokenDiagnosis['kind'], string>,

  claims: {
    title: 'Claims',
    view: 'Claims view',
    readable: 'Readable',
    json: 'JSON',
    copyJson: 'Copy claims as JSON',
    copyId: 'Copy token ID',
  },

  refreshToken: {
    title: 'Refresh token',
    name: 'refresh token',
    issued: (when: string) => `Issued ${when}`,
    rotates: 'Rotates on each use',
    none: {
      client_credentials:
        'This grant has no refresh token. Get a new token with the client secret.',
      authorization_code: 'The server gave no refresh token. Sign in again when this one ends.',
    } satisfies Record<Grant, string>,
  },
  scopes: {
    title: 'Scopes',
    none: 'The server named none.',
    missing: 'not granted',
  },
  history: {
    title: 'History',
    none: 'Nothing happened yet.',
    failed: 'Failed: ',
    copyId: 'Copy request ID',
    requestId: 'Request ID',
  },
  reading: 'Reading the token',

  end: {
    unknown: 'End session…',
    revoke: {
      open: 'Revoke…',
      title: (name: string) => `Revoke the ${name} session?`,
      text: 'The server stops accepting this access token at once. Anything still using it gets 401 errors. The client and its secret stay as they are.',
      keep: 'Keep session',
      act: 'Revoke session',
      done: 'Session revoked',
      doneNamed: (name: string) => `${name} revoked`,
      doneMore: 'The server no longer accepts its tokens, and they are deleted here.',
    },
    forget: {
      open: 'Forget…',
      title: (name: string) => `Forget the ${name} session?`,
      text: (until: string | null) =>
        `This server offers no way to revoke tokens. They are deleted here and stay valid at the server${until === null ? '' : ` until ${until}`}.`,
      textOver: 'Its access token has ended. The tokens are deleted here.',
      keep: 'Keep session',
      act: 'Forget session',
      done: 'Session forgotten',
      doneNamed: (name: string) => `${name} forgotten`,
      doneMore: 'Its tokens are deleted here.',
    },
    failed: {
      title: 'The server did not confirm.',
      text: 'The tokens were kept so you can try again.',
      keep: 'Keep session',
      again: 'Try again',
      anyway: 'Forget anyway',
    },
    lastUsed: 'Last used',
    wouldExpire: 'Would expire',
    hasExpired: 'Expired',
    noEnd: 'The server did not say',
  },
} as const;
