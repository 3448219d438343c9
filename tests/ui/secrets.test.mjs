// Where secrets are shown, copied, pasted and typed: never in the main page, and never for long.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { found } from '../desktop/scan.mjs';
import { until } from '../desktop/session.mjs';
import { onPage } from './bed.mjs';
import * as on from './pages.mjs';
import * as setup from './setup.mjs';

const passphrase = 'lighthouse gravel sonnet umbrella';
const value = (secret) => secret.getByRole('textbox', { name: /, revealed$/ });
const clipboard = async (bridge) => (await bridge.host()).clipboard;

/** The application page, with what the sample key is. */
async function atKey(bridge, page) {
  const secrets = await on.collectSecrets(bridge);
  await on.openApplication(page);
  await on.button(page, 'Reveal Sample key').waitFor();
  return secrets['Sample key'];
}

onPage(
  'a revealed key is shown in its own window and hides by itself',
  setup.start,
  async (bed) => {
    const { bridge, page } = bed;
    const key = await atKey(bridge, page);
    await on.click(page, 'Reveal Sample key');
    let secret = await bridge.secretWindow(page);
    assert.equal((await value(secret).innerText()).replaceAll(/\s/g, ''), key);
    await on.sees(page, 'Shown in its own window');
    await on.sees(secret, 'Hides in 30 s');
    assert.deepEqual(found(await on.documentOf(page), { key }), []);
    // By itself, when its time is over.
    await bridge.advance(31);
    await bridge.secretWindowGone(secret);
    await on.button(page, 'Reveal Sample key').waitFor();

    // By its button, by Esc, and from the main page.
    for (const hide of [
      () => on.click(secret, 'Hide'),
      () => secret.keyboard.press('Escape'),
      () => on.click(page, 'Hide Sample key'),
    ]) {
      await on.click(page, 'Reveal Sample key');
      secret = await bridge.secretWindow(page);
      await value(secret).waitFor();
      await hide();
      await bridge.secretWindowGone(secret);
      await on.button(page, 'Reveal Sample key').waitFor();
    }

    // A page that was opened with the ticket of a window that has ended shows nothing.
    assert.equal((await bridge.host()).secretWindows, 4);
    assert.deepEqual(found(await bridge.traffic(), { key }), []);
  },
);

onPage('a revealed key hides when the app is locked', setup.start, async ({ bridge, page }) => {
  const key = await atKey(bridge, page);
  await on.click(page, 'Reveal Sample key');
  const secret = await bridge.secretWindow(page);
  await value(secret).waitFor();
  await bridge.ask('POST', '/host/lock', { reason: 'screen' });
  await on.sees(page, 'Locked when the screen locked.');
  await bridge.secretWindowGone();
  // Even a window that the desktop forgot to close cannot ask again.
  await secret.reload();
  await on.sees(secret, 'This window has ended');
  assert.deepEqual(found(await on.documentOf(secret), { key }), []);
  await secret.close();
});

onPage(
  'a copied key is cleared after its time, and what others copied is left',
  setup.start,
  async (bed) => {
    const { bridge, page } = bed;
    const key = await atKey(bridge, page);
    await on.click(page, 'Copy Sample key');
    await on.sees(page, 'Sample key copied.');
    await page.getByRole('timer', { name: 'Clears in' }).waitFor();
    assert.equal(await clipboard(bridge), key);
    await bridge.advance(31);
    await on.sees(page, 'Clipboard cleared');
    assert.equal(await clipboard(bridge), null);

    await on.click(page, 'Copy Sample key');
    await on.sees(page, 'Sample key copied.');
    await on.click(page, 'Clear now');
    await until('an empty clipboard', async () => (await clipboard(bridge)) === null);

    await on.click(page, 'Copy Sample key');
    await on.sees(page, 'Sample key copied.');
    await bridge.setClipboard('of another program');
    await bridge.advance(31);
    await on.sees(page, 'Clipboard left as it is: you copied something else.');
    assert.equal(await clipboard(bridge), 'of another program');

    await on.openSettings(page, 'Secrets and clipboard');
    await page.getByLabel('Clear the clipboard after').selectOption({ label: 'Never' });
    await until(
      'the setting',
      async () => (await bridge.call('settings')).clearClipboardAfter === 0,
    );
    await on.openApplication(page);
    await on.click(page, 'Copy Sample key');
    await on.sees(page, 'It stays on the clipboard.');
    await bridge.advance(400);
    assert.equal(await clipboard(bridge), key);
    // But not over a lock.
    await page.keyboard.press('Control+Shift+L');
    await on.sees(page, 'Locked by you.');
    await until('an empty clipboard', async () => (await clipboard(bridge)) === null);
  },
);

