// The steps of the main job in the page, found by what a person reads there.
import { decide } from '../desktop/consent.mjs';
import { until } from '../desktop/session.mjs';

/** A request id as the sandbox makes them. */
const requestId = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** The button of this name; a text must be the whole name, without a shortcut's keys. */
export const button = (page, name) => page.getByRole('button', { name, exact: true });

export const click = (page, name) => button(page, name).click();

/** Waits until the page shows `text` somewhere. */
export const sees = (page, text) => page.getByText(text).first().waitFor();

/** Waits until `locator` has `value`. */
export const hasValue = (locator, value) =>
  until(`the value ${value}`, async () => (await locator.inputValue()) === value);

/** Waits until `locator` has the focus. */
export const hasFocus = (locator) =>
  until('the focus', () => locator.evaluate((element) => element === document.activeElement));

/** What `locator` says, line by line, without the gaps between. */
export const lines = async (locator) => (await locator.innerText()).replaceAll(/\s*\n\s*/g, '\n');

/** Waits for the failure `code` and gives what it says. */
export async function failed(page, code) {
  const note = page.locator(`[data-error="${code}"]`).first();
  await note.waitFor();
  return lines(note);
}

// ---- first run ----

export async function createVault(page) {
  await page.getByRole('heading', { name: 'How should the vault open?' }).waitFor();
  await click(page, 'Continue');
  await page.getByRole('heading', { name: 'Save your recovery code' }).waitFor();
}

/** The vault opens with a passphrase, typed in the secret window. */
export async function createVaultWithPassphrase(bridge, page, passphrase) {
  await page.getByRole('radio', { name: /^Passphrase/ }).click();
  await click(page, 'Continue');
  const secret = await bridge.secretWindow(page);
  await secret.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await secret.getByLabel('Repeat passphrase').fill(passphrase);
  await secret.keyboard.press('Enter');
  await bridge.secretWindowGone(secret);
  await page.getByRole('heading', { name: 'Save your recovery code' }).waitFor();
}

export async function startWithSandbox(page) {
  await click(page, 'Skip');
  await page.getByRole('heading', { name: 'Where do you want to start?' }).waitFor();
  await click(page, 'Start with Sandbox');
  await page.getByRole('heading', { name: 'Send your first request' }).waitFor();
}

/** Sends the first request and gives its request id. */
export async function firstRequest(page) {
  await click(page, 'Send');
  await sees(page, 'That worked. This is its request ID:');
  return requestId.exec(await page.locator('main').innerText())[0];
}

/** From an empty folder to the console with its first answer. */
export async function firstRun(page) {
  await createVault(page);
  await startWithSandbox(page);
  const id = await firstRequest(page);
  await click(page, 'Open the console');
  await answered(page, 200);
  return id;
}

// ---- places ----

const shortcuts = { console: '1', sessions: '2', server: '4', applications: '5', settings: ',' };

/** Goes to a place by its shortcut. */
export const go = (page, place) => page.keyboard.press(`Control+${shortcuts[place]}`);

/** Opens a part of the settings. */
export async function openSettings(page, section) {
  await go(page, 'settings');
  await click(page, section);
  await page.getByRole('heading', { name: section, exact: true }).first().waitFor();
}

export async function openApplication(page) {
  await go(page, 'applications');
  await page.locator('[data-application]').first().click();
  await button(page, 'Create OAuth client').waitFor();
}

// ---- clients and sessions ----

export const grants = {
  token: /^Client credentials/,
  signIn: /^Authorization code/,
};

/** Opens the sheet for a new client and fills it in, the portal token too. */
export async function fillRegistration(page, name, grant) {
  await click(page, 'Create OAuth client');
  const sheet = page.getByRole('dialog', { name: 'Create OAuth client' });
  await sheet.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await sheet.getByRole('radio', { name: grant }).check();
  await click(sheet, 'Use a sandbox token');
  await button(sheet, 'Remove').waitFor();
  return sheet;
}

/** Registers a client; its "created" dialog stays open. */
export async function register(page, name, grant) {
  const sheet = await fillRegistration(page, name, grant);
  await click(sheet, 'Register client');
  const created = page.getByRole('dialog', { name: 'OAuth client created' });
  await created.waitFor();
  return created;
}

/** Gets a token for the client of the "created" dialog, and closes that. */
export async function getToken(created) {
  await created.getByRole('button', { name: /^Get a token/ }).click();
  await created.getByRole('button', { name: /^Use in console/ }).waitFor();
  await click(created, 'Done');
}

