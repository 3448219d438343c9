// What must hold on every screen, whatever it shows.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pictures } from './bridge.mjs';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The sizes of the window: as it opens, and its smallest. */
const sizes = { '': { width: 1200, height: 780 }, '-small': { width: 900, height: 600 } };

/** The options of a browser context in one theme, without animations that would be caught midway. */
export const inTheme = (theme) => ({ colorScheme: theme, reducedMotion: 'reduce' });

/**
 * Looks at what `page` shows in both sizes: no violation of accessibility rules, nothing wider than
 * the window, and a picture. `sizes` is one size for windows that have only one.
 */
export async function look(page, theme, name) {
  for (const [ending, size] of Object.entries(sizes)) {
    await page.setViewportSize(size);
    await lookOnce(page, theme, `${name}${ending}`);
  }
  await page.setViewportSize(sizes['']);
}

/** The same in the size that the page has. */
export async function lookOnce(page, theme, name) {
  await settled(page);
  const folder = path.join(pictures, theme);
  fs.mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  assert.deepEqual(await violations(page), [], `${theme} ${name}`);
  assert.equal(await tooWide(page), null, `${theme} ${name} is wider than its window`);
}

/** What the page wants to draw is drawn. */
const settled = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(resolve));
      }),
  );

/** Broken rules with the elements that break them, one line each. */
async function violations(page) {
  // The policy of the page refuses scripts, not those that a debugger runs.
  await page.evaluate(`window.axe === undefined && (() => { ${axe} })()`);
  const found = await page.evaluate(() =>
    window.axe.run({ resultTypes: ['violations'] }).then((result) => result.violations),
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
  );
}

/** What makes the document wider than its window, or null. */
const tooWide = (page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return null;
    const widest = [...document.querySelectorAll('body *')].find(
      (element) => element.getBoundingClientRect().right > clientWidth + 1,
    );
    return `${scrollWidth} of ${clientWidth}: ${widest?.outerHTML.slice(0, 200)}`;
  });
