import type {
  ClaimView,
  ErrorCode,
  OAuthClientView,
  SessionDetail,
  SessionId,
  SessionView,
} from '../contract';
import type { Answers } from './commands';
import { ago, within } from './data';
import type { World } from './world';

const DAY = 86_400;

function put(world: World, next: SessionView): SessionView {
  world.sessions = [next, ...world.sessions.filter((row) => row.id !== next.id)];
  const owner = world.clients.find((row) => row.id === next.oauthClientId);
  if (owner) owner.session = next;
  world.emit({ event: 'session', data: next });
  return next;
}

function renewed(world: World, old: SessionView): SessionView {
  return put(world, {
    ...old,
    state: 'active',
    issuedAt: ago(0),
    expiresAt: within(3600),
    refreshError: null,
  });
}

/** The session of a client, with new tokens; it is made when there is none. */
export function sessionFor(world: World, client: OAuthClientView): SessionView {
  return renewed(
    world,
    client.session ?? {
      id: world.id('session'),
      oauthClientId: client.id,
      clientName: client.name,
      application: client.application,
      applicationName: world.row(client.application).name,
      environmentId: world.environmentId,
      grant: client.grant,
      state: 'active',
      issuedAt: ago(0),
      expiresAt: null,
      hasRefreshToken: client.grant === 'authorization_code',
      keepSignedIn: true,
      refreshError: null,
      lastUsed: null,
    },
  );
}

const claim = (name: string, label: string, value: string, more?: Partial<ClaimView>) => ({
  name,
  label,
  value,
  raw: JSON.stringify(value),
  remark: null,
  ...more,
});
const moment = (name: string, label: string, at: string, remark: string | null = null) => ({
  ...claim(name, label, `${at.slice(0, 19)}Z`, { remark }),
  raw: String(Math.floor(Date.parse(at) / 1000)),
});

function detail(world: World, session: SessionView): SessionDetail {
  const { apiBase } = world.environment;
  const clientId =
    world.clients.find((row) => row.id === session.oauthClientId)?.clientId ?? 'cl_0000000000';
  const claims = [
    claim('iss', 'Issuer', apiBase, { remark: 'matches server metadata' }),
    claim('sub', 'Subject', clientId),
    claim('aud', 'Audience', apiBase),
    claim('scope', 'Scopes', 'swap portfolio:read'),
    moment('iat', 'Issued', session.issuedAt),
    ...(session.expiresAt ? [moment('exp', 'Expires', session.expiresAt)] : []),
    claim('jti', 'Token ID', '0c3f5d1e-7b20-4ac7-9d70-5be2f7d1c001'),
  ];
  const about: SessionDetail = {
    session,
    clientId,
    generation: 4,
    token: { kind: 'valid', algorithm: 'ES256', keyId: '2026-03-a' },
    claims,
    claimsJson: `{${claims.map(({ name, raw }) => `\n  "${name}": ${raw}`).join(',')}\n}`,
    rotates: session.hasRefreshToken,
    refreshIssuedAt: session.hasRefreshToken ? ago(20) : null,
    scopes: ['swap', 'portfolio:read'],
    scopesMissing: ['history'],
    revocable: false,
    history: [
      {
        at: ago(2),
        what: 'Used by GET /swap/v5.2/1/tokens',
        requestId: '8f14e45f-ceea-467f-9a1d-3b0f2c7e6d54',
        failed: false,
      },
      { at: ago(18), what: 'Refreshed', requestId: null, failed: false },
      { at: ago(1500), what: 'Not revoked', requestId: null, failed: true },
    ],
  };
  return { ...about, ...world.sessionDetails.get(session.id) };
}

export function sessionCommands(world: World): Partial<Answers> {
  const session = (id: SessionId) => world.find(world.sessions, (row) => row.id === id, 'session');
  const drop = (gone: (row: SessionView) => boolean) => {
    for (const client of world.clients)
      if (client.session && gone(client.session)) client.session = null;
    world.sessions = world.sessions.filter((row) => !gone(row));
    world.changed('sessions');
    world.changed('applications');
  };
  return {
    get_token: ({ oauthClientId }) =>
      sessionFor(
        world,
        world.find(world.clients, (row) => row.id === oauthClientId, 'client'),
      ),
    sessions: () => world.sessions,
    session: ({ sessionId }) => detail(world, session(sessionId)),
    refresh_session: ({ sessionId }) => renewed(world, session(sessionId)),
    set_keep_signed_in: ({ sessionId, on }) =>
      put(world, { ...session(sessionId), keepSignedIn: on }),
    end_session: ({ sessionId, forgetAnyway }) => {
      const { revocable } = detail(world, session(sessionId));
      if (world.refusesRevocation && !forgetAnyway) {
        return { revoked: false, removed: false, error: world.failure('token_server_busy') };
      }
      drop((row) => row.id === sessionId);
      return { revoked: revocable && !forgetAnyway, removed: true, error: null };
    },
    clear_ended_sessions: () => {
      drop((row) => row.state !== 'active' || Date.parse(row.expiresAt ?? within(1)) < Date.now());
      return null;
    },
  };
}

