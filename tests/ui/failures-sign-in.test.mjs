// Sign-ins that do not end well, and sessions that end: each says why, and goes on from there.
import assert from 'node:assert/strict';
import { until } from '../desktop/session.mjs';
import { onPage } from './bed.mjs';
import * as on from './pages.mjs';
import * as setup from './setup.mjs';

/** A client that signs in. */
async function prepare(bridge) {
  const made = await setup.start(bridge);
  const web = await setup.client(bridge, made, 'Web sign-in', 'authorization_code');
  return { ...made, web };
}

/** Opens the page of the client and begins to sign in. Gives the sheet and the link. */
async function begin(bridge, page) {
  await on.openApplication(page);
  await page.getByRole('button', { name: 'Web sign-in' }).first().click();
  return again(bridge, page, /^Sign in/);
}

/** The same by a button that is shown. */
const again = (bridge, page, name) =>
  on.beginSignIn(bridge, page, () => page.getByRole('button', { name }).first().click());

const sessions = (bridge, { environment }) =>
  bridge.call('sessions', { environmentId: environment.id });

const dialog = (page, name) => page.getByRole('dialog', { name });

onPage('a declined consent', prepare, async ({ bridge, page, made }) => {
  const { url } = await begin(bridge, page);
  await bridge.consent(url, 'decline');
  const sheet = dialog(page, 'Access was declined');
  await on.sees(sheet, 'No token was saved.');
  assert.deepEqual(await sessions(bridge, made), []);
  const next = await again(bridge, page, 'Try again');
  assert.notEqual(next.url, url);
  await bridge.consent(next.url, 'approve');
  await dialog(page, 'Signed in').waitFor();
});

onPage('a browser that was closed: cancel', prepare, async ({ bridge, page, made }) => {
  const { sheet } = await begin(bridge, page);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  assert.deepEqual(await sessions(bridge, made), []);
  const next = await again(bridge, page, /^Sign in/);
  await page.getByRole('button', { name: /^Cancel sign-in/ }).click();
  await next.sheet.waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'Sign-in options' }).waitFor();
});

onPage('a browser that was closed: the time limit', prepare, async ({ bridge, page, made }) => {
  await page.clock.install();
  const { sheet } = await begin(bridge, page);
  // The page counts with its own clock, as far as the app's is moved.
  await bridge.advance(245);
  await page.clock.fastForward(245_000);
  await on.click(sheet, 'Wait 5 more minutes');
  await on.button(sheet, 'Wait 5 more minutes').waitFor({ state: 'detached' });
  await bridge.advance(360);
  const timedOut = dialog(page, 'Sign-in timed out');
  await on.sees(timedOut, 'Nothing came back within 5 minutes. The listener is closed.');
  assert.deepEqual(await sessions(bridge, made), []);
  const next = await again(bridge, page, 'Try again');
  await bridge.consent(next.url, 'approve');
  await dialog(page, 'Signed in').waitFor();
});

onPage('no browser on this computer', prepare, async ({ bridge, page }) => {
  await bridge.desktop({ noBrowser: true });
  await on.openApplication(page);
  await page.getByRole('button', { name: 'Web sign-in' }).first().click();
  await page
    .getByRole('button', { name: /^Sign in/ })
    .first()
    .click();
  const sheet = dialog(page, 'Finish signing in with your browser');
  await on.sees(sheet, 'No browser opened');
  await on.click(sheet, 'Open browser again');
  await on.sees(sheet, 'Copy the sign-in link and open it in a browser yourself.');
  await on.click(sheet, 'Copy sign-in link');
  const link = await until('the link', async () => (await bridge.host()).clipboard);
  await bridge.consent(link, 'approve');
  await dialog(page, 'Signed in').waitFor();
});

onPage('a redirect that does not reach the app: pasted', prepare, async ({ bridge, page }) => {
  const { sheet, url } = await begin(bridge, page);
  const stopped = await bridge.stoppedAt(url);
  const paste = async (text, said) => {
    await bridge.setClipboard(text);
    await on.click(sheet, 'Paste from clipboard');
    await on.sees(sheet, said);
  };
  const altered = (change) => {
    const address = new URL(stopped);
    change(address.searchParams);
    return address.href;
  };
  await paste('not an address', 'That is not an address.');
  await paste(
    altered((params) => params.delete('code')),
    'This address has no code in it.',
  );
  await paste(
    'https://example.com/?code=of-another-page',
    `This is not the address the sign-in returns to. It starts with ${new URL(stopped).origin}`,
  );
  await paste(
    altered((params) => params.set('state', 'of-another-sign-in')),
    'This address belongs to another sign-in.',
  );
  await bridge.setClipboard(stopped);
  await on.click(sheet, 'Paste from clipboard');
  await dialog(page, 'Signed in').waitFor();
});

