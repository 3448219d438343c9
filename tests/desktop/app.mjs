// The real app, driven through WebDriver in a session of its own.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Builder, By, Capabilities, Key } from 'selenium-webdriver';
import { freePort, until } from './session.mjs';

export { By, Key };

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** Where pictures of the tour go. */
export const pictures = path.join(root, 'target', 'tour');
/** The program under test: a build with the `automation` feature. */
export const program = path.join(
  process.env.CARGO_TARGET_DIR ?? path.join(root, 'target'),
  'debug',
  'inchkeep',
);

/** The program `tauri-driver`, which cargo installs into its own folder. */
function driverProgram() {
  const own = path.join(process.env.CARGO_HOME ?? path.join(os.homedir(), '.cargo'), 'bin');
  const installed = path.join(own, 'tauri-driver');
  return fs.existsSync(installed) ? installed : 'tauri-driver';
}

export class App {
  /** The WebDriver session of `selenium-webdriver`. */
  driver;
  #session;
  #dataDir;
  #server;

  /**
   * Starts the app on `dataDir` and waits until its page is drawn.
   * What the app asks the browser to open is written to a file: `openedUrls()`.
   */
  static async start(session, { dataDir = path.join(session.dir, 'data'), env = {} } = {}) {
    const app = new App();
    app.#session = session;
    app.#dataDir = dataDir;
    await app.#startDriver(env);
    await app.#open();
    return app;
  }

  get dataDir() {
    return this.#dataDir;
  }

  /** The element that `selector` finds, once it is shown. */
  async find(selector, limit) {
    const by = typeof selector === 'string' ? By.css(selector) : selector;
    return until(
      `element ${selector}`,
      async () => {
        const [element] = await this.driver.findElements(by);
        return element && (await element.isDisplayed()) ? element : null;
      },
      limit,
    );
  }

  /** The shown button whose accessible name is `name`. */
  button(name, limit) {
    return this.named('button', name, limit);
  }

  /** The shown element of `role` whose accessible name is `name` (a string or a pattern). */
  async named(role, name, limit) {
    const fits = (text) => (name instanceof RegExp ? name.test(text) : text === name);
    return until(
      `${role} named ${name}`,
      async () => {
        for (const element of await this.driver.findElements(By.css(selectorOf(role)))) {
          if ((await element.isDisplayed()) && fits(await element.getAccessibleName())) {
            return element;
          }
        }
        return null;
      },
      limit,
    );
  }

  /** Waits until the page's text contains `text`. */
  async sees(text, limit) {
    return until(
      `the text “${text}”`,
      async () => (await this.text()).includes(text) || null,
      limit,
    );
  }

  /** All text that the page shows. */
  text() {
    return this.driver.executeScript('return document.body.innerText');
  }

  /** Presses keys on whatever has the focus. */
  async press(...keys) {
    await this.driver
      .actions()
      .sendKeys(...keys)
      .perform();
  }

  /** Presses a chord such as `[Key.CONTROL, 'k']`. */
  async chord(...keys) {
    await this.press(Key.chord(...keys));
  }

  /** Runs `work` in the secret window and comes back. */
  async inSecretWindow(work) {
    const main = await this.driver.getWindowHandle();
    const other = await until('the secret window', async () => {
      const handles = await this.driver.getAllWindowHandles();
      return handles.find((handle) => handle !== main);
    });
    await this.driver.switchTo().window(other);
    try {
      return await work();
    } finally {
      await this.driver.switchTo().window(main);
    }
  }

  /** Waits until the main window is the only one. */
  async secretWindowGone() {
    await until(
      'the end of the secret window',
      async () => (await this.driver.getAllWindowHandles()).length === 1,
    );
  }

  /** Addresses that the app asked the browser to open, oldest first. */
  openedUrls() {
    const file = path.join(this.#session.dir, 'opened');
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  }

  /** The next address that the app asks the browser to open, after `seen` earlier ones. */
  nextUrl(seen) {
    return until('an address for the browser', () => this.openedUrls()[seen]);
  }

  /** Process id of the running app. */
  pid() {
    for (const name of fs.readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        if (fs.readlinkSync(`/proc/${name}/exe`) !== program) continue;
        const env = fs.readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
        if (env.includes(`INCHKEEP_DATA_DIR=${this.#dataDir}`)) return Number(name);
      } catch {
        // it ended while it was looked at
      }
    }
    return null;
  }

  /** Kills the app as a power cut would. */
  async kill() {
    const pid = await until('the process of the app', () => this.pid());
    process.kill(pid, 'SIGKILL');
    await until('the end of the app', () => this.pid() === null);
    await this.#forgetSession();
  }

  /** Closes the app and starts it again on the same data. */
  async restart() {
    await this.#forgetSession();
    await until('the end of the app', () => this.pid() === null);
    await this.#open();
  }

  /** Starts the app again after `kill`. */
  async startAgain() {
    await this.#open();
  }

  async stop() {
    await this.#forgetSession();
    await until('the end of the app', () => this.pid() === null);
  }

  async #startDriver(env) {
    const port = await freePort();
    const nativePort = await freePort();
    const opened = path.join(this.#session.dir, 'opened');
    const browser = path.join(this.#session.dir, 'browser');
    fs.writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${opened}'\n`, { mode: 0o755 });
    this.#session.run(
      driverProgram(),
      ['--port', String(port), '--native-port', String(nativePort)],
      {
        env: {
          INCHKEEP_DATA_DIR: this.#dataDir,
          INCHKEEP_LOG: 'debug',
          BROWSER: browser,
          TAURI_WEBVIEW_AUTOMATION: 'true',
          ...env,
        },
        log: 'driver.log',
      },
    );
    this.#server = `http://127.0.0.1:${port}`;
    // It listens before the native driver does: only its status tells.
    await until('tauri-driver', async () => (await fetch(`${this.#server}/status`)).status === 200);
  }

  async #open() {
    const wanted = new Capabilities();
    wanted.setBrowserName('wry');
    wanted.set('tauri:options', { application: program });
    this.driver = await new Builder().usingServer(this.#server).withCapabilities(wanted).build();
    await this.driver.manage().setTimeouts({ script: 20_000, pageLoad: 20_000, implicit: 0 });
    await until('the first page', async () => (await this.text()).trim().length > 0);
  }

  async #forgetSession() {
    await this.driver.quit().catch(() => {}); // after a kill there is nothing to quit
  }
}

function selectorOf(role) {
  const native = {
    button: 'button, [role=button]',
    link: 'a[href]',
    textbox: 'input:not([type=radio]):not([type=checkbox]), textarea',
    radio: 'input[type=radio], [role=radio]',
    checkbox: 'input[type=checkbox]',
    tab: '[role=tab]',
    heading: 'h1, h2, h3',
    menuitem: '[role=menuitem]',
    option: '[role=option]',
  };
  return native[role] ?? `[role=${role}]`;
}
