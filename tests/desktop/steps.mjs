// The steps of the main job in the real window, as a person does them. The
// tour, the restart test and the kill test all use these.
import { By, Key } from './app.mjs';
import { decide } from './consent.mjs';
import { until } from './session.mjs';

/** Clicks the button with this name. */
export const click = (app, name) => app.click(() => app.button(name));

/** First run: the vault opens with the system keyring. */
export async function createVault(app) {
  await app.sees('How should the vault open?');
  await click(app, 'Continue');
  await app.sees('Save your recovery code');
}

/** First run: the vault opens with a passphrase, typed in the secret window. */
export async function createVaultWithPassphrase(app, passphrase) {
  await app.sees('How should the vault open?');
  await app.click(() => app.named('radio', /^Passphrase/));
  await click(app, 'Continue');
  await app.inSecretWindow(async () => {
    await app.focusIn('input');
    for (const label of ['Passphrase', 'Repeat passphrase']) {
      await (await app.named('textbox', label)).sendKeys(passphrase);
    }
    await app.focusIn('input');
  });
  app.pressKey('Return');
  await app.secretWindowGone();
  await app.sees('Save your recovery code');
}

/** Types a passphrase into the secret window that asks for it. */
export async function typePassphrase(app, passphrase) {
  await app.inSecretWindow(async () => {
    await app.focusIn('input[type=password]');
    // What an earlier try left there is selected, and typing replaces it.
    await app.press(passphrase);
  });
  app.pressKey('Return');
}

/** First run: no recovery code now. */
export async function skipRecoveryCode(app) {
  await click(app, 'Skip');
  await app.sees('Where do you want to start?');
}

/** First run: the sandbox. */
export async function startWithSandbox(app) {
  await click(app, 'Start with Sandbox');
  await app.sees('Send your first request');
}

/** First run: sends the first request and gives its request id. */
export async function firstRequest(app) {
  await click(app, /^Send/);
  await app.sees('That worked. This is its request ID:');
  return requestIds(await app.text())[0];
}

/** First run is over: the console shows the first request. */
export async function openConsole(app, requestId) {
  await click(app, 'Open the console');
  await app.find('[data-summary] [data-status="200"]');
  await app.sees(requestId);
}

/** Opens the page of the sample application. */
export async function openApplication(app) {
  await app.chord(Key.CONTROL, '5');
  await app.click(() => app.find('[data-application]'));
  await app.button('Create OAuth client');
}

/** Takes a portal access token of the sandbox by its button. */
export const useSandboxToken = (app) => click(app, 'Use a sandbox token');

/** Takes the portal access token that the clipboard holds. */
export const pasteToken = (app) => click(app, 'Paste from clipboard');

/**
 * Registers a client. `grant` is `client_credentials` or `authorization_code`, `takeToken` brings
 * the portal access token, `picture` sees the filled form.
 */
export async function registerClient(
  app,
  name,
  grant,
  { takeToken = useSandboxToken, picture } = {},
) {
  await click(app, 'Create OAuth client');
  await app.sees('Register here');
  const field = await app.named('textbox', 'Name');
  await field.clear();
  await field.sendKeys(name);
  const radio = grant === 'client_credentials' ? /^Client credentials/ : /^Authorization code/;
  await app.click(() => app.named('radio', radio));
  await takeToken(app);
  await app.button('Remove');
  await picture?.();
  await click(app, 'Register client');
  await app.sees('OAuth client created', 30_000);
}

/** Gets a token for the client whose "created" dialog is open, and closes that. */
export async function getToken(app) {
  await click(app, /^Get a token/);
  await app.button(/^Use in console/);
  await click(app, 'Done');
}

/**
 * Signs in with the client whose "created" dialog is open, or with the one named `with` on the
 * application's page; the browser approves. Gives the one-time code.
 */
export async function signIn(app, browser, { with: name, waiting, ...options } = {}) {
  const seen = app.openedUrls().length;
  await click(app, name ? `Sign in… with ${name}` : /^Sign in/);
  await app.sees('Finish signing in with your browser');
  const url = await app.nextUrl(seen);
  await waiting?.();
  const { text, code } = await decide(browser, url, options);
  if (!text.includes('You can close this tab')) throw new Error(`the browser shows: ${text}`);
  await app.sees('Tokens are in your vault.', 30_000);
  return code;
}

/** Asks for `path` with what the console is set to. Gives the request id of the answer. */
export async function request(app, path) {
  await app.chord(Key.CONTROL, 'l');
  const url = await app.named('textbox', 'URL');
  const { origin } = new URL(await url.getAttribute('value'));
  await app.chord(Key.CONTROL, 'a');
  const wanted = `${origin}${path}`;
  await app.press(wanted);
  await until(`the address ${wanted}`, async () => (await url.getAttribute('value')) === wanted);
  return send(app);
}

/** Chooses a theme in the settings. */
export async function chooseTheme(app, name) {
  await app.chord(Key.CONTROL, ',');
  await click(app, 'Appearance');
  await app.click(() => app.named('radio', name));
  const dark = name === 'Dark';
  await until(`the theme ${name}`, () =>
    app.driver.executeScript(
      `return matchMedia('(prefers-color-scheme: dark)').matches === ${dark} ||
        document.documentElement.dataset.theme === '${name.toLowerCase()}'`,
    ),
  );
}

/** Sends what the console shows, by keyboard. Gives the request id of the answer. */
export async function send(app) {
  const before = requestIds(await app.text());
  await app.chord(Key.CONTROL, Key.ENTER);
  return until('an answer with a new request id', async () => {
    const [newest] = requestIds(await app.text()).filter((id) => !before.includes(id));
    return newest;
  });
}

/** Opens the sessions. */
export async function openSessions(app) {
  await app.chord(Key.CONTROL, '2');
  await app.sees('Access token');
}

/** Request ids in a text, in their order. */
export const requestIds = (text) =>
  text.match(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g) ?? [];