onPage('a key is pasted and another one typed', setup.start, async ({ bridge, page }) => {
  const pasted = 'pasted-key-0123456789-abcdefghij';
  const typed = 'typed-key-0123456789-klmnopqrst';
  await on.openApplication(page);
  const add = async (name, enter) => {
    await on.click(page, 'Add API key');
    const dialog = page.getByRole('dialog', { name: 'Add API key' });
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await dialog.getByRole('checkbox', { name: 'Check it with one request now' }).uncheck();
    await enter(dialog);
    await on.button(dialog, 'Remove').waitFor();
    await on.click(dialog, 'Add API key');
    await dialog.waitFor({ state: 'detached' });
    await on.button(page, `Copy ${name}`).click();
    await on.sees(page, `${name} copied.`);
    return clipboard(bridge);
  };
  const fromClipboard = await add('by paste', async (dialog) => {
    await bridge.setClipboard(pasted);
    await on.click(dialog, 'Paste from clipboard');
    await on.sees(dialog, 'ends in ghij');
  });
  assert.equal(fromClipboard, pasted);
  const byHand = await add('by hand', async (dialog) => {
    // Given up once, then typed.
    await on.click(dialog, 'Type it…');
    let secret = await bridge.secretWindow(page);
    await secret.keyboard.press('Escape');
    await bridge.secretWindowGone(secret);
    await on.click(dialog, 'Type it…');
    secret = await bridge.secretWindow(page);
    const field = secret.getByLabel('Value');
    assert.equal(await field.getAttribute('type'), 'password');
    await on.hasFocus(field);
    await secret.keyboard.type(typed);
    await on.click(secret, 'Show what is typed');
    assert.equal(await field.getAttribute('type'), 'text');
    await secret.keyboard.press('Tab');
    await on.click(secret, 'Save');
    await bridge.secretWindowGone(secret);
    await on.sees(dialog, 'ends in qrst');
  });
  assert.equal(byHand, typed);
  // The same once more is noticed, and it is not in the page.
  await on.click(page, 'Add API key');
  await bridge.setClipboard(pasted);
  await on.click(page.getByRole('dialog'), 'Paste from clipboard');
  await on.sees(page, 'This key is already saved as by paste.');
  const secrets = { pasted, typed };
  assert.deepEqual(found(await on.documentOf(page), secrets), []);
  assert.deepEqual(found(await bridge.traffic(), secrets), []);
});

onPage('the recovery code opens a vault that lost its keyring', null, async (bed) => {
  const { bridge, browser } = bed;
  let { page } = bed;
  await on.createVault(page);
  await on.click(page, 'Show recovery code');
  let secret = await bridge.secretWindow(page);
  const code = (await value(secret).innerText()).trim();
  await on.click(secret, 'Save as file…');
  await on.sees(secret, 'Saved as');
  await on.click(secret, 'Done');
  await bridge.secretWindowGone(secret);
  await on.sees(page, 'Recovery code saved.');
  const saved = fs.readdirSync(path.join(bridge.dir, 'data.saved'));
  assert.equal(saved.length, 1);
  const file = path.join(bridge.dir, 'data.saved', saved[0]);
  assert.ok(fs.readFileSync(file, 'utf8').includes(code));
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  // Enter goes on: what had the focus is gone with the window.
  await on.hasFocus(on.button(page, 'Continue'));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Where do you want to start?' }).waitFor();
  assert.deepEqual(found(await on.documentOf(page), { code }), []);
  assert.deepEqual(found(await bridge.traffic(), { code }), []);

  bridge.keyring = 'none';
  await bridge.restart();
  page = await bridge.open(browser);
  await on.click(page, 'Use system sign-in');
  await on.failed(page, 'keyring_missing');
  await page.getByRole('button', { name: 'Use recovery code' }).last().click();
  secret = await bridge.secretWindow(page);
  await secret
    .getByRole('textbox', { name: 'Recovery code' })
    .fill(`${code.slice(0, -1)}${code.endsWith('2') ? '3' : '2'}`);
  await on.click(secret, 'Unlock');
  await secret.locator('.problem').waitFor();
  await secret.getByRole('textbox', { name: 'Recovery code' }).fill(code);
  await on.click(secret, 'Unlock');
  await bridge.secretWindowGone(secret);
  await page.getByRole('heading', { name: 'Where do you want to start?' }).waitFor();
});

