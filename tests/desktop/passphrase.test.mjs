// Without a keyring: a passphrase opens the vault, typed in the secret window.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { App, By, Key } from './app.mjs';
import { foundIn } from './scan.mjs';
import { Session, until } from './session.mjs';
import * as steps from './steps.mjs';

const passphrase = 'heron plinth umbrella seventeen';
let session;
let app;
let request;

before(async () => {
  session = await Session.start({ keyring: false });
  app = await App.start(session);
});
after(async () => {
  await app?.stop();
  await session?.stop();
});

const phase = async () => (await app.call('app_status')).phase;

/** Presses the one button of the lock screen and types into the secret window. */
async function unlock(text) {
  await app.sees('Inchkeep is locked');
  await steps.click(app, 'Unlock');
  await steps.typePassphrase(app, text);
}

test('the first run says that there is no keyring and takes a passphrase', async () => {
  await app.sees('No system keyring answered');
  await steps.createVaultWithPassphrase(app, passphrase);
  await steps.skipRecoveryCode(app);
  await steps.startWithSandbox(app);
  request = await steps.firstRequest(app);
  await steps.openConsole(app, request);
});

test('a wrong passphrase is told in words and the right one opens', async () => {
  await app.chord(Key.CONTROL, Key.SHIFT, 'l');
  await unlock('not the passphrase at all');
  await app.inSecretWindow(() => app.sees('That passphrase did not open the vault.'));
  // What was typed is still there, and selected.
  await steps.typePassphrase(app, passphrase);
  await app.secretWindowGone();
  await app.sees(request);
});

test('a locked window shows no name', async () => {
  await app.chord(Key.CONTROL, Key.SHIFT, 'l');
  await app.sees('Inchkeep is locked');
  const source = await app.driver.getPageSource();
  for (const name of ['Treasury Router', 'Sample key', request, '127.0.0.1']) {
    assert.ok(!source.includes(name), name);
  }
  await unlock(passphrase);
  await app.secretWindowGone();
});

test('it is asked for again after a restart, and is nowhere on the disk', async () => {
  await app.restart();
  assert.equal(await phase(), 'locked');
  await unlock(passphrase);
  await app.secretWindowGone();
  await until('the open vault', async () => (await phase()) === 'open');
  await app.sees(request);
  assert.deepEqual(foundIn(app.dataDir, { passphrase }), []);
  assert.equal((await app.driver.findElements(By.css('input[type=password]'))).length, 0);
});