onPage('a redirect that does not reach the app: typed', prepare, async ({ bridge, page }) => {
  const { sheet, url } = await begin(bridge, page);
  const stopped = await bridge.stoppedAt(url);
  await on.click(sheet, 'Type it…');
  await on.sees(sheet, 'Type it in the window that opened.');
  const secret = await bridge.secretWindow(page);
  await secret.getByLabel('Value').fill('nonsense');
  await on.click(secret, 'Save');
  await on.sees(secret, 'That is not an address.');
  await secret.getByLabel('Value').fill(stopped);
  await on.click(secret, 'Save');
  await bridge.secretWindowGone(secret);
  await dialog(page, 'Signed in').waitFor();
});

for (const [name, fault, title, text] of [
  [
    'a reply of another server',
    { place: 'authorization', set: [['iss', 'https://issuer.example']] },
    'The reply names another server',
    'It was not used.',
  ],
  [
    'a code that was refused',
    { place: 'token_code', error: 'invalid_grant' },
    'The sign-in code was refused',
    'Codes work once and for a short time.',
  ],
]) {
  onPage(name, prepare, async ({ bridge, page, made }) => {
    const { url } = await begin(bridge, page);
    const refusal = {
      kind: 'answer',
      status: 400,
      content_type: 'application/json',
      body: JSON.stringify({ error: fault.error }),
    };
    const parameters = { kind: 'answer_parameters', set: fault.set };
    await bridge.fault(fault.place, fault.error ? refusal : parameters);
    await bridge.consent(url, 'approve');
    const sheet = dialog(page, title);
    await on.sees(sheet, text);
    assert.deepEqual(await sessions(bridge, made), []);
    await again(bridge, page, 'Start again');
  });
}

onPage('a reply of another sign-in is ignored', prepare, async ({ bridge, page, made }) => {
  const { sheet, url } = await begin(bridge, page);
  const set = [['state', 'not-the-state-that-was-sent']];
  await bridge.fault('authorization', { kind: 'answer_parameters', set });
  const landing = await (await bridge.consent(url, 'approve')).json();
  assert.match(landing.page, /No sign-in is waiting for this address/);
  await on.sees(sheet, 'Waiting for your approval');
  assert.deepEqual(await sessions(bridge, made), []);
  await bridge.consent(url, 'approve');
  await dialog(page, 'Signed in').waitFor();
});

/** A session that was signed in to. */
async function signedIn(bridge) {
  const made = await prepare(bridge);
  const { id } = await bridge.call('sign_in', {
    oauthClientId: made.web.id,
    anyPortOnce: false,
    chooseAccount: false,
  });
  await bridge.consent(await bridge.nextUrl(0), 'approve');
  await until('a session', async () => {
    const { stage } = await bridge.call('sign_in_state', { signInId: id });
    return stage === 'done';
  });
  return made;
}

onPage('an access token that has expired', signedIn, async ({ bridge, page }) => {
  await on.go(page, 'sessions');
  await on.click(page, 'Use in console');
  await on.request(page, '/swap/v5.2/1/tokens');
  // It refreshes itself; when that fails the old token is what is left.
  await bridge.fault('token_refresh', { kind: 'status', status: 503 }, null);
  await bridge.advanceSandbox(7200);
  await on.send(page, 401);
  const help = page.locator('[data-help]');
  await on.sees(help, 'The server did not accept this credential.');
  await on.click(help, 'Refresh');
  assert.match(await on.failed(page, 'token_server_busy'), /The token server is busy/);
  await bridge.clearFaults();
  await on.click(help, 'Refresh');
  await on.answered(page, 200);
});

onPage('a session that the server has ended', signedIn, async ({ bridge, page }) => {
  await on.go(page, 'sessions');
  await page.getByRole('heading', { name: 'Claims' }).waitFor();
  await bridge.fault('token_refresh', {
    kind: 'answer',
    status: 400,
    content_type: 'application/json',
    body: '{"error":"invalid_grant"}',
  });
  await on.click(page, 'Refresh');
  await on.sees(page, 'This session has ended');
  const { url } = await again(bridge, page, 'Sign in…');
  await bridge.consent(url, 'approve');
  await dialog(page, 'Signed in').waitFor();
});

onPage(
  'a revocation that the server does not confirm',
  signedIn,
  async ({ bridge, page, made }) => {
    await on.go(page, 'sessions');
    await page.getByRole('heading', { name: 'Claims' }).waitFor();
    await bridge.fault('revocation', { kind: 'status', status: 503 }, null);
    await on.click(page, 'Revoke…');
    await on.click(page.getByRole('alertdialog'), 'Revoke session');
    const told = page.getByRole('alertdialog', { name: 'The server did not confirm.' });
    await on.sees(told, 'The tokens were kept so you can try again.');
    await on.click(told, 'Keep session');
    assert.equal((await sessions(bridge, made)).length, 1);
    await bridge.clearFaults();
    await on.click(page, 'Revoke…');
    await on.click(page.getByRole('alertdialog'), 'Revoke session');
    // It is said where the session was, and that is where the focus goes.
    const over = page.getByRole('heading', { name: 'Web sign-in revoked' });
    await on.hasFocus(over);
  },
);
