// What goes wrong is told in its own words, and what was typed stays.
import assert from 'node:assert/strict';
import { until } from '../desktop/session.mjs';
import { onPage } from './bed.mjs';
import * as on from './pages.mjs';
import * as setup from './setup.mjs';

const tokens = '/swap/v5.2/1/tokens';

onPage('a wrong portal token', setup.start, async ({ bridge, page }) => {
  await on.openApplication(page);
  await on.click(page, 'Create OAuth client');
  const sheet = page.getByRole('dialog', { name: 'Create OAuth client' });
  const name = sheet.getByRole('textbox', { name: 'Name', exact: true });
  await name.fill('Nightly jobs');
  await sheet.getByRole('textbox', { name: 'Scopes' }).fill('swap:read');

  // Nothing at all, then nothing on the clipboard, then something that is no portal token.
  await on.click(sheet, 'Register client');
  await on.sees(sheet, 'Paste or type the portal access token.');
  await on.click(sheet, 'Paste from clipboard');
  await on.sees(sheet, 'The clipboard has no text. Copy the value, then try again.');
  await bridge.setClipboard('a-token-that-no-portal-has-ever-given');
  await on.click(sheet, 'Paste from clipboard');
  await on.button(sheet, 'Remove').waitFor();
  await on.click(sheet, 'Register client');
  const said = await on.failed(page, 'portal_token_refused');
  assert.match(said, /The portal access token was not accepted/);
  assert.match(said, /It may have expired\. Get a new one in the portal\./);
  assert.equal(await name.inputValue(), 'Nightly jobs');
  assert.equal(await sheet.getByRole('textbox', { name: 'Scopes' }).inputValue(), 'swap:read');

  // A good one goes on from there.
  await on.click(sheet, 'Remove');
  await on.click(sheet, 'Use a sandbox token');
  await on.button(sheet, 'Remove').waitFor();
  await on.click(sheet, 'Register client');
  await page.getByRole('dialog', { name: 'OAuth client created' }).waitFor();
});

onPage('a server that is not there', setup.start, async ({ page }) => {
  await on.openSettings(page, 'Environments');
  await on.click(page, 'Add environment');
  const dialog = page.getByRole('dialog', { name: 'Add environment' });
  const field = (name) => dialog.getByRole('textbox', { name, exact: true });
  await field('Name').fill('Staging');

  await field('API gateway').fill('ftp://files.example');
  await on.click(dialog, 'Check server');
  assert.match(
    await on.failed(page, 'not_https'),
    /This server does not use HTTPS\nOAuth needs HTTPS/,
  );

  await field('API gateway').fill('http://127.0.0.1:1');
  await on.click(dialog, 'Check server');
  assert.match(
    await on.failed(page, 'connection_refused'),
    /Nothing is listening at 127\.0\.0\.1:1\n/,
  );

  await field('API gateway').fill('https://no-such-host.invalid');
  await on.click(dialog, 'Check server');
  const said = await on.failed(page, 'unreachable');
  assert.match(said, /Could not reach no-such-host\.invalid/);
  assert.match(said, /The name did not resolve\./);
  assert.equal(await field('Name').inputValue(), 'Staging');
  assert.equal(await field('API gateway').inputValue(), 'https://no-such-host.invalid');
  assert.equal(await dialog.getByRole('button', { name: 'Try again' }).count(), 1);
});

onPage('a server without OAuth metadata', setup.start, async ({ bridge, page, made }) => {
  await bridge.fault('metadata', { kind: 'status', status: 404 }, null);
  await on.openSettings(page, 'Environments');
  await on.click(page, 'Add environment');
  const dialog = page.getByRole('dialog', { name: 'Add environment' });
  await dialog
    .getByRole('textbox', { name: 'API gateway', exact: true })
    .fill(made.environment.apiBase);
  await on.click(dialog, 'Check server');
  assert.match(await on.failed(page, 'no_metadata'), /No OAuth metadata at this address/);
});

