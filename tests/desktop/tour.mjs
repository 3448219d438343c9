// The main job from the first start to a request that is signed with a
// session, in the real window, with the person's consent given in Chromium.
// Alone (`npm run tour`) it leaves a picture of each place in target/tour.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, Key, pictures } from './app.mjs';
import { openBrowser } from './consent.mjs';
import { Session } from './session.mjs';
import * as steps from './steps.mjs';

/** The endpoint that the session asks for. */
const endpoint = '/swap/v5.2/1/tokens';
/** Names of the two clients. */
export const clients = { token: 'Nightly jobs', signIn: 'Web sign-in' };

/**
 * Does the main job on an app that starts for the first time. `picture(name)` is called at each
 * place, `opened()` when the first run is over, `takeToken` brings portal access tokens. Gives the
 * ids of its two requests and the one-time code of the sign-in.
 */
export async function tour(app, browser, { picture = async () => {}, opened, takeToken } = {}) {
  await app.sees('How should the vault open?');
  await picture('first-run');
  await steps.createVault(app);
  await picture('recovery-code');
  await steps.skipRecoveryCode(app);
  await picture('start');
  await steps.startWithSandbox(app);
  const first = await steps.firstRequest(app);
  await picture('first-request');
  await steps.openConsole(app, first);
  await opened?.();
  await picture('console');

  await steps.openApplication(app);
  await steps.registerClient(app, clients.token, 'client_credentials', {
    takeToken,
    picture: () => picture('register'),
  });
  await picture('registered');
  await steps.getToken(app);

  await steps.registerClient(app, clients.signIn, 'authorization_code', { takeToken });
  const code = await steps.signIn(app, browser, {
    waiting: () => picture('sign-in'),
    page: (page) => picture('consent', page),
  });
  await picture('signed-in');
  await steps.click(app, 'Use in console');
  await app.sees(clients.signIn);
  const signed = await steps.request(app, endpoint);
  await picture('signed-request');
  await steps.openSessions(app);
  await picture('sessions');
  return { first, signed, code };
}

/** The other places, in both themes. */
async function furtherPictures(app, picture) {
  for (const theme of ['Dark', 'Light']) {
    await steps.chooseTheme(app, theme);
    await picture(`settings-${theme.toLowerCase()}`);
    const places = [
      ['1', '[data-summary]', 'console'],
      ['2', '[aria-label="Sessions"], main', 'sessions'],
      ['4', 'table', 'server'],
      ['5', '[data-application]', 'applications'],
    ];
    for (const [key, selector, name] of places) {
      await app.chord(Key.CONTROL, key);
      await app.find(selector);
      await picture(`${name}-${theme.toLowerCase()}`);
    }
  }
}

async function main() {
  fs.rmSync(pictures, { recursive: true, force: true });
  const session = await Session.start();
  const browser = await openBrowser();
  let number = 0;
  let app;
  const picture = async (name, page) => {
    number += 1;
    const file = path.join(pictures, `${String(number).padStart(2, '0')}-${name}.png`);
    if (page) await page.screenshot({ path: file });
    else await app.picture(file);
  };
  try {
    app = await App.start(session);
    const { first, signed } = await tour(app, browser, { picture });
    await furtherPictures(app, picture);
    await app.stop();
    console.log(`first request:  200, X-Request-Id ${first}`);
    console.log(`signed request: 200, X-Request-Id ${signed}`);
    console.log(`${number} pictures`);
  } catch (error) {
    session.picture(path.join(pictures, 'failed.png'));
    throw error;
  } finally {
    await browser.close();
    await session.stop();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
