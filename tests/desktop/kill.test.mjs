// The main job with the power cut at twenty random moments: what the app had
// said was saved must be there when it starts again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { App } from './app.mjs';
import { openBrowser } from './consent.mjs';
import { Session, until } from './session.mjs';
import * as steps from './steps.mjs';

/** A moment lies between the start of a step and this many milliseconds after it. */
const LONGEST = 2500;

// Another seed each time finds other moments; a failure is repeated with the seed that it tells.
const seed = Number(process.env.INCHKEEP_SEED ?? Date.now() % 2 ** 31);
let state = seed;
/** A number from 0 up to 1 (mulberry32). */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

let session;
let browser;
let app;
/** What the app has said was saved. */
const said = { vault: false, environment: false, requests: [], clients: [], sessions: [] };

before(async () => {
  session = await Session.start();
  browser = await openBrowser();
  app = await App.start(session);
});
after(async () => {
  await app?.stop();
  await browser?.close();
  await session?.stop();
});

/** Where the app stands, once the keyring has opened its vault. */
const standing = () =>
  until('a vault that is open, or none', async () => {
    const status = await app.call('app_status');
    return status.phase === 'locked' ? null : status;
  });

/** What the vault holds, read through the page's own commands. */
async function kept() {
  const { environment } = await standing();
  if (!environment) return { requests: [], clients: [], sessions: [] };
  const environmentId = environment.id;
  const [application] = await app.call('applications', { environmentId });
  const history = await app.call('history', {
    environmentId,
    search: '',
    before: null,
    limit: 200,
  });
  const view = application && (await app.call('application', { application: application.key }));
  const sessions = await app.call('sessions', { environmentId });
  return {
    requests: history.rows.map((row) => row.requestId),
    clients: view?.oauthClients.map(({ name }) => name) ?? [],
    sessions: sessions.filter((one) => one.state === 'active').map((one) => one.clientName),
    views: sessions,
  };
}

async function assertKept(moment) {
  const status = await standing();
  if (said.vault) assert.ok(status.opensWith, `the vault, ${moment}`);
  if (said.environment) assert.ok(status.environment, `the environment, ${moment}`);
  const now = await kept();
  for (const list of ['requests', 'clients', 'sessions']) {
    const lost = said[list].filter((one) => !now[list].includes(one));
    assert.deepEqual(lost, [], `${list} lost, ${moment}`);
  }
}

const isAt = async (step) => {
  const status = await standing();
  return status.phase === 'first_run' && (status.firstRunStep ?? 'vault') === step;
};

/** Steps of the first run; one that was done before the power cut is not there to be done again. */
const firstRun = [
  ['create the vault', 'vault', () => steps.createVault(app), () => (said.vault = true)],
  ['skip the recovery code', 'recovery_code', () => steps.skipRecoveryCode(app), () => {}],
  [
    'start with the sandbox',
    'start',
    () => steps.startWithSandbox(app),
    () => (said.environment = true),
  ],
  [
    'first request',
    'first_credential',
    () => steps.firstRequest(app),
    (id) => said.requests.push(id),
  ],
  [
    'open the console',
    'first_credential',
    async () => steps.openConsole(app, await steps.firstRequest(app)),
    () => {},
  ],
].map(([name, step, work, say]) => ({ name, work, say, isOpen: () => isAt(step) }));

const hasNot = (list, name) => async () => !(await kept())[list].includes(name);

/** Steps of the main job with a client of its own. */
const round = (number) => {
  const job = `Nightly jobs ${number}`;
  const web = `Web sign-in ${number}`;
  return [
    {
      name: `register ${web}`,
      isOpen: hasNot('clients', web),
      work: async () => {
        await steps.openApplication(app);
        await steps.registerClient(app, web, 'authorization_code');
      },
      say: () => said.clients.push(web),
    },
    {
      name: `sign in with ${web}`,
      isOpen: hasNot('sessions', web),
      work: async () => {
        await steps.openApplication(app);
        await steps.signIn(app, browser, { with: web });
      },
      say: () => said.sessions.push(web),
    },
    {
      name: `request with ${web}`,
      isOpen: async () => true,
      work: async () => {
        await steps.openApplication(app);
        await steps.click(app, `Use in console: ${web}`);
        return steps.request(app, '/swap/v5.2/1/tokens');
      },
      say: (id) => said.requests.push(id),
    },
    {
      name: `refresh ${web}`,
      isOpen: async () => true,
      work: async () => {
        const view = (await kept()).views.find((one) => one.clientName === web);
        await app.call('refresh_session', { sessionId: view.id });
      },
      say: () => {},
    },
    {
      name: `register ${job} and get a token`,
      isOpen: hasNot('sessions', job),
      work: async () => {
        if (await hasNot('clients', job)()) {
          await steps.openApplication(app);
          await steps.registerClient(app, job, 'client_credentials');
          said.clients.push(job);
          await steps.click(app, 'Done');
        }
        await steps.openApplication(app);
        await steps.click(app, `Get a token for ${job}`);
        await app.button(`Use in console: ${job}`);
      },
      say: () => said.sessions.push(job),
    },
  ];
};

test(`nothing that was said is lost (INCHKEEP_SEED=${seed})`, async () => {
  const all = [...firstRun, ...round(1), ...round(2), ...round(3)];
  assert.equal(all.length, 20);
  for (const step of all) {
    const moment = Math.floor(random() * LONGEST);
    let cut = false;
    if (await step.isOpen()) {
      // The cut comes at its moment, whether the step has ended by then or not.
      const power = new Promise((resolve) => setTimeout(resolve, moment)).then(async () => {
        cut = true;
        await app.kill();
      });
      const work = step.work().then(step.say, (error) => {
        if (!cut) throw error;
      });
      await Promise.all([work, power]);
    } else {
      await app.kill();
    }
    await app.startAgain();
    await assertKept(`${step.name} was cut after ${moment} ms`);
    // What the cut took away is done again, as a person would.
    if (await step.isOpen()) step.say(await step.work());
  }
  await assertKept('at the end');
  const { views } = await kept();
  assert.equal(views.length, 6);
  for (const { id, clientName } of views) {
    const { state } = await app.call('refresh_session', { sessionId: id });
    assert.equal(state, 'active', `${clientName} can still be refreshed`);
  }
});
