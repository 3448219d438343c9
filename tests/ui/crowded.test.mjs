// The longest names that are allowed, many rows, and large text: nothing is wider than its window,
// and what is cut can still be reached.
import assert from 'node:assert/strict';
import { until } from '../desktop/session.mjs';
import { onPage } from './bed.mjs';
import { inTheme, look } from './look.mjs';
import * as on from './pages.mjs';
import * as setup from './setup.mjs';

/** As long as a name may be, without a place to break it. */
const long = (start) => start.padEnd(64, '-abcdefgh');

async function crowd(bridge) {
  const made = await setup.start(bridge);
  const environmentId = made.environment.id;
  for (let number = 0; number < 70; number += 1) {
    const name = number === 0 ? long('Application') : `Application ${number}`;
    await bridge.call('add_application', { environmentId, name, applicationId: '' });
  }
  await bridge.call('rename_application', { application: made.application, name: long('A') });
  const token = await setup.client(bridge, made, long('Nightly'), 'client_credentials');
  await setup.client(bridge, made, long('Web'), 'authorization_code');
  await bridge.call('get_token', { oauthClientId: token.id });
  await bridge.setClipboard('k'.repeat(4000));
  const purpose = { kind: 'api_key', application: made.application, name: long('Key') };
  const { id } = await bridge.call('paste_secret', { purpose });
  await bridge.call('add_api_key', {
    application: made.application,
    name: long('Key'),
    secret: id,
  });
  for (let number = 0; number < 60; number += 1) await setup.sendFirst(bridge, made);
  return made;
}

async function walk(page, see) {
  await on.go(page, 'applications');
  await page.locator('[data-application]').first().waitFor();
  await see('applications');
  await page.locator('[data-application]').first().click();
  await on.button(page, 'Create OAuth client').waitFor();
  await see('application');
  await page
    .getByRole('button', { name: long('Web') })
    .first()
    .click();
  await page.getByRole('heading', { name: 'Sign-in options' }).waitFor();
  await see('client');
  await on.go(page, 'sessions');
  await page.getByRole('heading', { name: 'Claims' }).waitFor();
  await see('sessions');
  await on.go(page, 'console');
  await on.chooseCredential(page, long('Key'));
  await on.request(page, '/swap/v5.2/1/tokens', 401);
  await see('console');
}

for (const theme of ['light', 'dark']) {
  onPage(
    `${theme}: long names and many rows`,
    crowd,
    ({ page }) => walk(page, (place) => look(page, theme, `crowded-${place}`)),
    { context: inTheme(theme) },
  );
}

/** The same in the largest text. */
async function crowdInLargeText(bridge) {
  await crowd(bridge);
  await setup.settings(bridge, { textSize: 200 });
}

onPage('the largest text', crowdInLargeText, ({ page }) =>
  walk(page, (place) => look(page, 'light', `large-text-${place}`)),
);

onPage('a long history is drawn in part and reached as a whole', crowd, async ({ page }) => {
  const list = page.getByRole('listbox', { name: 'Requests' });
  await list.getByRole('option').first().waitFor();
  const drawn = await list.getByRole('option').count();
  assert.ok(drawn < 45, `${drawn} rows are drawn`);
  await list.getByRole('option').first().click();
  const first = await until('an answer', () => on.shownId(page));
  await page.keyboard.press('End');
  await until('another answer', async () => (await on.shownId(page)) !== first);
  const last = list.getByRole('option').last();
  const total = Number(await last.getAttribute('aria-setsize'));
  assert.ok(total >= 60, `${total} rows in all`);
  assert.equal(Number(await last.getAttribute('aria-posinset')), total);
});