/** Begins a sign-in by `begin` and gives the sheet and the address for the browser. */
export async function beginSignIn(bridge, page, begin) {
  const seen = (await bridge.host()).openedUrls.length;
  await begin();
  const sheet = page.getByRole('dialog', { name: 'Finish signing in with your browser' });
  await sheet.waitFor();
  return { sheet, url: await bridge.nextUrl(seen) };
}

/**
 * Signs in with the client of the "created" dialog; the person approves in a browser. Gives the
 * sheet as it stands then, and the one-time code.
 */
export async function signIn(bridge, page, browser, created) {
  const { url } = await beginSignIn(bridge, page, () =>
    created.getByRole('button', { name: /^Sign in/ }).click(),
  );
  const { text, code } = await decide(browser, url);
  if (!text.includes('You can close this tab')) throw new Error(`the browser shows: ${text}`);
  const done = page.getByRole('dialog', { name: 'Signed in' });
  await done.getByText('Tokens are in your vault.').waitFor();
  return { done, code };
}

// ---- console ----

export const url = (page) => page.getByRole('textbox', { name: 'URL', exact: true });

/** Waits for an answer with `status`, and gives its request id as the page shows it. */
export async function answered(page, status) {
  await page.locator(`[data-summary] [data-status="${status}"]`).waitFor();
  return shownId(page);
}

/** The request id of the answer that is shown, or null. */
export async function shownId(page) {
  const text = await page.getByRole('region', { name: 'Response', exact: true }).innerText();
  return requestId.exec(text)?.[0] ?? null;
}

/** Waits until the answer with this request id is shown. */
export const showsId = (page, id) =>
  until(`the answer ${id}`, async () => (await shownId(page)) === id);

/** Writes an address and sends. Waits until another answer is there, and gives its request id. */
export async function request(page, address, status = 200) {
  await page.keyboard.press('Control+l');
  await url(page).fill(address);
  return send(page, status);
}

/** Sends what the console holds. Waits until another answer is there, and gives its request id. */
export async function send(page, status = 200) {
  // The headers of the answer hold its id.
  await page.keyboard.press('Alt+1');
  const before = await shownId(page);
  await page.keyboard.press('Control+Enter');
  return until('another answer', async () => {
    const found = page.locator(`[data-summary] [data-status="${status}"]`);
    if ((await found.count()) === 0) return null;
    const id = await shownId(page);
    return id !== before ? id : null;
  });
}

/** Chooses a credential in the console by its name. */
export async function chooseCredential(page, name) {
  await page.keyboard.press('Control+Shift+A');
  await page.getByRole('combobox', { name: 'Filter credentials' }).fill(name);
  // They may still be on their way.
  await page.getByRole('option').filter({ hasText: name }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: new RegExp(`^Credential.*${name}`) }).waitFor();
}

// ---- secrets, as only a test may know them ----

/** Every secret that the vault holds now, by name: copied in the app, read from the fake desktop. */
export async function collectSecrets(bridge) {
  const environmentId = (await bridge.call('app_status')).environment.id;
  const targets = [];
  for (const { key } of await bridge.call('applications', { environmentId })) {
    const view = await bridge.call('application', { application: key });
    for (const { id, name } of view.apiKeys) targets.push([name, { kind: 'api_key', id }]);
    for (const { id, name, hasSecret } of view.oauthClients) {
      if (hasSecret) targets.push([`secret of ${name}`, { kind: 'client_secret', id }]);
    }
  }
  for (const { id, clientName, hasRefreshToken } of await bridge.call('sessions', {
    environmentId,
  })) {
    targets.push([`access token of ${clientName}`, { kind: 'access_token', id }]);
    if (hasRefreshToken)
      targets.push([`refresh token of ${clientName}`, { kind: 'refresh_token', id }]);
  }
  const secrets = {};
  for (const [name, target] of targets) {
    await bridge.call('copy_secret', { target });
    secrets[name] = (await bridge.host()).clipboard;
  }
  await bridge.call('clear_clipboard');
  return secrets;
}

/** All that a page holds: its document with the values of its fields. */
export const documentOf = (page) =>
  page.evaluate(() => {
    const values = [...document.querySelectorAll('input, textarea')].map(({ value }) => value);
    return [document.documentElement.outerHTML, document.title, ...values].join('\n');
  });
