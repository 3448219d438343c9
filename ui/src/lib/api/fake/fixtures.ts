import { clients, manyRequests, production, sandbox, within } from './data';
import type { World } from './world';
import type { SignInId, SignInView } from '../contract';

/** The named states of the app. */
export const fixtures: Record<string, (world: World) => void> = {
  sandbox: () => undefined,
  production: inProduction,
  empty(world) {
    world.applications = [];
    world.apiKeys = [];
    world.clients = [];
    world.sessions = [];
    world.history = [];
  },
  many(world) {
    inProduction(world);
    world.history = manyRequests(10_248);
    const [first] = world.applications;
    if (!first) return;
    world.applications = Array.from({ length: 200 }, (_, at) => ({
      ...first,
      key: `${first.key}-${at}` as typeof first.key,
      name: at === 0 ? first.name : `${first.name} with a name of great length, number ${at}`,
    }));
  },
  'first-run'(world) {
    world.phase = 'first_run';
    world.firstRunStep = 'vault';
    world.hasRecoveryCode = false;
  },
  'first-run-start'(world) {
    world.phase = 'first_run';
    world.firstRunStep = 'start';
  },
  locked(world) {
    world.phase = 'locked';
    world.lockReason = 'idle';
  },
  'locked-passphrase'(world) {
    world.phase = 'locked';
    world.lockReason = 'by_hand';
    world.opensWith = 'passphrase';
  },
  'signin-waiting': (world) => {
    world.signIn = signIn();
  },
};

function inProduction(world: World): void {
  world.environmentId = production.id;
  world.applications.forEach((row) => (row.environmentId = production.id));
  world.sessions.forEach((row) => (row.environmentId = production.id));
  world.history.forEach((row) => (row.host = production.host));
}

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
