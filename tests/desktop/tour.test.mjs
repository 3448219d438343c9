// The main job in the real window: what it leaves behind, and what it does not.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { App } from './app.mjs';
import { openBrowser, portalToken } from './consent.mjs';
import { found, foundIn } from './scan.mjs';
import { Session, until } from './session.mjs';
import * as steps from './steps.mjs';
import { clients, tour } from './tour.mjs';
import { recordTraffic, traffic } from './traffic.mjs';

let session;
let browser;
let app;
/** What the tour answered. */
let done;
/** Every secret that the tour used, by name. */
const secrets = {};
let recorded = '';

before(async () => {
  session = await Session.start();
  browser = await openBrowser();
  app = await App.start(session);
  done = await tour(app, browser, {
    opened: () => recordTraffic(app),
    takeToken: async () => {
      const { apiBase } = await app.environment();
      secrets.portalToken = await portalToken(browser, apiBase);
      session.copy(secrets.portalToken);
      await steps.pasteToken(app);
    },
  });
  secrets.code = done.code;
});
after(async () => {
  await app?.stop();
  await browser?.close();
  await session?.stop();
});

/** Copies a secret by its command and reads it from the clipboard, as another program would. */
async function copied(target) {
  const before = session.pasted();
  await app.call('copy_secret', { target });
  return until('the secret on the clipboard', () => {
    const text = session.pasted();
    return text === before ? null : text;
  });
}

test('secrets reach the clipboard and nothing else', async () => {
  const { id: environmentId } = await app.environment();
  const [{ key }] = await app.call('applications', { environmentId });
  const { apiKeys, oauthClients } = await app.call('application', { application: key });
  secrets.apiKey = await copied({ kind: 'api_key', id: apiKeys[0].id });
  for (const { id, name } of oauthClients) {
    secrets[`secret of ${name}`] = await copied({ kind: 'client_secret', id });
  }
  for (const { id, clientName, grant } of await app.call('sessions', { environmentId })) {
    secrets[`access token of ${clientName}`] = await copied({ kind: 'access_token', id });
    if (grant === 'authorization_code') {
      secrets[`refresh token of ${clientName}`] = await copied({ kind: 'refresh_token', id });
    }
  }
  recorded = await traffic(app);
  assert.equal(Object.keys(secrets).length, 8);
  assert.equal(new Set(Object.values(secrets)).size, 8);
  assert.ok(recorded.includes(done.signed), 'the traffic of the window was recorded');
  assert.deepEqual(found(recorded, secrets), [], 'traffic of the main window');
  assert.deepEqual(found(await app.driver.getPageSource(), secrets), [], 'page of the main window');
  assert.deepEqual(foundIn(app.dataDir, secrets), [], 'files of the data folder, with its logs');
});

test('a revealed secret is shown in a window of its own', async () => {
  await steps.openApplication(app);
  await steps.click(app, 'Reveal Sample key');
  const shown = await app.inSecretWindow(async () => (await app.find('.value')).getText());
  assert.equal(shown, secrets.apiKey);
  assert.deepEqual(found(await app.driver.getPageSource(), secrets), []);
  await steps.click(app, 'Hide Sample key');
  await app.secretWindowGone();
});

test('everything is there after a restart', async () => {
  await app.restart();
  const { id: environmentId } = await app.environment();
  const history = await app.call('history', { environmentId, search: '', before: null, limit: 50 });
  const ids = history.rows.map((row) => row.requestId);
  assert.ok(ids.includes(done.first), 'the first request');
  assert.ok(ids.includes(done.signed), 'the request with the session');

  await steps.openSessions(app);
  for (const name of Object.values(clients)) await app.sees(name);
  await app.click(() => app.named('button', /^Use in console/));
  const again = await steps.request(app, '/swap/v5.2/1/tokens');
  assert.notEqual(again, done.signed);
  assert.deepEqual(foundIn(path.join(app.dataDir), secrets), []);
});
