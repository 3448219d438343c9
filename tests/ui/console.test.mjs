// The console: what is written is what is sent, and what came back is kept.
import assert from 'node:assert/strict';
import { found } from '../desktop/scan.mjs';
import { until } from '../desktop/session.mjs';
import { onPage } from './bed.mjs';
import * as on from './pages.mjs';
import * as setup from './setup.mjs';

const tokens = '/swap/v5.2/1/tokens';
const clipboard = async (bridge) => (await bridge.host()).clipboard;
const placement = (page, name) => page.getByRole('radio', { name, exact: true });
const responsePart = (page, name) => page.getByRole('tab', { name }).last();
const panel = (page, name) => page.getByRole('tabpanel', { name });

/** What was sent, as the page tells it. */
async function asSent(page) {
  await page.keyboard.press('Alt+4');
  return on.lines(panel(page, 'As sent'));
}

/** The console with the key of the sample chosen. */
async function withKey(page) {
  await page.getByRole('heading', { name: 'Console' }).waitFor();
  await on.chooseCredential(page, 'Sample key');
}

onPage('a key goes in the header or in the query, masked in both', setup.start, async (bed) => {
  const { bridge, page } = bed;
  const secrets = await on.collectSecrets(bridge);
  await withKey(page);
  await on.request(page, tokens);
  assert.match(await asSent(page), /authorization\s+Bearer •+/i);

  await placement(page, 'Query').click();
  await on.sees(page, 'In a URL, a key can end up in logs.');
  await on.send(page);
  const sent = await asSent(page);
  assert.match(sent, /[?&]apiKey=/i);
  assert.doesNotMatch(sent, /authorization/i);
  await on.click(page, 'Dismiss');

  // The application remembers that its key stood in a URL.
  await on.openApplication(page);
  await on.sees(page, 'Sent in a URL');
  assert.deepEqual(found(await on.documentOf(page), secrets), []);
  assert.deepEqual(found(await bridge.traffic(), secrets), []);
});

onPage(
  'parameters and headers are written in rows, and a row can be left out',
  setup.start,
  async (bed) => {
    const { page } = bed;
    await withKey(page);
    const rows = (name) => page.getByRole('table', { name });
    const write = async (table, row, name, value) => {
      await rows(table).locator('[data-name]').nth(row).fill(name);
      await rows(table)
        .getByRole('textbox', { name: `Value of ${name}` })
        .fill(value);
    };
    await page.keyboard.press('Control+l');
    await on.url(page).fill('/swap/v5.2/1/quote?src=0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee');
    // What stands in the URL is a row too, and a row is written into the URL.
    await on.hasValue(rows('Query parameters').locator('[data-name]').first(), 'src');
    await write('Query parameters', 1, 'dst', '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48');
    await write('Query parameters', 2, 'amount', '1000000000000000000');
    await write('Query parameters', 3, 'note', 'a b&c=d/ä');
    await write('Query parameters', 4, 'unused', 'x');
    assert.match(await on.url(page).inputValue(), /&unused=x$/);
    await rows('Query parameters').getByRole('checkbox', { name: 'Send unused' }).uncheck();
    await page
      .getByRole('tab', { name: /^Headers/ })
      .first()
      .click();
    await write('Request headers', 0, 'x-client-note', 'by hand');
    await on.send(page);
    const sent = await asSent(page);
    assert.match(
      sent,
      /src=0xe{40}&dst=0xa0b8\w+&amount=10{18}&note=a(\+|%20)b%26c%3Dd(%2F|\/)%C3%A4/,
    );
    assert.doesNotMatch(sent, /unused/);
    assert.equal(sent.match(/src=/g).length, 1, 'it is sent once');
    assert.match(sent, /x-client-note\s+by hand/);

    // A row is removed by its button; the focus stays in the table.
    await page.getByRole('tab', { name: /^Params/ }).click();
    await on.click(page, 'Remove note');
    await on.hasFocus(rows('Query parameters').locator('[data-name]').nth(3));
    await on.send(page);
    assert.doesNotMatch(await asSent(page), /note=/);
  },
);

onPage('a JSON body is checked, laid out and sent as it stands', setup.start, async ({ page }) => {
  await withKey(page);
  await on.url(page).fill('/web3/1');
  await on.click(page, 'Method: GET');
  await page.getByRole('option', { name: 'POST' }).click();
  await page.getByRole('tab', { name: /^Body/ }).first().click();
  await page.getByRole('radio', { name: 'JSON' }).click();
  const body = page.getByRole('textbox', { name: 'JSON body' });
  const text = '{"jsonrpc":"2.0","id":7,"method":"eth_chainId","params":[]}';
  await body.fill(text);
  await on.sees(page, 'Valid JSON');
  await on.send(page);
  await page.keyboard.press('Alt+2');
  await on.sees(panel(page, /^Body/).last(), '0x1');
  assert.ok((await asSent(page)).includes(text));
  await on.click(page, 'Format');
  await until('a body in lines', async () => (await body.inputValue()).includes('\n'));
  assert.deepEqual(JSON.parse(await body.inputValue()), JSON.parse(text));
  // Another kind of body does not lose it.
  await page.getByRole('radio', { name: 'Form' }).click();
  await page.getByRole('radio', { name: 'JSON' }).click();
  assert.deepEqual(JSON.parse(await body.inputValue()), JSON.parse(text));
});

