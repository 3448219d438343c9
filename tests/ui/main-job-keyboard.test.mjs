// The main job without a mouse.
import assert from 'node:assert/strict';
import { decide } from '../desktop/consent.mjs';
import { until } from '../desktop/session.mjs';
import { onPage } from './bed.mjs';
import { choose, enter, hasFocus, tabTo } from './keyboard.mjs';
import * as on from './pages.mjs';

/** A click by mistake is noticed at the end. */
const noticeMouse = (page) =>
  page.evaluate(() => {
    addEventListener('pointerdown', () => (window.__mouse = true), { capture: true });
  });

onPage('from the first start to a signed request by keyboard alone', null, async (bed) => {
  const { bridge, browser, page } = bed;
  await noticeMouse(page);

  await enter(page, /^Continue/);
  await on.sees(page, 'Save your recovery code');
  await enter(page, 'Skip');
  await on.sees(page, 'Where do you want to start?');
  // The choices are one stop of Tab; the arrows go through them.
  await choose(page, /^Sandbox/, /^Another server/);
  await page.keyboard.press('ArrowDown');
  await hasFocus(page, /^Sandbox/);
  await enter(page, 'Start with Sandbox');
  await on.sees(page, 'Send your first request');
  await enter(page, /^Send/);
  await on.sees(page, 'That worked. This is its request ID:');
  await enter(page, 'Open the console');
  const first = await on.answered(page, 200);

  await page.keyboard.press('Control+5');
  await enter(page, /^Treasury Router\n/);
  await enter(page, 'Create OAuth client');
  await hasFocus(page, /^Name/);
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Web sign-in');
  await choose(page, /^Client credentials/, /^Authorization code/);
  await enter(page, 'Use a sandbox token');
  await hasFocus(page, 'Remove');
  await enter(page, 'Register client');
  await on.sees(page, 'OAuth client created');

  const seen = (await bridge.host()).openedUrls.length;
  await enter(page, /^Sign in/);
  await hasFocus(page, 'Finish signing in with your browser');
  await decide(browser, await bridge.nextUrl(seen));
  // Enter takes the next step.
  await hasFocus(page, 'Use in console');
  await page.keyboard.press('Enter');

  await page.getByRole('button', { name: /Web sign-in, Session$/ }).waitFor();
  await page.keyboard.press('Control+l');
  await hasFocus(page, 'URL');
  await page.keyboard.type('/swap/v5.2/1/tokens');
  await page.keyboard.press('Enter');
  const signed = await until('another answer', async () => {
    const id = await on.shownId(page);
    return id !== first ? id : null;
  });
  await on.answered(page, 200);

  // Its id goes to the clipboard by a shortcut, and the status bar says so.
  await page.keyboard.press('Control+Shift+C');
  await on.sees(page, 'Request ID copied');
  assert.equal((await bridge.host()).clipboard, signed);
  // Leaving a place by its shortcut puts the focus where the place begins.
  await page.keyboard.press('Control+2');
  await tabTo(page, /^Get a token/);
  assert.equal(await page.evaluate(() => window.__mouse ?? false), false);
});