onPage('metadata that names another issuer', setup.start, async ({ bridge, page, made }) => {
  await on.go(page, 'server');
  await page.getByRole('heading', { name: 'Endpoints' }).waitFor();
  const patch = { issuer: 'https://issuer.example' };
  await bridge.fault('metadata', { kind: 'merge', patch }, null);
  await on.click(page, 'Refresh');
  const said = await on.failed(page, 'issuer_mismatch');
  assert.match(said, /The metadata names another issuer/);
  assert.ok(said.includes(`Expected ${made.environment.apiBase}`), said);
  assert.match(said, /got https:\/\/issuer\.example\/?\. It was not used\./);
  // What was read before stays to be looked at, and a good answer takes the message away.
  await page.getByRole('heading', { name: 'Endpoints' }).waitFor();
  await bridge.clearFaults();
  await on.click(page, 'Refresh');
  await page.locator('[data-error]').waitFor({ state: 'detached' });
});

onPage('a JSON body that is not JSON', setup.start, async ({ page }) => {
  await on.chooseCredential(page, 'Sample key');
  await page.keyboard.press('Control+l');
  await on.url(page).fill('/web3/1');
  await page.getByRole('button', { name: 'Method: GET' }).click();
  await page.getByRole('option', { name: 'POST' }).click();
  await page.getByRole('tab', { name: /^Body/ }).first().click();
  await page.getByRole('radio', { name: 'JSON' }).click();
  const body = page.getByRole('textbox', { name: 'JSON body' });
  await body.fill('{"jsonrpc": "2.0",');
  await page.locator('[data-json-check].problem').waitFor();
  await page.keyboard.press('Control+Enter');
  const said = await on.failed(page, 'invalid_json');
  assert.match(said, /The JSON body is not JSON\nLine 1: /);
  assert.equal(await body.inputValue(), '{"jsonrpc": "2.0",');
  assert.equal(await page.locator('[data-summary]').count(), 0, 'nothing was sent');

  await body.fill('{"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}');
  await page.keyboard.press('Control+Enter');
  await on.answered(page, 200);
  await page.locator('[data-error]').waitFor({ state: 'detached' });
});

onPage('an unknown host, and a host that is not the own', setup.start, async ({ page }) => {
  await page.keyboard.press('Control+l');
  await on.url(page).fill('https://no-such-host.invalid/a?b=c');
  await page.keyboard.press('Control+Enter');
  assert.match(await on.failed(page, 'unreachable'), /Could not reach no-such-host\.invalid/);
  assert.equal(await on.url(page).inputValue(), 'https://no-such-host.invalid/a?b=c');
  await page.getByText('No answer').first().waitFor();

  // With a credential nothing is sent before a person decides.
  await on.chooseCredential(page, 'Sample key');
  await page.keyboard.press('Control+Enter');
  const guard = page.locator('[data-guard]');
  await guard.waitFor();
  assert.match(
    await guard.innerText(),
    /This request would send Sample key to no-such-host\.invalid, which is not this environment's host\./,
  );
  await on.click(page, 'Send without credential');
  await guard.waitFor({ state: 'detached' });
  await on.hasFocus(page.getByRole('button', { name: /^(Send|Cancel)/ }).first());
  await on.failed(page, 'unreachable');
  await page.getByRole('tab', { name: 'As sent' }).click();
  await on.sees(page.getByRole('tabpanel', { name: 'As sent' }), 'None');
});

onPage('answers that refuse: 401, 403, 429, 503', setup.start, async ({ bridge, page }) => {
  await on.chooseCredential(page, 'Sample key');
  const help = page.locator('[data-help]');
  const refuse = async (status, retryAfter = null) => {
    await bridge.fault('gateway', { kind: 'status', status, retry_after: retryAfter });
    const id = await on.request(page, tokens, status);
    assert.ok(id, 'a refusal shows its request id');
    return help.innerText();
  };
  assert.match(await refuse(401), /The server did not accept this credential\. It may have been/);
  await on.button(help, 'Choose another').waitFor();
  assert.match(await refuse(403), /The credential is valid but may not do this\./);
  assert.match(await refuse(429, '41'), /Too many requests\. Try again in 41 s\./);
  const again = help.getByRole('button', { name: /^Send again in \d+ s$/ });
  await again.waitFor();
  assert.equal(await again.isDisabled(), true);
  await bridge.fault('gateway', { kind: 'status', status: 429, retry_after: '1' });
  await on.send(page, 429);
  await on.click(help, 'Send again');
  await on.answered(page, 200);
  await help.waitFor({ state: 'detached' });
  assert.match(await refuse(503), /The server failed\. Its logs can be found by this request ID\./);
  await on.click(help, 'Copy for support');
  const clipboard = await until('the facts', async () => (await bridge.host()).clipboard);
  assert.ok(clipboard.includes(await on.shownId(page)), clipboard);

  // Without a credential the words are others.
  await on.chooseCredential(page, 'None');
  await on.request(page, tokens, 401);
  assert.match(
    await help.innerText(),
    /The server wants a credential, and this request carried none\./,
  );
  await on.button(help, 'Choose a credential').waitFor();
});

