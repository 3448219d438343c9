// A desktop of its own for one run of the real app: a display, a window
// manager, a session bus and, if wished, a keyring. Nothing of the person's own
// desktop is touched, and nothing is left behind.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** Waits until `probe` gives something other than false, null or undefined. */
export async function until(what, probe, limit = 20_000) {
  const end = Date.now() + limit;
  let last;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== false && answer !== null && answer !== undefined) return answer;
    } catch (error) {
      // The window is gone for good: there is nothing to wait for.
      if (error.name === 'NoSuchSessionError') throw error;
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`${what} did not happen within ${limit} ms`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, 25)); // the pause between two looks
  }
}

/** A TCP port that is free now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class Session {
  /** Folder that holds everything of this session. */
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'inchkeep-desktop-'));
  #children = [];
  #log;

  constructor() {
    this.#log = fs.openSync(path.join(this.dir, 'session.log'), 'a');
    // For a run that is cut short; `stop` waits for the end of what was started.
    process.once('exit', () => {
      this.#killAll();
      fs.rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
    });
  }

  /** Starts the display, the bus and, unless `keyring` is false, an unlocked keyring. */
  static async start({ keyring = true, size = '1280x860' } = {}) {
    const session = new Session();
    const runtime = path.join(session.dir, 'runtime');
    fs.mkdirSync(runtime, { mode: 0o700 });
    fs.mkdirSync(path.join(session.dir, 'home'), { mode: 0o700 });
    session.env = {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HOME: path.join(session.dir, 'home'),
      XDG_DATA_HOME: path.join(session.dir, 'home', 'data'),
      XDG_CONFIG_HOME: path.join(session.dir, 'home', 'config'),
      XDG_CACHE_HOME: path.join(session.dir, 'home', 'cache'),
      XDG_RUNTIME_DIR: runtime,
      GDK_BACKEND: 'x11',
      NO_AT_BRIDGE: '1',
    };
    await session.#startDisplay(size);
    await session.#startBus(runtime);
    if (keyring) await session.#startKeyring();
    return session;
  }

  /** Starts a program of this session; `input` goes to its standard input. */
  run(program, args, { input, env, log } = {}) {
    const out = log ? fs.openSync(path.join(this.dir, log), 'a') : this.#log;
    const child = spawn(program, args, {
      env: { ...this.env, ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', out, out],
      detached: true, // a group of its own, so that what it starts ends with it
    });
    child.on('error', () => {});
    if (input !== undefined) child.stdin.end(input);
    this.#children.push(child);
    return child;
  }

  /** Runs a program to its end and gives its standard output. */
  ask(program, args, { input } = {}) {
    const done = spawnSync(program, args, { env: this.env, input });
    if (done.error) throw done.error;
    if (done.status !== 0) throw new Error(`${program} ended with ${done.status}`);
    return done.stdout;
  }

  /** Puts text on the clipboard, as another program would. */
  copy(text) {
    const done = spawnSync('xclip', ['-in', '-selection', 'clipboard', '-silent'], {
      env: this.env,
      input: text,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    if (done.status !== 0) throw new Error('xclip could not copy');
  }

  /** The text on the clipboard, as another program reads it. */
  pasted() {
    return this.ask('xclip', [
      '-out',
      '-selection',
      'clipboard',
      '-target',
      'UTF8_STRING',
    ]).toString();
  }

  /** Process ids of `program` that run in this session. */
  pids(program) {
    const mine = `XDG_RUNTIME_DIR=${this.env.XDG_RUNTIME_DIR}`;
    return fs.readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name)) return [];
      try {
        if (fs.readlinkSync(`/proc/${name}/exe`) !== program) return [];
        const env = fs.readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
        return env.includes(mine) ? [Number(name)] : [];
      } catch {
        return []; // it ended while it was looked at, or is not ours
      }
    });
  }

  /** A picture of the window with this title, or of the whole screen. */
  picture(file, title) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const window = title ? this.windowId(title) : 'root';
    this.ask('import', ['-window', window, file]);
  }

  /** The id of the shown window with this title. */
  windowId(title) {
    const ids = this.ask('xdotool', ['search', '--onlyvisible', '--name', `^${title}$`]);
    return ids.toString().trim().split('\n').at(-1);
  }

  /** Ends everything and removes the folder. */
  async stop() {
    this.#killAll();
    await until('the end of the session', () =>
      this.#children.every((child) => child.exitCode !== null || child.signalCode !== null),
    ).catch(() => {});
    fs.closeSync(this.#log);
    fs.rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }

  #killAll() {
    for (const child of this.#children.toReversed()) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // it has ended
      }
    }
  }

  async #startDisplay(size) {
    // Xvfb picks a free display itself and tells its number: two runs never clash.
    const out = path.join(this.dir, 'display');
    const tell = fs.openSync(out, 'w');
    const child = spawn(
      'Xvfb',
      ['-displayfd', '3', '-screen', '0', `${size}x24`, '-nolisten', 'tcp', '-dpi', '96'],
      { stdio: ['ignore', this.#log, this.#log, tell], detached: true },
    );
    this.#children.push(child);
    const number = await until('a display', () => fs.readFileSync(out, 'utf8').trim() || null);
    this.env.DISPLAY = `:${number}`;
    this.run('openbox', []);
  }

  async #startBus(runtime) {
    const socket = path.join(runtime, 'bus');
    const config = path.join(this.dir, 'bus.conf');
    // A bus of its own that starts nothing by itself: what runs here was started here.
    fs.writeFileSync(
      config,
      `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`,
    );
    this.run('dbus-daemon', [`--config-file=${config}`, '--nofork', '--nopidfile']);
    await until('a session bus', () => fs.existsSync(socket));
    this.env.DBUS_SESSION_BUS_ADDRESS = `unix:path=${socket}`;
  }

  async #startKeyring() {
    this.run('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
      input: 'passphrase of the test keyring',
    });
    await until('the keyring', () => {
      const answer = this.ask('dbus-send', [
        '--session',
        '--dest=org.freedesktop.DBus',
        '--print-reply',
        '/org/freedesktop/DBus',
        'org.freedesktop.DBus.NameHasOwner',
        'string:org.freedesktop.secrets',
      ]);
      return answer.toString().includes('boolean true');
    });
  }
}
