// Every screen and dialog in both themes and both sizes: readable for everybody, nothing cut off,
// nothing that the browser complains of. Pictures lie in target/pictures.
import { onPage } from './bed.mjs';
import { inTheme, look, lookOnce } from './look.mjs';
import * as on from './pages.mjs';
import * as setup from './setup.mjs';

for (const theme of ['light', 'dark']) {
  /** A test of the app as `prepare` leaves it. `see(name)` looks at what is shown. */
  const shows = (name, prepare, walk) =>
    onPage(
      `${theme}: ${name}`,
      prepare,
      (bed) => walk({ ...bed, see: (place) => look(bed.page, theme, place) }),
      { context: inTheme(theme) },
    );

  shows('first run', null, async ({ page, see }) => {
    await page.getByRole('radio', { name: /^Passphrase/ }).click();
    await see('first-run-passphrase');
    await page.getByRole('radio', { name: /^System keyring/ }).click();
    await see('first-run-vault');
    await on.createVault(page);
    await see('first-run-recovery-code');
    await on.click(page, 'Skip');
    await page.getByRole('radio', { name: /^Another server/ }).click();
    await see('first-run-other-server');
    await on.click(page, 'Check server');
    await on.sees(page, 'Enter a base URL.');
    await see('first-run-other-server-problem');
    await page.getByRole('radio', { name: /^Sandbox/ }).click();
    await see('first-run-start');
    await on.click(page, 'Start with Sandbox');
    await page.getByRole('heading', { name: 'Send your first request' }).waitFor();
    await see('first-run-request');
    await on.firstRequest(page);
    await see('first-run-worked');
  });

  shows('first run with production', null, async ({ page, see }) => {
    await on.createVault(page);
    await on.click(page, 'Skip');
    await page.getByRole('radio', { name: /^Production/ }).click();
    await see('first-run-production');
    await on.click(page, 'Start with Production');
    await page.getByRole('heading', { name: 'Add a first credential' }).waitFor();
    await see('first-run-credential');
    await page.getByText('Paste an API key').click();
    await page.getByRole('heading', { name: 'Which application is it for?' }).waitFor();
    await see('first-run-application');
  });

  shows('lock screen', setup.start, async ({ bridge, page, see }) => {
    await page.getByRole('heading', { name: 'Console' }).waitFor();
    await page.keyboard.press('Control+Shift+L');
    await on.sees(page, 'Locked by you.');
    await see('lock');
    await on.click(page, 'Use system sign-in');
    await page.getByRole('heading', { name: 'Console' }).waitFor();
    await bridge.ask('POST', '/host/lock', { reason: 'screen' });
    await on.sees(page, 'Locked when the screen locked.');
    await see('lock-by-screen');
  });

  shows('applications', setup.start, async ({ page, see }) => {
    await on.go(page, 'applications');
    await page.locator('[data-application]').waitFor();
    await see('applications');
    await page.getByRole('searchbox', { name: 'Filter applications' }).last().fill('no such');
    await on.sees(page, 'Nothing matches “no such”');
    await see('applications-no-match');
    await page.getByRole('button', { name: 'Clear filter' }).click();
    await page.getByRole('button', { name: 'Add application' }).last().click();
    await page.getByRole('dialog', { name: 'Add application' }).waitFor();
    await see('application-add');
    await page.keyboard.press('Escape');

    await on.openApplication(page);
    await see('application');
    await on.click(page, 'Add API key');
    await page.getByRole('dialog', { name: 'Add API key' }).waitFor();
    await see('api-key-add');
    await page.keyboard.press('Escape');
    await on.click(page, 'More actions for Sample key');
    await page.getByRole('menuitem', { name: 'Use in console' }).waitFor();
    await see('api-key-menu');
    await page.getByRole('menuitem', { name: 'Rename…' }).click();
    await page.getByRole('dialog', { name: 'Rename Sample key' }).waitFor();
    await see('api-key-rename');
    await page.keyboard.press('Escape');
    await on.click(page, 'More actions for Sample key');
    await page.getByRole('menuitem', { name: 'Remove from Inchkeep…' }).click();
    await page.getByRole('alertdialog').waitFor();
    await see('api-key-remove');
  });

  shows('clients', setup.start, async ({ page, see }) => {
    await on.openApplication(page);
    await on.click(page, 'Create OAuth client');
    const sheet = page.getByRole('dialog', { name: 'Create OAuth client' });
    await sheet.waitFor();
    await see('client-create');
    await sheet.getByRole('textbox', { name: 'Name', exact: true }).fill('');
    await on.click(sheet, 'Register client');
    await on.sees(sheet, 'Enter a name.');
    await see('client-create-problems');
    await sheet.getByRole('radio', { name: 'Import' }).click();
    await see('client-import');
    await page.keyboard.press('Escape');

    await on.fillRegistration(page, 'Web sign-in', on.grants.signIn);
    await see('client-create-filled');
    await on.click(sheet, 'Register client');
    const created = page.getByRole('dialog', { name: 'OAuth client created' });
    await created.waitFor();
    await see('client-created');
    await on.click(created, 'Done');
    await page.getByRole('button', { name: 'Web sign-in' }).first().click();
    await page.getByRole('heading', { name: 'Sign-in options' }).waitFor();
    await see('client');
    await on.click(page, 'More actions for Web sign-in');
    await see('client-menu');
    await page.getByRole('menuitem', { name: 'Remove from Inchkeep…' }).click();
    await page.getByRole('alertdialog').waitFor();
    await see('client-remove');
  });

  const withSignIn = async (bridge) => {
    const made = await setup.start(bridge);
    const web = await setup.client(bridge, made, 'Web sign-in', 'authorization_code');
    return { ...made, web };
  };
  shows('sign-in', withSignIn, async ({ bridge, page, see }) => {
    await on.openApplication(page);
    await page.getByRole('button', { name: 'Web sign-in' }).first().click();
    const start = page.getByRole('button', { name: /^Sign in/ }).first();
    let { sheet, url } = await on.beginSignIn(bridge, page, () => start.click());
    await on.sees(sheet, 'Waiting for your approval');
    await see('sign-in-waiting');
    await bridge.consent(url, 'decline');
    await page.getByRole('dialog', { name: 'Access was declined' }).waitFor();
    await see('sign-in-failed');
    ({ sheet, url } = await on.beginSignIn(bridge, page, () => on.click(page, 'Try again')));
    await bridge.consent(url, 'approve');
    await page.getByRole('dialog', { name: 'Signed in' }).waitFor();
    await see('sign-in-done');
    await on.click(page, 'Done');

    await on.go(page, 'sessions');
    await page.getByRole('heading', { name: 'Claims' }).waitFor();
    await see('sessions');
    await on.click(page, 'Revoke…');
    await page.getByRole('alertdialog').waitFor();
    await see('session-revoke');
    await on.click(page, 'Revoke session');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    await see('sessions-after-revoke');
  });

  shows('sessions without one', setup.start, async ({ page, see }) => {
    await on.go(page, 'sessions');
    await on.sees(page, 'No sessions');
    await see('sessions-empty');
  });

  shows('console', setup.start, async ({ bridge, page, see }) => {
    await on.sees(page, 'Send a request to see its headers');
    await see('console-empty');
    await page.keyboard.press('Control+Shift+A');
    await page.getByRole('combobox', { name: 'Filter credentials' }).waitFor();
    await see('console-credentials');
    await page.keyboard.press('Escape');
    await on.chooseCredential(page, 'Sample key');
    await on.request(page, '/swap/v5.2/1/tokens');
    await see('console-answer');
    for (const [key, name] of [
      ['2', 'body'],
      ['3', 'timing'],
      ['4', 'sent'],
    ]) {
      await page.keyboard.press(`Alt+${key}`);
      await page.locator('[role=tabpanel]').last().waitFor();
      await see(`console-${name}`);
    }
    await page.getByRole('radio', { name: 'Query' }).click();
    await page.getByRole('tab', { name: 'Body' }).first().click();
    await page.getByRole('radio', { name: 'JSON' }).click();
    await page.getByRole('textbox', { name: 'JSON body' }).fill('{');
    await page.locator('[data-json-check].problem').waitFor();
    await see('console-json-problem');
    await page.getByRole('radio', { name: 'None' }).click();
    await bridge.fault('gateway', { kind: 'status', status: 429, retry_after: '41' });
    await on.send(page, 429);
    await see('console-429');
    await on.url(page).fill('https://example.com/');
    await page.keyboard.press('Control+Enter');
    await page.locator('[data-guard]').waitFor();
    await see('console-foreign-host');
    await page.keyboard.press('F1');
    await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
    await see('shortcuts');
  });

  shows('console with a socket', setup.start, async ({ bridge, page, see }) => {
    const base = (await bridge.sandboxUrl()).replace('http', 'ws');
    await on.chooseCredential(page, 'Sample key');
    await page.keyboard.press('Control+l');
    await on.url(page).fill(`${base}/fusion/ws/v2.0/1`);
    await see('socket-idle');
    await page.keyboard.press('Control+Enter');
    await page.locator('[data-connection="open"]').waitFor();
    await page.getByRole('option').first().waitFor();
    await see('socket-open');
    await on.click(page, 'Disconnect');
    await page.locator('[data-connection="closed"]').waitFor();
    await page.getByRole('tab', { name: /^Handshake headers/ }).click();
    await see('socket-handshake');
  });

  shows('server', setup.start, async ({ bridge, page, see }) => {
    await on.go(page, 'server');
    await page.getByRole('heading', { name: 'Endpoints' }).waitFor();
    await see('server');
    await page.getByRole('tab', { name: 'Raw JSON' }).click();
    await see('server-raw');
    await bridge.fault('metadata', { kind: 'status', status: 404 }, null);
    await on.click(page, 'Refresh');
    await on.failed(page, 'no_metadata');
    await see('server-failed');
  });

  shows('settings', setup.start, async ({ page, see }) => {
    for (const section of [
      'Vault and lock',
      'Secrets and clipboard',
      'Requests and history',
      'Appearance',
      'Shortcuts',
      'About',
      'Environments',
    ]) {
      await on.openSettings(page, section);
      await see(`settings-${section.toLowerCase().replaceAll(' ', '-')}`);
    }
    await on.click(page, 'Add environment');
    await page.getByRole('dialog', { name: 'Add environment' }).waitFor();
    await on.click(page.getByRole('dialog'), 'Add environment');
    await on.sees(page, 'Enter a name.');
    await see('environment-add');
    await page.keyboard.press('Escape');
    await on.click(page, 'Reset sandbox data…');
    await page.getByRole('alertdialog').waitFor();
    await see('sandbox-reset');
    await on.click(page, 'Keep sandbox data');
    await page.keyboard.press('Control+e');
    await page.getByRole('listbox', { name: 'Switch environment' }).waitFor();
    await see('environment-switcher');
  });

  shows('secret window', null, async ({ bridge, page, browser }) => {
    const see = (secret, place) => lookOnce(secret, theme, `secret-${place}`);
    const close = async (secret) => {
      await secret.keyboard.press('Escape');
      await bridge.secretWindowGone(secret);
    };
    await page.getByRole('radio', { name: /^Passphrase/ }).click();
    await on.click(page, 'Continue');
    let secret = await bridge.secretWindow(page);
    await secret.getByLabel('Passphrase', { exact: true }).fill('short');
    await see(secret, 'new-passphrase');
    await secret.getByLabel('Repeat passphrase').fill('another');
    await secret.keyboard.press('Enter');
    await on.sees(secret, 'The two passphrases are not the same.');
    await see(secret, 'new-passphrase-problem');
    await close(secret);
    await on.createVaultWithPassphrase(bridge, page, 'lighthouse gravel sonnet umbrella');
    await on.click(page, 'Show recovery code');
    secret = await bridge.secretWindow(page);
    await see(secret, 'recovery-code');
    await close(secret);
    await on.click(page, 'Continue');
    await on.click(page, 'Start with Sandbox');
    await on.firstRequest(page);
    await on.click(page, 'Open the console');
    await on.answered(page, 200);

    await on.openApplication(page);
    await on.click(page, 'Reveal Sample key');
    secret = await bridge.secretWindow(page);
    await secret.getByRole('textbox', { name: /, revealed$/ }).waitFor();
    await see(secret, 'reveal');
    await look(page, theme, 'application-revealed');
    await close(secret);
    await on.click(page, 'Add API key');
    await on.click(page.getByRole('dialog'), 'Type it…');
    secret = await bridge.secretWindow(page);
    await see(secret, 'enter');
    await close(secret);
    await page.keyboard.press('Escape');
    const created = await on.register(page, 'Nightly jobs', on.grants.token);
    await on.getToken(created);
    await on.go(page, 'sessions');
    await on.click(page, 'Reveal access token');
    secret = await bridge.secretWindow(page);
    await secret.getByRole('textbox', { name: /, revealed$/ }).waitFor();
    await see(secret, 'reveal-token');
    await close(secret);

    await bridge.restart();
    const locked = await bridge.open(browser, inTheme(theme));
    await on.click(locked, 'Unlock');
    secret = await bridge.secretWindow(locked);
    await secret.getByLabel('Vault passphrase').fill('wrong passphrase');
    await secret.keyboard.press('Enter');
    await on.sees(secret, 'That passphrase did not open the vault.');
    await see(secret, 'unlock-problem');
    await secret.close();
    await look(locked, theme, 'lock-passphrase');
  });
}
