// The person in the browser: opens the consent page in Chromium and decides.
import { chromium } from 'playwright-core';

const options = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/** A headless Chromium with an empty profile. */
export const openBrowser = () => chromium.launch(options);

/**
 * Opens the address that the app gave to the browser and approves or declines.
 * Gives the text of the page on which the browser ended.
 */
export async function decide(browser, url, { approve = true, account, picture } = {}) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url);
    if (account !== undefined) await page.getByRole('radio').nth(account).check();
    if (picture) await page.screenshot({ path: picture });
    await page.locator(approve ? '#approve' : '#decline').click();
    await page.waitForURL(/\/done/);
    return await page.locator('body').innerText();
  } finally {
    await context.close();
  }
}
