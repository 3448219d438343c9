// What every test of the page stands on: one browser for a file, one app for a test.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser } from '../desktop/consent.mjs';
import { Bridge, pictures } from './bridge.mjs';

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/**
 * A test on an app of its own, as `prepare(bridge)` leaves it. `walk` gets the bridge, the page,
 * what `prepare` made, and a browser for the person's other windows. At the end nothing may have
 * been complained of by the browser. A test that fails leaves a picture.
 */
export function onPage(name, prepare, walk, { context, ...options } = {}) {
  test(name, async (t) => {
    const bridge = await Bridge.start(options);
    try {
      const made = await prepare?.(bridge);
      const page = await bridge.open(browser, context);
      await walk({ t, bridge, page, made, browser });
      assert.deepEqual(bridge.complaints, []);
    } catch (error) {
      const file = `failed-${name.replaceAll(/\W+/g, '-')}.png`;
      // The last one that was opened: a restart closes the first.
      await bridge.page?.screenshot({ path: path.join(pictures, file) }).catch(() => {});
      throw error;
    } finally {
      await bridge.stop();
    }
  });
}