onPage('a recovery code that was only copied does not count as saved', null, async (bed) => {
  const { bridge, page } = bed;
  await on.createVault(page);
  await on.click(page, 'Show recovery code');
  const secret = await bridge.secretWindow(page);
  await on.click(secret, 'Copy');
  await on.sees(secret, 'Copied. Clears in 30 s. Save it somewhere lasting.');
  await on.click(secret, 'Done');
  await bridge.secretWindowGone(secret);
  await on.sees(page, 'The code was copied, and the clipboard is cleared soon.');
  assert.equal(await page.getByText('Recovery code saved.').count(), 0);
  await on.button(page, 'Show a new code').waitFor();
});

onPage(
  'a vault with a passphrase: wrong ones, the waiting time, and the right one',
  null,
  async (bed) => {
    const { bridge, browser } = bed;
    let { page } = bed;
    // Two that differ are told, and nothing is made of them.
    await page.getByRole('radio', { name: /^Passphrase/ }).click();
    await on.click(page, 'Continue');
    let secret = await bridge.secretWindow(page);
    await secret.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await secret.getByLabel('Repeat passphrase').fill(`${passphrase}x`);
    await secret.keyboard.press('Enter');
    await on.sees(secret, 'The two passphrases are not the same.');
    await on.click(secret, 'Cancel');
    await bridge.secretWindowGone(secret);
    // A weak one is told at its field alone, and Tab leads from field to field.
    await on.click(page, 'Continue');
    secret = await bridge.secretWindow(page);
    await secret.keyboard.type('horse');
    await secret.keyboard.press('Tab');
    await secret.keyboard.type('horse');
    await secret.keyboard.press('Enter');
    await secret.locator('.problem').waitFor();
    assert.equal(await secret.getByText('Weak: add 3 more words').count(), 1);
    await on.click(secret, 'Cancel');
    await bridge.secretWindowGone(secret);
    await on.createVaultWithPassphrase(bridge, page, passphrase);
    await on.startWithSandbox(page);
    await on.firstRequest(page);
    await on.click(page, 'Open the console');
    await on.answered(page, 200);

    await bridge.restart();
    page = await bridge.open(browser);
    await on.click(page, 'Unlock');
    secret = await bridge.secretWindow(page);
    const field = secret.getByLabel('Vault passphrase');
    const unlock = on.button(secret, 'Unlock');
    for (let wrong = 1; wrong <= 5; wrong += 1) {
      await field.fill(`wrong passphrase ${wrong}`);
      const answer = secret.waitForResponse(/submit_secret/);
      await secret.keyboard.press('Enter');
      assert.equal((await (await answer).json()).accepted, false);
      // It is selected, so that the next try is typed over it.
      if (wrong < 5) {
        await on.sees(secret, 'That passphrase did not open the vault.');
        await secret.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
        await on.hasFocus(field);
      }
    }
    await secret.getByText(/^Wait \d+ s before the next try\.$/).waitFor();
    await field.fill(passphrase);
    assert.equal(await unlock.isDisabled(), true);
    await on.click(secret, 'Cancel');
    await bridge.secretWindowGone(secret);

    // Another window does not get around it; the time does.
    await on.click(page, 'Unlock');
    secret = await bridge.secretWindow(page);
    await secret.getByLabel('Vault passphrase').fill(passphrase);
    await secret.keyboard.press('Enter');
    await secret.getByText(/^Wait \d+ s before the next try\.$/).waitFor();
    await on.click(secret, 'Cancel');
    await bridge.secretWindowGone(secret);
    await bridge.advance(301);
    await on.click(page, 'Unlock');
    secret = await bridge.secretWindow(page);
    await secret.getByLabel('Vault passphrase').fill(passphrase);
    await secret.keyboard.press('Enter');
    await bridge.secretWindowGone(secret);
    await page.getByRole('heading', { name: 'Console' }).waitFor();
    assert.deepEqual(found(await bridge.traffic(), { passphrase }), []);
  },
);

onPage(
  'a lock leaves no name in the page, and an idle app locks itself',
  setup.start,
  async (bed) => {
    const { bridge, page } = bed;
    await on.openApplication(page);
    const names = ['Treasury Router', 'Sample key', 'Sandbox', '127.0.0.1'];
    const shown = await on.documentOf(page);
    for (const name of names) assert.ok(shown.includes(name), `${name} is there before`);
    await page.keyboard.press('Control+Shift+L');
    await on.sees(page, 'Locked by you.');
    const locked = await on.documentOf(page);
    for (const name of names) assert.ok(!locked.includes(name), `${name} is gone`);
    await on.hasFocus(on.button(page, 'Use system sign-in'));

    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Treasury Router' }).waitFor();
    await bridge.advance(601);
    await on.sees(page, 'Locked after 10 minutes without use.');
  },
);