/** One session for each thing that its page can say. */
export const sessionFixtures: Record<string, (world: World) => void> = {
  'sessions-states'(world) {
    const [first, second] = world.sessions;
    if (!first || !second) return;
    const add = (
      name: string,
      base: SessionView,
      more: Partial<SessionView>,
      about: Partial<SessionDetail> = {},
    ) => {
      const made = { ...base, id: `session-${name}` as SessionId, clientName: name, ...more };
      world.sessions.push(made);
      world.sessionDetails.set(made.id, about);
    };
    const noClaims = { claims: [], claimsJson: null };
    const problem = (code: ErrorCode, facts?: Record<string, string>) => world.failure(code, facts);
    add('Opaque', first, { expiresAt: null }, { token: { kind: 'opaque' }, ...noClaims });
    add(
      'Wrong signature',
      first,
      { expiresAt: within(8 * 3600), issuedAt: ago(0) },
      { token: { kind: 'wrong', reason: "The signature does not fit the server's key." } },
    );
    add(
      'Not checked',
      second,
      { expiresAt: within(DAY), keepSignedIn: false },
      {
        token: { kind: 'not_checked', reason: "No key with this ID in the server's key set." },
        revocable: true,
        claims: [
          claim('iss', 'Issuer', 'https://other.example', {
            remark: 'differs from server metadata',
          }),
          moment('iat', 'Issued', ago(0), 'Your clock is 3 min ahead of the server'),
          moment('nbf', 'Not before', within(600), 'lies in the future'),
        ],
      },
    );
    add('Refresh fails', second, {
      expiresAt: within(300),
      refreshError: problem('token_server_busy', { seconds: '41' }),
    });
    add('Expired, renewable', second, { expiresAt: ago(0.2), issuedAt: ago(30) });
    add('Expires while open', second, {
      expiresAt: within(8),
      issuedAt: ago(30),
      hasRefreshToken: false,
    });
    add('Revoked at the server', second, {
      state: 'sign_in_needed',
      refreshError: problem('session_ended'),
    });
    add('Machine refused', first, {
      state: 'sign_in_needed',
      refreshError: problem('client_refused'),
    });
    add(
      'NameWithoutSpacesOfAGreatLengthThatMustBreakSomewhere '.repeat(2).trim(),
      first,
      { applicationName: 'AnApplicationWithoutAnySpacesInItsNameWhichIsVeryLong' },
      {
        clientId: 'cl_'.padEnd(200, '9f2b7c1e4d'),
        claims: [
          claim('iss', 'Issuer', `https://${'long.'.repeat(40)}example`, {
            remark: 'matches server metadata',
          }),
          claim(
            'https://claims.example/a-private-claim-name',
            'https://claims.example/a-private-claim-name',
            '{"a":[1,2,3]}',
          ),
          claim(
            'scope',
            'Scopes',
            'a:scope-of-a-length-that-does-not-fit-in-the-column '.repeat(9),
          ),
        ],
        scopes: Array.from({ length: 60 }, (_, at) => `scope:number-${at}`),
        history: Array.from({ length: 50 }, (_, at) => ({
          at: ago(at * 300),
          what: `Used by GET /portfolio/v4/${'overview/of/everything/'.repeat(4)}${at}`,
          requestId: '8f14e45f-ceea-467f-9a1d-3b0f2c7e6d54',
          failed: at % 7 === 3,
        })),
      },
    );
  },
  'sessions-many'(world) {
    const [first] = world.sessions;
    if (!first) return;
    world.sessions = Array.from({ length: 500 }, (_, at) => ({
      ...first,
      id: `session-${at}` as SessionId,
      clientName: `Worker number ${at}`,
      expiresAt: within(200 + at * 40),
      state: at % 5 === 4 ? 'sign_in_needed' : 'active',
    }));
  },
  'sessions-revocable'(world) {
    for (const { id } of world.sessions) world.sessionDetails.set(id, { revocable: true });
  },
  'sessions-not-revoked'(world) {
    for (const { id } of world.sessions) world.sessionDetails.set(id, { revocable: true });
    world.refusesRevocation = true;
  },
  'sessions-none': (world) => void (world.sessions = []),
};
