// Forms of clients, applications and environments: what is wrong is said at its field, what was
// written stays, and what was made can be changed and removed.
import assert from 'node:assert/strict';
import { found } from '../desktop/scan.mjs';
import { until } from '../desktop/session.mjs';
import { onPage } from './bed.mjs';
import * as on from './pages.mjs';
import * as setup from './setup.mjs';

const field = (page, name) => page.getByRole('textbox', { name, exact: true });
const dialog = (page, name) => page.getByRole('dialog', { name });
const chooseFrom = async (page, menu, item) => {
  await on.click(page, menu);
  await page.getByRole('menuitem', { name: item }).click();
};

onPage('a registration with wrong fields', setup.start, async ({ bridge, page }) => {
  const sheet = await (async () => {
    await on.openApplication(page);
    return on.fillRegistration(page, 'Web sign-in', on.grants.signIn);
  })();
  await field(sheet, 'Name').fill('n'.repeat(65));
  await field(sheet, 'Scopes').fill('swap:read "all"');
  await field(sheet, 'Redirect URI 1').fill('http://example.com/callback');
  await on.click(sheet, 'Add another');
  await field(sheet, 'Redirect URI 2').fill('https://example.com/a#b');
  await on.click(sheet, 'Register client');
  for (const words of [
    'Use at most 64 characters.',
    'A scope has letters, digits and signs but no quotes.',
    'Use https, or http on 127.0.0.1.',
    'A redirect URI cannot contain a #fragment.',
    '4 fields need attention',
  ]) {
    await on.sees(sheet, words);
  }
  await on.hasFocus(field(sheet, 'Name'));
  assert.equal(await field(sheet, 'Redirect URI 2').inputValue(), 'https://example.com/a#b');

  await field(sheet, 'Name').fill('Web sign-in');
  await field(sheet, 'Scopes').fill('swap:read');
  await field(sheet, 'Redirect URI 1').fill('http://127.0.0.1/callback');
  await on.click(sheet, 'Remove redirect URI 2');
  // The server has the last word.
  await bridge.fault('registration', {
    kind: 'answer',
    status: 400,
    content_type: 'application/json',
    body: '{"error":"invalid_redirect_uri","error_description":"not on our list"}',
  });
  await on.click(sheet, 'Register client');
  const said = await on.failed(page, 'redirect_uri_refused');
  assert.match(said, /The server refused a redirect URI\n.*not on our list/);
  assert.equal(await field(sheet, 'Name').inputValue(), 'Web sign-in');
  await on.click(sheet, 'Register client');
  await dialog(page, 'OAuth client created').waitFor();
});

onPage('a registration that is cancelled', setup.start, async ({ bridge, page, made }) => {
  await on.openApplication(page);
  const sheet = await on.fillRegistration(page, 'Nightly jobs', on.grants.token);
  await bridge.fault('registration', { kind: 'delay', milliseconds: 60_000 });
  await on.click(sheet, 'Register client');
  await on.button(sheet, 'Registering…').waitFor();
  await on.click(sheet, 'Cancel');
  await on.sees(sheet, 'Cancelled. Nothing was saved.');
  assert.equal(await field(sheet, 'Name').inputValue(), 'Nightly jobs');
  const view = await bridge.call('application', { application: made.application });
  assert.deepEqual(view.oauthClients, []);
  await bridge.clearFaults();
  await on.click(sheet, 'Register client');
  await dialog(page, 'OAuth client created').waitFor();
});

onPage('a client is imported, renamed and removed', setup.start, async ({ bridge, page }) => {
  const secret = 'secret-of-the-imported-client-0123456789';
  await on.openApplication(page);
  await on.click(page, 'Import…');
  const sheet = dialog(page, 'Import OAuth client');
  await on.hasFocus(field(sheet, 'Name'));
  await bridge.setClipboard(secret);
  await on.click(sheet, 'Paste JSON from the portal');
  await on.sees(sheet, "Copy the client's JSON from the portal: an object with client_id.");
  await bridge.setClipboard(
    JSON.stringify({
      client_id: 'client-of-the-portal',
      client_secret: secret,
      client_name: 'From the portal',
      grant_types: ['client_credentials'],
    }),
  );
  await on.click(sheet, 'Paste JSON from the portal');
  await on.sees(sheet, 'Read From the portal from the clipboard');
  await on.hasValue(field(sheet, 'Client ID'), 'client-of-the-portal');
  await on.click(sheet, 'Import client');
  const imported = dialog(page, 'OAuth client imported');
  // The server does not know it.
  await imported.getByRole('button', { name: /^Get a token/ }).click();
  assert.match(
    await on.failed(imported, 'client_refused'),
    /The server did not accept this client/,
  );
  await on.click(imported, 'Open client');
  await page.getByRole('heading', { name: 'Token options' }).waitFor();
  await on.click(page, 'Copy client secret of From the portal');
  await until('the secret', async () => (await bridge.host()).clipboard === secret);

  await chooseFrom(page, 'More actions for From the portal', 'Rename…');
  await field(page, 'Name').fill('Imported');
  await on.click(page, 'Rename');
  await page.getByRole('heading', { name: 'Imported', level: 1 }).waitFor();
  assert.deepEqual(found(await on.documentOf(page), { secret }), []);
  assert.deepEqual(found(await bridge.traffic(), { secret }), []);

  const confirm = page.getByRole('alertdialog', { name: 'Remove Imported from Inchkeep?' });
  await chooseFrom(page, 'More actions for Imported', 'Remove from Inchkeep…');
  await on.hasFocus(on.button(confirm, 'Keep client'));
  await page.keyboard.press('Enter');
  await confirm.waitFor({ state: 'detached' });
  await chooseFrom(page, 'More actions for Imported', 'Remove from Inchkeep…');
  await on.click(confirm, 'Remove from Inchkeep');
  await on.sees(page, 'No OAuth clients.');
});

