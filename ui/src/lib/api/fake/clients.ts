import type { EditOAuthClientRequest, OAuthClientId, OAuthClientView } from '../contract';
import { ago } from './data';
import type { Answers } from './commands';
import type { World } from './world';

type ClientOptions = Pick<EditOAuthClientRequest, 'scopes' | 'fixedPort' | 'keepSignedIn'>;

export function clientCommands(world: World): Partial<Answers> {
  let registrationStopped = false;
  const options = new Map<OAuthClientId, ClientOptions>();
  const optionsOf = (id: OAuthClientId): ClientOptions =>
    options.get(id) ?? { scopes: ['swap', 'portfolio:read'], fixedPort: null, keepSignedIn: true };
  const client = (id: OAuthClientId) => world.find(world.clients, (row) => row.id === id, 'client');

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
    register_client: ({ application, name, grant }) => {
      if (registrationStopped) {
        registrationStopped = false;
        world.fail('cancelled');
      }
      return added({
        application,
        name,
        clientId: 'cl_7be012aa91',
        grant,
        source: 'registered_here',
        hasSecret: grant === 'client_credentials',
        last4: grant === 'client_credentials' ? 'Hd93' : null,
      });
    },
    cancel_registration: () => {
      registrationStopped = true;
      return null;
    },
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
      ...optionsOf(oauthClientId),
      registrationSent: '{\n  "client_name": "Desktop sign-in"\n}',
      registrationAnswer: '{\n  "client_id": "cl_51aa0e77c2"\n}',
      manageable: false,
    }),
    edit_oauth_client: ({ oauthClientId, name, scopes, fixedPort, keepSignedIn }) => {
      client(oauthClientId).name = name;
      options.set(oauthClientId, { scopes, fixedPort, keepSignedIn });
      world.changed('applications');
      return client(oauthClientId);
    },
    remove_oauth_client: ({ oauthClientId }) => {
      world.clients = world.clients.filter((row) => row.id !== oauthClientId);
      world.sessions = world.sessions.filter((row) => row.oauthClientId !== oauthClientId);
      world.changed('applications');
      return null;
    },
  };
}
