// The real app without its window, and the real built page in Chromium on it.
// Everything that passes between page and app is recorded, for the search for secrets.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '../desktop/session.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const targets = process.env.CARGO_TARGET_DIR ?? path.join(root, 'target');
/** `cargo build -p inchkeep-tests --bin bridge` makes it. */
const program = path.join(targets, 'debug', 'bridge');
/** The page under test: `npm run build` in `ui` makes it. */
const ui = process.env.INCHKEEP_UI ?? path.join(root, 'ui', 'dist');
/** Where pictures go. */
export const pictures = path.join(root, 'target', 'pictures');

export class Bridge {
  /** Folder that holds the data, what was saved, and the keyring. */
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'inchkeep-ui-'));
  /** Requests and answers of the main page, as text. */
  #traffic = [];
  /** The main page that was opened last. */
  page;
  /** Answers that are still being read. */
  #reading = [];
  #complaints = [];
  #contexts = [];
  #child;

  constructor() {
    process.once('exit', this.#kill);
  }

  /** Starts the app on an empty folder. `keyring` is `memory-file` or `none`. */
  static async start({ keyring = 'memory-file' } = {}) {
    for (const file of [program, path.join(ui, 'index.html')]) {
      if (!fs.existsSync(file)) throw new Error(`${file} is not built`);
    }
    const bridge = new Bridge();
    bridge.keyring = keyring;
    await bridge.#run();
    return bridge;
  }

  /** The app ends as by closing its window, and starts again on the same data. */
  async restart() {
    await this.traffic();
    await this.closePages();
    await this.#end();
    await this.#run();
  }

  /** Ends everything and removes the folder. */
  async stop() {
    await this.closePages();
    await this.#end();
    process.off('exit', this.#kill);
    fs.rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }

  // ---- the app ----

  /** Calls a command as the main page does, but unrecorded. */
  async call(name, request = null) {
    const answer = await this.ask('POST', `/rpc/${name}`, request);
    return answer.json();
  }

  /** What the fake desktop holds. */
  async host() {
    return (await this.ask('GET', '/host')).json();
  }

  /** Sets what the fake desktop does: `{ clipboardRefused, noBrowser }`. */
  desktop(behaviour) {
    return this.ask('POST', '/host', behaviour);
  }

  /** Another program copies `text`. */
  setClipboard(text) {
    return this.ask('PUT', '/host/clipboard', { text });
  }

  /** The app's clock goes forward. */
  advance(seconds) {
    return this.ask('POST', '/host/clock', { seconds });
  }

  /** The sandbox's clock goes forward. */
  advanceSandbox(seconds) {
    return this.ask('POST', '/sandbox/clock', { seconds });
  }

  /** The sandbox misbehaves in one place, `times` times. */
  fault(place, fault, times = 1) {
    return this.ask('POST', '/sandbox/faults', { place, fault, times });
  }

  /** The person decides at the sign-in link: `approve` or `decline`. */
  consent(link, decision) {
    return this.ask('POST', '/sandbox/consent', { link, decision });
  }

  /** The person approves, and the browser cannot reach the app: the address that it stops on. */
  async stoppedAt(link) {
    const consent = { link, decision: 'approve', stopBeforeRedirect: true };
    return (await (await this.ask('POST', '/sandbox/consent', consent)).json()).redirect;
  }

  clearFaults() {
    return this.ask('DELETE', '/sandbox/faults');
  }

  async sandboxUrl() {
    const { url } = await (await this.ask('GET', '/sandbox/url')).json();
    return url.replace(/\/$/, '');
  }

  /** The address that the app asked the browser to open, after `seen` earlier ones. */
  nextUrl(seen) {
    return until('an address for the browser', async () => (await this.host()).openedUrls[seen]);
  }

  async ask(method, route, body) {
    const answer = await fetch(new URL(route, this.#url), {
      method,
      headers: {
        'x-bridge-token': this.#token,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  // ---- its windows ----

  /** Opens the main page. `options` are those of a browser context. */
  async open(browser, options = {}) {
    const context = await browser.newContext({
      viewport: { width: 1200, height: 780 },
      ...options,
    });
    this.#contexts.push(context);
    const page = await context.newPage();
    this.#watch(page);
    page.on('request', (request) => this.#record(request));
    await page.goto(this.#url);
    await page.locator('main, h1').first().waitFor();
    this.page = page;
    return page;
  }

  /**
   * Opens the page of the secret window that the app wants shown. It is closed
   * as the desktop would: when the app says so.
   */
  async secretWindow(page) {
    const window = await until('a secret window', async () => (await this.host()).secretWindow);
    const { width, height } = window;
    const secret = await page.context().newPage();
    this.#watch(secret);
    await secret.setViewportSize({ width: Math.round(width), height: Math.round(height) });
    await secret.goto(new URL(window.url, this.#url).href);
    await secret.getByRole('heading').first().waitFor();
    return secret;
  }

  /** Waits until the app has closed its secret window, and closes the page of it. */
  async secretWindowGone(secret) {
    await until(
      'the end of the secret window',
      async () => (await this.host()).secretWindow === null,
    );
    await secret?.close();
  }

  async closePages() {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }

  // ---- what was seen ----

  /** What passed between the main page and the app, events included. */
  async traffic() {
    await Promise.all(this.#reading.splice(0));
    await this.#keepEvents();
    return this.#traffic.join('\n');
  }

  /** Errors of the console, errors of scripts, breaches of the policy. */
  get complaints() {
    return this.#complaints;
  }

  #watch(page) {
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => this.#complaints.push(`script: ${error.stack}`));
    page.on('console', (message) => {
      const told = ['error', 'warning'].includes(message.type());
      // Chromium tells of every refused call; the page shows those itself.
      const refused = message.location().url.includes('/rpc/');
      if (told && !refused) this.#complaints.push(`${message.type()}: ${message.text()}`);
    });
  }

  #record(request) {
    if (!request.url().includes('/rpc/')) return;
    const { pathname } = new URL(request.url());
    this.#traffic.push(`> ${pathname} ${request.postData()}`);
    const read = async () => {
      const answer = await request.response();
      this.#traffic.push(`< ${pathname} ${answer.status()} ${await answer.text()}`);
    };
    // A page that was closed meanwhile has taken its answer with it.
    this.#reading.push(read().catch(() => {}));
  }

  /** The app keeps its events only as long as it runs. */
  async #keepEvents() {
    const { events } = await this.host();
    this.#traffic.push(...events.map((event) => `! ${JSON.stringify(event)}`));
  }

  #url;
  get #token() {
    return new URL(this.#url).searchParams.get('bridge');
  }

  async #run() {
    const data = path.join(this.dir, 'data');
    const log = fs.openSync(path.join(this.dir, 'bridge.log'), 'a');
    const args = ['--data', data, '--ui', ui, '--keyring', this.keyring];
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', log] });
    fs.closeSync(log);
    this.#child = child;
    this.#url = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the bridge ended with ${code}`)));
      createInterface(child.stdout).once('line', resolve);
    });
  }

  #kill = () => this.#child?.kill('SIGKILL');

  async #end() {
    const child = this.#child;
    child.kill('SIGTERM');
    await until(
      'the end of the bridge',
      () => child.exitCode !== null || child.signalCode !== null,
    ).catch(() => child.kill('SIGKILL'));
  }
}
