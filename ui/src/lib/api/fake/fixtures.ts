import { manyRequests, production } from './data';
import { sessionFixtures } from './sessions';
import { signInFixtures } from './sign-in';
import type { World } from './world';
import type { AppStatus } from '../contract';

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
      key: (at === 0 ? first.key : `${first.key}-${at}`) as typeof first.key,
      name: at === 0 ? first.name : `${first.name} with a name of great length, number ${at}`,
    }));
  },
  long(world) {
    const long = 'Settlement-and-treasury-router-of-the-partner-desk-'.repeat(2).slice(0, 64);
    const mixed = 'محفظة الشركاء 🏰🔑 – Портфель партнёров / 資産管理ルーター (staging)';
    for (const rows of [world.applications, world.apiKeys, world.clients, world.environments]) {
      rows.forEach((row, at) => (row.name = at % 2 === 0 ? long : mixed));
    }
    world.applications.forEach((row) => (row.applicationId = `app_${long}`));
    world.clients.forEach((row) => (row.clientId = `client_${long}`));
    for (const row of world.environments) {
      row.authorizationServer = `https://${'identity.'.repeat(8)}example.net/realms/${long}`;
    }
  },
  'first-run': firstRunAt('vault'),
  'first-run-no-keyring'(world) {
    firstRunAt('vault')(world);
    world.keyring = 'missing';
  },
  'first-run-recovery': firstRunAt('recovery_code'),
  'first-run-start': firstRunAt('start'),
  'first-run-request': firstRunAt('first_credential'),
  'first-run-credential'(world) {
    firstRunAt('first_credential')(world);
    inProduction(world);
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
  'locked-damaged'(world) {
    world.phase = 'locked';
    world.lockReason = 'started';
    world.opensWith = null;
  },
  ...sessionFixtures,
  ...signInFixtures,
};

function firstRunAt(step: AppStatus['firstRunStep']) {
  return (world: World) => {
    world.phase = 'first_run';
    world.firstRunStep = step;
    world.hasRecoveryCode = false;
  };
}

function inProduction(world: World): void {
  world.environmentId = production.id;
  world.applications.forEach((row) => (row.environmentId = production.id));
  world.sessions.forEach((row) => (row.environmentId = production.id));
  world.history.forEach((row) => (row.host = production.host));
}
