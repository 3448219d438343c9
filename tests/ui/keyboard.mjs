// A person without a mouse: everything by Tab, Enter, arrows and shortcuts.
import { until } from '../desktop/session.mjs';

/** What has the focus, as a screen reader would name it. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return '';
    const label = [...(element.labels ?? [])].map((one) => one.innerText).join(' ');
    return (element.getAttribute('aria-label') || label || element.innerText || '').trim();
  });

const fits = (name, wanted) => (wanted instanceof RegExp ? wanted.test(name) : name === wanted);

/** Waits until what is named `wanted` has the focus by itself. */
export const hasFocus = (page, wanted) =>
  until(`the focus on ${wanted}`, async () => fits(await focused(page), wanted));

/**
 * Presses Tab until the focus is on what is named `wanted`. A page that loses the focus, or never
 * gives it, fails here. Looks again while the page is still being drawn.
 */
export async function tabTo(page, wanted) {
  const passed = new Set();
  try {
    await until('the focus', async () => {
      for (let press = 0; press < 80; press += 1) {
        const name = await focused(page);
        if (fits(name, wanted)) return true;
        passed.add(name);
        await page.keyboard.press('Tab');
      }
      return null;
    });
  } catch (cause) {
    throw new Error(`Tab never came to ${wanted}, only to ${[...passed].join(' | ')}`, { cause });
  }
}

/** Tabs to what is named `wanted` and presses Enter there. */
export async function enter(page, wanted) {
  await tabTo(page, wanted);
  await page.keyboard.press('Enter');
}

/** Chooses the radio named `wanted` of the group that holds the one named `chosen`. */
export async function choose(page, chosen, wanted) {
  await tabTo(page, chosen);
  for (let press = 0; press < 8 && !fits(await focused(page), wanted); press += 1) {
    await page.keyboard.press('ArrowDown');
  }
  await hasFocus(page, wanted);
}
