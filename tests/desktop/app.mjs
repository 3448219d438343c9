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

  /** Clicks what `find` gives, once nothing lies over it and it stays where it is. */
  async click(find) {
    await until('a click', async () => {
      const element = await find();
      try {
        // A person scrolls what they want to click away from what lies over the edge.
        await this.driver.executeScript(
          'arguments[0].scrollIntoView({ block: "center" })',
          element,
        );
        await element.click();
        return true;
      } catch (error) {
        if (/Intercepted|Stale|NotInteractable/.test(error.name)) return null;
        throw error;
      }
    });
  }

  /**
   * The shown element of `role` whose accessible name is `name` (a string or a pattern). An open
   * dialog hides the rest of the page, as it does for a person.
   */
  async named(role, name, limit) {
    const fits = (text) => (name instanceof RegExp ? name.test(text) : text === name);
    return until(
      `${role} named ${name}`,
      async () => {
        // The page finds what may be meant, the driver tells its accessible name.
        const candidates = await this.driver.executeScript(shownOf, selectorOf(role));
        for (const element of candidates) {
          if (fits(await element.getAccessibleName())) return element;
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

  /** Calls a command as the page does, through the same door and access list. */
  async call(name, request = null) {
    const answer = await this.driver.executeAsyncScript(
      `const [name, request, done] = arguments;
       window.__TAURI_INTERNALS__.invoke(name, { request }).then(
         (value) => done({ value }),
         (error) => done({ error }),
       );`,
      name,
      request,
    );
    if ('error' in answer) throw new Error(`${name}: ${JSON.stringify(answer.error)}`);
    return answer.value;
  }

  /** The chosen environment, once the vault is open. */
  environment() {
    return until('an open vault', async () => (await this.call('app_status')).environment);
  }

  /** A picture of the main window, once the page has drawn what it holds now. */
  async picture(file) {
    await this.driver.executeAsyncScript(
      'const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))',
    );
    this.#session.picture(file, 'Inchkeep');
  }

  /** Presses keys on whatever has the focus. */
  async press(...keys) {
    await this.driver
      .actions()
      .sendKeys(...keys)
      .perform();
  }

  /** Presses a key of the desktop's keyboard, such as `Return`. */
  pressKey(name) {
    this.#session.ask('xdotool', ['key', name]);
  }

  /** Waits until the focus is in the element that `selector` finds. */
  focusIn(selector) {
    return until(`the focus in ${selector}`, () =>
      this.driver.executeScript(
        'return document.hasFocus() && document.activeElement.matches(arguments[0])',
        selector,
      ),
    );
  }

  /** Presses a chord such as `[Key.CONTROL, 'k']`. */
  async chord(...keys) {
    const held = keys.slice(0, -1);
    let actions = this.driver.actions();
    for (const key of held) actions = actions.keyDown(key);
    actions = actions.sendKeys(keys.at(-1));
    for (const key of held.toReversed()) actions = actions.keyUp(key);
    await actions.perform();
  }

  /** Runs `work` in the secret window and comes back. `work` must not close it: `pressKey` can do that. */
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

  /** Process id of the running app, or null. */
  pid() {
    return this.#session.pids(program)[0] ?? null;
  }

  /** Kills the app as a power cut would. */
  kill() {
    return this.#end('SIGKILL');
  }

  /** Closes the app, as the end of a desktop session does. */
  stop() {
    return this.#end('SIGTERM');
  }

  /** Closes the app and starts it again on the same data. */
  async restart() {
    await this.stop();
    await this.#open();
  }

  /** Starts the app again after `kill`. */
  async startAgain() {
    await this.#open();
  }

  async #end(signal) {
    const pid = this.pid();
    if (pid !== null) process.kill(pid, signal);
    await until('the end of the app', () => this.pid() === null);
    await this.driver.quit().catch(() => {}); // there is nothing left to quit
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
}

/** Runs in the page: what `selector` finds in the open dialog, or in the page without one. */
const shownOf = `
  const dialog = [...document.querySelectorAll('dialog[open]')].at(-1);
  return [...(dialog ?? document).querySelectorAll(arguments[0])].filter((element) =>
    element.checkVisibility({ visibilityProperty: true }),
  );
`;

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
