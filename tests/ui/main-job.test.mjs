// The main job in the built page, with the consent given in a browser.
import assert from 'node:assert/strict';
import { found } from '../desktop/scan.mjs';
import { onPage } from './bed.mjs';
import * as on from './pages.mjs';

const tokens = '/swap/v5.2/1/tokens';

onPage('from the first start to a request that a session signs', null, async (bed) => {
  const { bridge, browser } = bed;
  let { page } = bed;
  const first = await on.firstRun(page);
  assert.equal(await on.shownId(page), first);

  await on.openApplication(page);
  const jobs = await on.register(page, 'Nightly jobs', on.grants.token);
  await on.getToken(jobs);
  const site = await on.register(page, 'Web sign-in', on.grants.signIn);
  const { done, code } = await on.signIn(bridge, page, browser, site);
  await on.click(done, 'Use in console');

  await page.getByRole('button', { name: /Web sign-in, Session$/ }).waitFor();
  // It is ready to be sent, and the cursor stands in the URL.
  await on.hasFocus(on.url(page));
  assert.ok((await on.url(page).inputValue()).endsWith(tokens));
  const signed = await on.request(page, tokens);
  assert.notEqual(signed, first);

  await on.go(page, 'sessions');
  for (const name of ['Nightly jobs', 'Web sign-in']) {
    await page.getByRole('option', { name: new RegExp(name) }).waitFor();
  }
  await page.getByRole('heading', { name: 'Access token' }).waitFor();

  const secrets = await on.collectSecrets(bridge);
  // The sample's key, two client secrets, two access tokens, one refresh token.
  assert.equal(Object.keys(secrets).length, 6, Object.keys(secrets).join(', '));
  assert.equal(new Set(Object.values(secrets)).size, 6);
  secrets['one-time code'] = code;
  assert.deepEqual(found(await on.documentOf(page), secrets), []);
  const traffic = await bridge.traffic();
  // It was recorded indeed: commands, answers and events.
  for (const part of ['> /rpc/register_client', signed, '! {"data":', 'hasRefreshToken']) {
    assert.ok(traffic.includes(part), `${part} is in the traffic`);
  }
  assert.deepEqual(found(traffic, secrets), []);

  await bridge.restart();
  page = await bridge.open(browser);
  await on.go(page, 'console');
  // The history is back, and the session still signs.
  await page.getByRole('option', { name: new RegExp(signed) }).click();
  await page.getByRole('button', { name: /Web sign-in, Session$/ }).waitFor();
  assert.notEqual(await on.send(page), signed);
  assert.deepEqual(found(await on.documentOf(page), secrets), []);
  assert.deepEqual(found(await bridge.traffic(), secrets), []);
});