onPage('an application is added, renamed and removed', setup.start, async ({ page }) => {
  await on.go(page, 'applications');
  await page.getByRole('button', { name: 'Add application' }).last().click();
  const form = dialog(page, 'Add application');
  await on.click(form, 'Add application');
  await on.sees(form, 'Enter a name.');
  await field(form, 'Name').fill('Desk <b>bold</b>');
  await on.click(form, 'Add application');
  await page.getByRole('heading', { name: 'Desk <b>bold</b>', level: 1 }).waitFor();
  await page.keyboard.press('F2');
  const renaming = dialog(page, /^Rename/);
  await field(renaming, 'Name').fill('Desk');
  await on.click(renaming, 'Rename');
  await page.getByRole('heading', { name: 'Desk', level: 1, exact: true }).waitFor();
  await chooseFrom(page, 'More actions for Desk', 'Remove from Inchkeep…');
  await on.click(page.getByRole('alertdialog'), 'Remove from Inchkeep');
  await page.getByRole('heading', { name: 'Applications', level: 1 }).waitFor();
  await until(
    'one application',
    async () => (await page.locator('[data-application]').count()) === 1,
  );
});

onPage(
  'an environment is added, changed, used and removed',
  setup.start,
  async ({ page, made }) => {
    await on.openSettings(page, 'Environments');
    await on.click(page, 'Add environment');
    let form = dialog(page, 'Add environment');
    await field(form, 'Name').fill('Sandbox');
    await field(form, 'API gateway').fill(made.environment.apiBase);
    await field(form, 'Log retention (days)').fill('many');
    await on.click(form, 'Add environment');
    await on.sees(form, 'Use 1 to 3650 days, or leave it empty.');
    await field(form, 'Log retention (days)').fill('30');
    await on.click(form, 'Add environment');
    await on.sees(form, 'This name is taken. Choose another.');
    assert.equal(await field(form, 'API gateway').inputValue(), made.environment.apiBase);
    await field(form, 'Name').fill('Staging');
    await on.click(form, 'Check server');
    await on.sees(form, 'Server metadata read');
    await on.click(form, 'Add environment');
    await form.waitFor({ state: 'detached' });
    const row = page.getByRole('row', { name: /Staging/ });
    await row.getByText('30 days').waitFor();

    await on.click(page, 'Edit Staging');
    form = dialog(page, 'Edit Staging');
    await field(form, 'Log retention (days)').fill('');
    await on.click(form, 'Save changes');
    await row.getByText('Not set').waitFor();

    await page.keyboard.press('Control+e');
    await page.getByRole('option', { name: /Staging/ }).click();
    await page.getByRole('button', { name: /^Environment: Staging/ }).waitFor();
    await on.go(page, 'applications');
    await on.sees(page, 'No applications yet');
    await page.keyboard.press('Control+e');
    await page.getByRole('option', { name: /^Sandbox/ }).click();
    await page.getByRole('button', { name: /^Environment: Sandbox/ }).waitFor();
    await page.locator('[data-application]').first().waitFor();

    await on.openSettings(page, 'Environments');
    await chooseFrom(page, 'More actions for Staging', 'Remove…');
    await on.click(page.getByRole('alertdialog'), 'Remove from Inchkeep');
    await row.waitFor({ state: 'detached' });
  },
);

onPage('settings stay over a restart', setup.start, async ({ bridge, page, browser }) => {
  await on.openSettings(page, 'Appearance');
  await page.getByRole('radio', { name: 'Dark' }).click();
  await until('the dark theme', () =>
    page.evaluate(() => document.documentElement.dataset.theme === 'dark'),
  );
  await on.openSettings(page, 'Vault and lock');
  await page.getByLabel('Lock after').selectOption({ label: '1 minute' });
  await until('the setting', async () => (await bridge.call('settings')).lockAfter === 1);
  await bridge.restart();
  const again = await bridge.open(browser);
  await again.getByRole('heading', { name: 'Console' }).waitFor();
  assert.equal(await again.evaluate(() => document.documentElement.dataset.theme), 'dark');
  // The page that has just opened may still be reading, which counts as use: then a minute later.
  await until('the lock', async () => {
    await bridge.advance(61);
    const words = again.getByText('Locked after 1 minute without use.');
    return words.waitFor({ timeout: 3000 }).then(
      () => true,
      () => false,
    );
  });
});

onPage('the data of the sandbox is made new', setup.start, async ({ bridge, page, made }) => {
  await setup.client(bridge, made, 'Nightly jobs', 'client_credentials');
  await on.openSettings(page, 'Environments');
  await on.click(page, 'Reset sandbox data…');
  await on.click(page.getByRole('alertdialog'), 'Reset sandbox data');
  await on.sees(page, 'The sandbox data was reset');
  await on.openApplication(page);
  await on.sees(page, 'No OAuth clients.');
  await on.go(page, 'console');
  await on.chooseCredential(page, 'Sample key');
  await on.request(page, '/swap/v5.2/1/tokens');
});