onPage('a connection that is lost, and an answer that does not come', setup.start, async (bed) => {
  const { bridge, page } = bed;
  await on.chooseCredential(page, 'Sample key');
  await bridge.fault('gateway', { kind: 'disconnect' }, null);
  await page.keyboard.press('Control+l');
  await on.url(page).fill(tokens);
  await page.keyboard.press('Control+Enter');
  assert.match(
    await on.failed(page, 'connection_lost'),
    /The connection to 127\.0\.0\.1.* was lost/,
  );
  await bridge.clearFaults();
  await on.click(page, 'Try again');
  await on.answered(page, 200);

  await setup.settings(bridge, { requestTimeout: 1 });
  await bridge.fault('gateway', { kind: 'delay', milliseconds: 60_000 });
  await page.keyboard.press('Control+Enter');
  const said = await on.failed(page, 'timed_out');
  assert.match(said, /No answer within 1 s\nThe request may still have been processed\./);
  await on.click(page, 'Change timeout');
  await page.getByRole('heading', { name: 'Requests and history' }).waitFor();
});

onPage('a clipboard that the desktop refuses', setup.start, async ({ bridge, page }) => {
  await on.openApplication(page);
  await bridge.desktop({ clipboardRefused: true });
  await on.click(page, 'Copy Sample key');
  await on.sees(page, 'Could not copy. The desktop refused access to the clipboard.');
  await on.click(page, 'Add API key');
  const dialog = page.getByRole('dialog', { name: 'Add API key' });
  const name = dialog.getByRole('textbox', { name: 'Name', exact: true });
  await name.fill('ci smoke');
  await on.click(dialog, 'Paste from clipboard');
  await dialog.getByText('The desktop refused access to the clipboard.').waitFor();
  assert.equal(await name.inputValue(), 'ci smoke');
  await bridge.desktop({ clipboardRefused: false });
  await bridge.setClipboard('api-key-that-the-sandbox-does-not-know-0123');
  await on.click(dialog, 'Paste from clipboard');
  await on.button(dialog, 'Remove').waitFor();
  // The key is checked with one request first.
  await on.click(dialog, 'Add API key');
  await on.sees(dialog, 'The server did not accept this key.');
  assert.equal(await name.inputValue(), 'ci smoke');
  await on.click(dialog, 'Save anyway');
  await dialog.waitFor({ state: 'detached' });
  await on.button(page, 'Copy ci smoke').click();
  await on.sees(page, 'ci smoke copied.');
});

onPage('a session that is revoked while the console holds it', setup.start, async (bed) => {
  const { bridge, page } = bed;
  await on.openApplication(page);
  await on.getToken(await on.register(page, 'Nightly jobs', on.grants.token));
  await on.go(page, 'console');
  await on.chooseCredential(page, 'Nightly jobs');
  const environmentId = (await bridge.call('app_status')).environment.id;
  const [{ id }] = await bridge.call('sessions', { environmentId });
  await bridge.call('end_session', { sessionId: id, forgetAnyway: true });
  await page
    .getByRole('button', { name: 'Credential: Nightly jobs, not there any more' })
    .waitFor();

  await page.keyboard.press('Control+l');
  await on.url(page).fill(tokens);
  await page.keyboard.press('Control+Enter');
  assert.match(await on.failed(page, 'not_found'), /This session is not there any more/);
  await on.button(page, 'Choose another credential').waitFor();
  await on.click(page, 'Send without credential');
  await on.answered(page, 401);
  await on.button(page, 'Credential: None').waitFor();
});

onPage('a refusal says why, in the words of the server', setup.start, async ({ page }) => {
  await on.chooseCredential(page, 'Sample key');
  await on.request(page, '/no/such/place', 404);
  const help = page.locator('[data-help]');
  await on.sees(help, 'The server says:');
  await on.click(help, 'Show body');
  await on.hasFocus(page.getByRole('tab', { name: /^Body/ }).last());
});
