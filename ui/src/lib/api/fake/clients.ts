import type {
  OAuthClientId,
  OAuthClientView,
  SessionId,
  SessionView,
  SignInView,
} from '../contract';
import { ago, within } from './data';
import type { Answers } from './commands';
import { signIn } from './fixtures';
import type { World } from './world';

export function clientCommands(world: World): Partial<Answers> {
  const client = (id: OAuthClientId) => world.find(world.clients, (row) => row.id === id, 'client');
  const session = (id: SessionId) => world.find(world.sessions, (row) => row.id === id, 'session');
  const current = () => world.signIn ?? world.fail('not_found', { what: 'sign-in' });

  function put(next: SessionView): SessionView {
    world.sessions = [next, ...world.sessions.filter((row) => row.id !== next.id)];
    client(next.oauthClientId).session = next;
    world.emit({ event: 'session', data: next });
    return next;
  }
  function renewed(old: SessionView): SessionView {
    return put({
      ...old,
      state: 'active',
      issuedAt: ago(0),
      expiresAt: within(3600),
      refreshError: null,
    });
  }
  function sessionFor(of: OAuthClientView): SessionView {
    return renewed(
      of.session ?? {
        id: world.id('session'),
        oauthClientId: of.id,
        clientName: of.name,
        application: of.application,
        applicationName: world.row(of.application).name,
        environmentId: world.environmentId,
        grant: of.grant,
        state: 'active',
        issuedAt: ago(0),
        expiresAt: null,
        hasRefreshToken: of.grant === 'authorization_code',
        keepSignedIn: true,
        refreshError: null,
        lastUsed: null,
      },
    );
  }
  function change(changes: Partial<SignInView>): SignInView {
    world.signIn = { ...current(), ...changes };
    world.emit({ event: 'sign_in', data: world.signIn });
    return world.signIn;
  }
  function added(view: Omit<OAuthClientView, 'id' | 'addedAt' | 'session'>): OAuthClientView {
    const next = { ...view, id: world.id<OAuthClientId>('client'), session: null, addedAt: ago(0) };
    world.clients.push(next);
    world.row(view.application).oauthClients += 1;
    world.changed('applications');
    return next;
  }

  return {
    preview_registration: ({ name, grant, redirectUris }) => ({
      url: `${world.environment.apiBase}/oauth/register`,
      headers: ['content-type: application/json', 'authorization: Bearer ••••••••'],
      body: JSON.stringify(
        { client_name: name, grant_types: [grant], redirect_uris: redirectUris },
        null,
        2,
      ),
      keptPortalToken: false,
    }),
    register_client: ({ application, name, grant }) =>
      added({
        application,
        name,
        clientId: 'cl_7be012aa91',
        grant,
        source: 'registered_here',
        hasSecret: grant === 'client_credentials',
        last4: grant === 'client_credentials' ? 'Hd93' : null,
      }),
    cancel_registration: () => null,
    sandbox_portal_token: () => ({
      id: world.id('draft'),
      looksLike: 'Looks like a token',
      lengthClass: '32 characters or more',
      last4: 'a11c',
      alreadySavedAs: null,
    }),
    paste_client: () => ({
      name: 'Imported client',
      clientId: 'cl_44d1f0',
      grant: 'authorization_code',
      redirectUris: ['http://127.0.0.1/callback'],
      scopes: [],
      secret: null,
    }),
    import_client: ({ application, name, clientId, grant, secret }) =>
      added({
        application,
        name,
        clientId,
        grant,
        source: 'portal',
        hasSecret: secret !== null,
        last4: null,
      }),
    oauth_client: ({ oauthClientId }) => ({
      client: client(oauthClientId),
      applicationName: world.row(client(oauthClientId).application).name,
      issuer: world.environment.apiBase,
      secretExpiresAt: null,
      authMethod: client(oauthClientId).hasSecret ? 'client_secret_basic' : 'none',
      redirectUris: [
        { uri: 'http://127.0.0.1/callback', receivable: true },
        { uri: 'https://partner.example.net/callback', receivable: false },
      ],
      scopes: ['swap', 'portfolio:read'],
      fixedPort: null,
      keepSignedIn: true,
      registrationSent: '{\n  "client_name": "Desktop sign-in"\n}',
      registrationAnswer: '{\n  "client_id": "cl_51aa0e77c2"\n}',
      manageable: false,
    }),
    edit_oauth_client: ({ oauthClientId, name }) => {
      client(oauthClientId).name = name;
      world.changed('applications');
      return client(oauthClientId);
    },
    remove_oauth_client: ({ oauthClientId }) => {
      world.clients = world.clients.filter((row) => row.id !== oauthClientId);
      world.sessions = world.sessions.filter((row) => row.oauthClientId !== oauthClientId);
      world.changed('applications');
      return null;
    },
    get_token: ({ oauthClientId }) => sessionFor(client(oauthClientId)),

    sign_in: ({ oauthClientId }) => {
      const { id, name } = client(oauthClientId);
      world.signIn = { ...signIn(), oauthClientId: id, clientName: name, deadline: within(300) };
      return world.signIn;
    },
    sign_in_state: () => current(),
    open_sign_in_page: () => null,
    copy_sign_in_link: () => {
      world.copy('Sign-in link', false);
      return null;
    },
    paste_redirect_address: () =>
      change({ stage: 'done', session: sessionFor(client(current().oauthClientId)) }),
    extend_sign_in: () => change({ deadline: within(300) }),
    cancel_sign_in: () => change({ stage: 'cancelled' }),

    sessions: () => world.sessions,
    session: ({ sessionId }) => ({
      session: session(sessionId),
      clientId: client(session(sessionId).oauthClientId).clientId,
      generation: 4,
      token: { kind: 'valid', algorithm: 'ES256', keyId: 'k-2026-04' },
      claims: [
        {
          name: 'iss',
          label: 'Issuer',
          value: world.environment.apiBase,
          raw: world.environment.apiBase,
          remark: 'matches server metadata',
        },
        {
          name: 'exp',
          label: 'Expires',
          value: 'Today, 14:44:21',
          raw: '1777387461',
          remark: null,
        },
        {
          name: 'scope',
          label: 'Scopes',
          value: 'swap portfolio:read',
          raw: 'swap portfolio:read',
          remark: null,
        },
      ],
      claimsJson: JSON.stringify({ iss: world.environment.apiBase, exp: 1777387461 }, null, 2),
      rotates: true,
      refreshIssuedAt: ago(20),
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
      ],
    }),
    refresh_session: ({ sessionId }) => renewed(session(sessionId)),
    set_keep_signed_in: ({ sessionId, on }) => put({ ...session(sessionId), keepSignedIn: on }),
    end_session: ({ sessionId }) => {
      const of = client(session(sessionId).oauthClientId);
      of.session = null;
      world.sessions = world.sessions.filter((row) => row.id !== sessionId);
      world.changed('sessions');
      return { revoked: false, removed: true, error: null };
    },
    clear_ended_sessions: () => {
      world.sessions = world.sessions.filter((row) => row.state === 'active');
      world.changed('sessions');
      return null;
    },
  };
}