onPage(
  'a running request is cancelled, and the next one works',
  setup.start,
  async ({ bridge, page }) => {
    await withKey(page);
    await bridge.fault('gateway', { kind: 'delay', milliseconds: 60_000 }, 2);
    await on.url(page).fill(tokens);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: /^Cancel/ }).waitFor();
    await page.keyboard.press('Escape');
    await page
      .locator('[data-summary]')
      .getByText(/^Cancelled after/)
      .waitFor();
    await page.getByRole('button', { name: /^Send/ }).first().click();
    await page.getByRole('button', { name: /^Cancel/ }).click();
    await page
      .locator('[data-summary]')
      .getByText(/^Cancelled after/)
      .waitFor();
    await page.getByRole('button', { name: /^Send/ }).first().waitFor();
    assert.equal(await on.url(page).inputValue(), tokens);
    await bridge.clearFaults();
    await page.keyboard.press('Control+Enter');
    await on.answered(page, 200);
  },
);

onPage('copies for others hold no secret', setup.start, async ({ bridge, page }) => {
  const secrets = await on.collectSecrets(bridge);
  await withKey(page);
  const id = await on.request(page, tokens);
  const copied = async (act, label) => {
    await bridge.setClipboard('before');
    await act();
    await on.sees(page, `${label} copied`);
    return until('a copy', async () => {
      const text = await clipboard(bridge);
      return text === 'before' ? null : text;
    });
  };
  assert.equal(await copied(() => page.keyboard.press('Control+Shift+C'), 'Request ID'), id);
  assert.equal(await copied(() => on.click(page, 'Copy ID'), 'Request ID'), id);
  const curl = await copied(() => on.click(page, 'Copy as cURL'), 'cURL command');
  await on.sees(page, 'cURL command copied. Put the credential into $INCHKEEP_TOKEN.');
  assert.match(curl, /^curl /);
  assert.ok(curl.includes(tokens));
  assert.match(curl, /Authorization: Bearer/i);
  assert.ok(curl.includes('$INCHKEEP_TOKEN'));
  const support = await copied(() => on.click(page, 'Copy for support'), 'Facts for support');
  assert.ok(support.includes(id));
  assert.deepEqual(found(`${curl}\n${support}`, secrets), []);
});

onPage(
  'history: search, show, remove, undo, and all of it after a restart',
  setup.start,
  async (bed) => {
    const { bridge, browser } = bed;
    let { page } = bed;
    await withKey(page);
    const first = await on.request(page, tokens);
    const second = await on.request(page, '/swap/v5.2/137/tokens');
    await on.request(page, '/no/such/place', 404);
    const rows = () => page.getByRole('listbox', { name: 'Requests' }).getByRole('option');
    const search = () => page.getByRole('searchbox', { name: 'Path or request ID' });
    const count = (amount) =>
      until(`${amount} rows`, async () => (await rows().count()) === amount);
    await count(3);

    await page.keyboard.press('Control+Shift+F');
    await on.hasFocus(search());
    await search().fill(first);
    await page.keyboard.press('Enter');
    await on.showsId(page, first);
    await count(1);
    await on.sees(page, '1 match');
    await search().fill('137');
    await count(1);
    await search().fill('nothing has this');
    await on.sees(page, 'No request with this ID on this computer');
    await on.button(page, 'Clear search').last().click();
    await count(3);

    // Alt and an arrow walk through it.
    await rows().filter({ hasText: second }).click();
    await on.showsId(page, second);
    await page.keyboard.press('Alt+ArrowDown');
    await on.showsId(page, first);

    await rows().filter({ hasText: second }).click();
    await page.getByRole('listbox', { name: 'Requests' }).focus();
    await page.keyboard.press('Delete');
    await count(2);
    await on.sees(page, 'Removed from history');
    await on.click(page, 'Undo');
    await count(3);
    await page.getByRole('listbox', { name: 'Requests' }).focus();
    await page.keyboard.press('Delete');
    await count(2);

    await bridge.restart();
    page = await bridge.open(browser);
    await count(2);
    await rows().filter({ hasText: first }).click();
    await on.showsId(page, first);
    await page.keyboard.press('Alt+2');
    await on.sees(panel(page, /^Body/).last(), 'tokens');
  },
);

onPage('big, long and strange answers', setup.start, async ({ bridge, page }) => {
  await withKey(page);
  await bridge.fault('gateway', { kind: 'huge', bytes: 3_000_000 });
  await on.request(page, tokens);
  await page.keyboard.press('Alt+2');
  await on.sees(page, 'Large response');
  await page.getByRole('searchbox', { name: 'Find in body' }).fill('no such text');
  await on.sees(page, 'Not found');
  // The page answers while it holds the whole.
  await on.click(page, 'Show pretty');
  await page.getByRole('radio', { name: 'Pretty', checked: true }).waitFor();
  await page.keyboard.press('Alt+1');
  await page.locator('[data-request-id]').waitFor();

  const long = 'v'.repeat(6000);
  await bridge.fault('gateway', { kind: 'header', name: 'x-long', value: long });
  await on.send(page);
  await page.getByRole('searchbox', { name: 'Filter headers' }).fill('x-long');
  await page.getByRole('rowheader', { name: 'x-long' }).waitFor();
  const wide = () =>
    page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  assert.equal(await wide(), 0);
  await page.getByRole('searchbox', { name: 'Filter headers' }).fill('');

  const strange = '<img src=x onerror="window.__xss=1"> \u202e {{7*7}} \u0000';
  await bridge.fault('gateway', {
    kind: 'answer',
    status: 200,
    content_type: 'text/html',
    body: strange,
  });
  await on.send(page);
  await page.keyboard.press('Alt+2');
  await on.sees(panel(page, /^Body/).last(), 'onerror=');
  assert.equal(await page.evaluate(() => window.__xss), undefined);

  await on.request(page, `${tokens}?q=${'p'.repeat(5000)}`);
  assert.equal(await wide(), 0);
  await page.setViewportSize({ width: 900, height: 600 });
  assert.equal(await wide(), 0);
});
