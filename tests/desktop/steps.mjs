// The steps of the main job in the real window, as a person does them. The
// tour, the restart test and the kill test all use these.
import { By, Key } from './app.mjs';
import { decide } from './consent.mjs';

/** Clicks the button with this name. */
export const click = async (app, name, limit) => (await app.button(name, limit)).click();

/** First run up to the choice of a start, with the system keyring. */
export async function openWithKeyring(app) {
  await app.sees('How should the vault open?');
  await click(app, 'Continue');
  await app.sees('Save your recovery code');
  await click(app, 'Skip');
  await app.sees('Where do you want to start?');
}

/** First run up to the choice of a start, with a passphrase typed in the secret window. */
export async function openWithPassphrase(app, passphrase) {
  await app.sees('How should the vault open?');
  await (await app.named('radio', /^Passphrase/)).click();
  await click(app, 'Continue');
  await app.inSecretWindow(async () => {
    const [first, second] = await app.driver.findElements(By.css('input'));
    await first.sendKeys(passphrase);
    await second.sendKeys(passphrase, Key.ENTER);
  });
  await app.secretWindowGone();
  await app.sees('Save your recovery code');
  await click(app, 'Skip');
  await app.sees('Where do you want to start?');
}

/** Chooses Sandbox and sends the first request. Gives its request id. */
export async function firstRequest(app) {
  await click(app, 'Start with Sandbox');
  await app.sees('Send your first request');
  await click(app, /^Send/);
  await app.sees('That worked. This is its request ID:');
  const id = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(await app.text())?.[0];
  if (!id) throw new Error('the first request shows no request id');
  return id;
}

/** Opens the page of the sample application. */
export async function openApplication(app) {
  await app.chord(Key.CONTROL, '5');
  await app.sees('Applications');
  await (await app.find('[data-application]')).click();
  await app.sees('OAuth clients');
}

/** Registers a client. `grant` is `client_credentials` or `authorization_code`. */
export async function registerClient(app, name, grant) {
  await click(app, 'Create OAuth client');
  await app.sees('Register here');
  const field = await app.named('textbox', 'Name');
  await field.clear();
  await field.sendKeys(name);
  const radio = grant === 'client_credentials' ? /^Client credentials/ : /^Authorization code/;
  await (await app.named('radio', radio)).click();
  await click(app, 'Use a sandbox token');
  await click(app, 'Register client');
  await app.sees('OAuth client created', 30_000);
}

/** Signs in with the client whose "created" sheet is open; the browser approves. */
export async function signIn(app, browser, options) {
  const seen = app.openedUrls().length;
  await click(app, /^Sign in/);
  await app.sees('Finish signing in with your browser');
  const url = await app.nextUrl(seen);
  const page = await decide(browser, url, options);
  if (!page.includes('You can close this tab')) throw new Error(`the browser shows: ${page}`);
  await app.sees('Signed in', 30_000);
}
