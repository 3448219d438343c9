// WebSockets in the console.
import assert from 'node:assert/strict';
import { found } from '../desktop/scan.mjs';
import { onPage } from './bed.mjs';
import * as on from './pages.mjs';
import * as setup from './setup.mjs';

/** A question that the sandbox answers. */
const question = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}';

for (const where of ['Header', 'Query']) {
  onPage(`a WebSocket with the key in the ${where.toLowerCase()}`, setup.start, async (bed) => {
    const { bridge, page } = bed;
    const secrets = await on.collectSecrets(bridge);
    await on.chooseCredential(page, 'Sample key');
    await page.getByRole('radio', { name: where, exact: true }).click();
    await page.keyboard.press('Control+l');
    await on.url(page).fill(`${(await bridge.sandboxUrl()).replace('http', 'ws')}/web3/1`);
    await page.keyboard.press('Control+Enter');
    await page.locator('[data-connection="open"]').waitFor();
    const message = page.getByRole('textbox', { name: 'Message to send' });
    await message.fill(question);
    await on.sees(page, 'Valid JSON');
    await message.press('Control+Enter');
    const log = page.getByRole('log');
    const row = (text) => log.getByRole('option').filter({ hasText: text });
    await row('eth_chainId').waitFor();
    await row('"result":"0x1"').waitFor();
    await on.sees(page, '1 sent, 1 received');
    await row('"result":"0x1"').click();
    await page.getByLabel('Chosen message').waitFor();

    await page.getByRole('tab', { name: /^Handshake headers/ }).click();
    await page.locator('[data-status="101"]').waitFor();
    assert.ok(await on.shownId(page));
    await page.getByRole('tab', { name: /^Messages/ }).click();
    // What is written outlives a look at the handshake.
    assert.equal(await message.inputValue(), question);
    await on.click(page, 'Disconnect');
    await row('Closed by you').waitFor();
    assert.equal(await message.inputValue(), question);
    assert.deepEqual(found(await on.documentOf(page), secrets), []);
    assert.deepEqual(found(await bridge.traffic(), secrets), []);
  });
}

onPage('a WebSocket that is refused, and one that the server closes', setup.start, async (bed) => {
  const { bridge, page } = bed;
  await page.keyboard.press('Control+l');
  await on.url(page).fill(`${(await bridge.sandboxUrl()).replace('http', 'ws')}/web3/1`);
  await page.keyboard.press('Control+Enter');
  await page.locator('[data-connection="refused"]').waitFor();
  await page.locator('[data-status="401"]').waitFor();
  assert.ok(await on.shownId(page), 'a refusal shows its request id');

  await bridge.fault('socket', { kind: 'close_socket', code: 4001, reason: 'enough', after: 1 });
  await on.chooseCredential(page, 'Sample key');
  await page.getByRole('button', { name: /^Connect/ }).click();
  await page.locator('[data-connection="open"]').waitFor();
  const message = page.getByRole('textbox', { name: 'Message to send' });
  await message.fill('no JSON');
  await on.sees(page, 'Not JSON, will be sent as text');
  await message.press('Control+Enter');
  await page.getByRole('log').getByText('Closed by server, 4001 enough').waitFor();
  assert.equal(await message.inputValue(), 'no JSON');
});
