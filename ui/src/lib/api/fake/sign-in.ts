import type { ErrorCode, SignInId, SignInView } from '../contract';
import type { Answers } from './commands';
import { clients, sandbox, within } from './data';
import { sessionFor } from './sessions';
import type { World } from './world';

/** A sign-in that waits for the person. */
export function signIn(): SignInView {
  const client = clients[1];
  if (!client) throw new Error('There is no client to sign in.');
  return {
    id: 'sign-in-1' as SignInId,
    oauthClientId: client.id,
    clientName: client.name,
    applicationName: 'Treasury Router',
    environmentId: sandbox.id,
    serverHost: sandbox.host,
    authorizationEndpoint: `${sandbox.apiBase}/oauth/authorize`,
    redirectUri: 'http://127.0.0.1:43117/callback',
    listeningOn: '127.0.0.1:43117',
    scopes: ['swap', 'portfolio:read'],
    protection: ['PKCE S256', 'state', 'issuer check'],
    stage: 'waiting_for_approval',
    deadline: within(252),
    browserFailed: false,
    error: null,
    session: null,
  };
}

function change(world: World, changes: Partial<SignInView>): SignInView {
  const current = world.signIn ?? world.fail('not_found', { what: 'sign-in' });
  world.signIn = { ...current, ...changes };
  world.emit({ event: 'sign_in', data: world.signIn });
  return world.signIn;
}

/** The redirect came in: the code is exchanged, and the tokens are saved. */
export function finishSignIn(world: World): SignInView {
  const { oauthClientId } = world.signIn ?? world.fail('not_found', { what: 'sign-in' });
  const client = world.find(world.clients, (row) => row.id === oauthClientId, 'client');
  return change(world, { stage: 'done', session: sessionFor(world, client) });
}

/** What becomes of each sign-in that begins: a moment later it is in another state. */
const becomes = (after: (world: World) => void) => (world: World) => {
  world.signInBegins = { deadline: within(300) };
  world.afterSignIn = () => setTimeout(() => after(world), 400);
};
const fails = (code: ErrorCode, facts?: Record<string, string>) =>
  becomes((world) => change(world, { stage: 'failed', error: world.failure(code, facts) }));

/** The states of the sign-in sheet; each shows once a sign-in is begun. */
export const signInFixtures: Record<string, (world: World) => void> = {
  'signin-waiting': (world) => void (world.signInBegins = {}),
  'signin-no-browser': (world) => void (world.signInBegins = { browserFailed: true }),
  'signin-last-minute': (world) => void (world.signInBegins = { deadline: within(59) }),
  'signin-not-listening': (world) =>
    void (world.signInBegins = {
      listeningOn: null,
      redirectUri: 'https://partner.example.net/a/redirect/address/of/some/length/callback',
    }),
  'signin-long': (world) =>
    void (world.signInBegins = {
      clientName: 'A desktop client with a name of great length '.repeat(3),
      applicationName: 'AnApplicationWithoutAnySpacesInItsNameWhichIsVeryLongIndeed'.repeat(2),
      authorizationEndpoint: `${sandbox.apiBase}/${'realms/of/great/length/'.repeat(6)}authorize`,
      scopes: Array.from({ length: 40 }, (_, at) => `scope:number-${at}`),
    }),
  'signin-exchanging': becomes((world) => change(world, { stage: 'exchanging' })),
  'signin-done': becomes(finishSignIn),
  'signin-timeout': fails('sign_in_timed_out'),
  'signin-declined': fails('access_denied', { description: '' }),
  'signin-state': fails('state_mismatch'),
  'signin-issuer': fails('wrong_issuer'),
  'signin-code': fails('code_refused'),
  'signin-refused': fails('sign_in_refused', {
    error: 'temporarily_unavailable',
    description: 'Come back in an hour',
  }),
  'signin-busy': fails('token_server_busy'),
};

export function signInCommands(world: World): Partial<Answers> {
  return {
    sign_in: ({ oauthClientId }) => {
      const { id, name } = world.find(world.clients, (row) => row.id === oauthClientId, 'client');
      world.signIn = {
        ...signIn(),
        id: world.id<SignInId>('sign-in'),
        oauthClientId: id,
        clientName: name,
        environmentId: world.environmentId,
        serverHost: world.environment.host,
        authorizationEndpoint: `${world.environment.apiBase}/oauth/authorize`,
        ...world.signInBegins,
      };
      world.afterSignIn();
      return world.signIn;
    },
    sign_in_state: () => world.signIn ?? world.fail('not_found', { what: 'sign-in' }),
    open_sign_in_page: () => null,
    copy_sign_in_link: () => {
      world.copy('Sign-in link', false);
      return null;
    },
    paste_redirect_address: () => finishSignIn(world),
    extend_sign_in: () => change(world, { deadline: within(300) }),
    cancel_sign_in: () => change(world, { stage: 'cancelled' }),
  };
}
