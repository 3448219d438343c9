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
 * `page` sees the consent page before that. Gives the text of the page on which the browser
 * ended, and the one-time code that passed through it.
 */
export async function decide(browser, url, { approve = true, account, page: look } = {}) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url);
    if (account !== undefined) await page.getByRole('radio').nth(account).check();
    await look?.(page);
    // The app takes the code out of the address at once, so it is read from the request.
    const callback = page.waitForRequest((request) => /[?&](code|error)=/.test(request.url()));
    await page.locator(approve ? '#approve' : '#decline').click();
    const code = new URL((await callback).url()).searchParams.get('code');
    await page.waitForURL(/\/done/);
    return { text: await page.locator('body').innerText(), code };
  } finally {
    await context.close();
  }
}

/** Makes a portal access token on the portal page of the server at `base`, as a person does. */
export async function portalToken(browser, base) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${base}/portal`);
    await page.locator('#create-portal-token').click();
    return await page.locator('input#portal-token').inputValue();
  } finally {
    await context.close();
  }
}
