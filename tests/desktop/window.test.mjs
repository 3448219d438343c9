// What the window itself promises: one instance, what it remembers, and what
// neither of its pages may do.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { App, program } from './app.mjs';
import { Session, until } from './session.mjs';
import * as steps from './steps.mjs';

let session;
let app;

before(async () => {
  session = await Session.start();
  app = await App.start(session);
  await steps.createVault(app);
  await steps.skipRecoveryCode(app);
  await steps.startWithSandbox(app);
  await steps.openConsole(app, await steps.firstRequest(app));
});
after(async () => {
  await app?.stop();
  await session?.stop();
});

const windowId = () => session.windowId('Inchkeep');

/** Place and size of the window on the screen. */
function geometry() {
  const text = session.ask('xdotool', ['getwindowgeometry', '--shell', windowId()]).toString();
  const { X, Y, WIDTH, HEIGHT } = Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split('=')),
  );
  return { x: Number(X), y: Number(Y), width: Number(WIDTH), height: Number(HEIGHT) };
}

/** The colour in the middle of the screen, as three numbers up to 255. */
const colour = () =>
  [
    ...session.ask('import', ['-window', 'root', '-crop', '1x1+640+430', '-depth', '8', 'rgb:-']),
  ].slice(0, 3);

test('a second start brings the first window to the front and ends', async () => {
  session.ask('xdotool', ['windowminimize', '--sync', windowId()]);
  const second = session.run(program, [], { env: { INCHKEEP_DATA_DIR: app.dataDir } });
  await until('the end of the second start', () => second.exitCode !== null);
  assert.equal(second.exitCode, 0);
  await until('the first window in front', () => {
    const active = session.ask('xdotool', ['getactivewindow', 'getwindowname']).toString().trim();
    return active === 'Inchkeep';
  });
  assert.equal(session.pids(program).length, 1);
});

test('size, place and theme are there again, and nothing white flashes up before', async () => {
  await steps.chooseTheme(app, 'Dark');
  session.ask('xdotool', ['windowsize', '--sync', windowId(), '1010', '690']);
  session.ask('xdotool', ['windowmove', '--sync', windowId(), '150', '90']);
  const before = geometry();
  await app.stop();
  assert.ok(fs.existsSync(path.join(app.dataDir, 'window.json')));

  let watching = true;
  const seen = [];
  const watch = (async () => {
    while (watching) {
      seen.push(colour());
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  try {
    await app.startAgain();
    await app.sees('/swap/v5.2/1/tokens');
  } finally {
    watching = false;
    await watch;
  }

  assert.ok(seen.length > 5, `${seen.length} looks at the screen`);
  const bright = seen.filter(([red, green, blue]) => red + green + blue > 300);
  assert.deepEqual(bright, [], 'nothing bright was on the screen');
  const dark = [0x15, 0x1a, 0x1d];
  assert.ok(seen.some((rgb) => rgb.every((one, at) => Math.abs(one - dark[at]) < 24)));
  const { x, y, width, height } = geometry();
  assert.deepEqual({ width, height }, { width: before.width, height: before.height });
  // The window manager's frame may be counted once more or less.
  assert.ok(Math.abs(x - before.x) <= 30 && Math.abs(y - before.y) <= 30, `${x},${y}`);
});

test('the main window may not call the commands of the secret window', async () => {
  for (const name of [
    'secret_window',
    'submit_secret',
    'copy_shown_secret',
    'save_recovery_code',
  ]) {
    await assert.rejects(app.call(name, { ticket: 'a' }), /not allowed/, name);
  }
  await assert.rejects(app.call('plugin:window|create', {}), /not allowed/);
  await assert.rejects(app.call('plugin:shell|open', {}), /not allowed|not found/);
});

test('the page runs no inline script, evaluates nothing and reaches no other host', async () => {
  const tried = await app.driver.executeAsyncScript(`
    const done = arguments[0];
    const violations = [];
    addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
    const script = document.createElement('script');
    script.textContent = 'window.ranInline = true';
    document.head.append(script);
    const image = new Image();
    image.src = 'https://example.com/pixel.png';
    let evaluated = false;
    try { evaluated = Function('return true')(); } catch {}
    fetch('https://example.com/').then(() => 'fetched', () => 'refused').then((fetched) =>
      setTimeout(() => done({ fetched, evaluated, inline: !!window.ranInline, violations }), 0));
  `);
  assert.equal(tried.fetched, 'refused');
  assert.equal(tried.evaluated, false);
  assert.equal(tried.inline, false);
  for (const directive of ['connect-src', 'img-src']) {
    assert.ok(tried.violations.includes(directive), `${directive} in ${tried.violations}`);
  }
  const here = await app.driver.getCurrentUrl();
  await app.driver.executeScript("location.href = 'https://example.com/'");
  await app.driver.executeScript("window.open('https://example.com/')");
  assert.equal(await app.driver.getCurrentUrl(), here);
  assert.equal((await app.driver.getAllWindowHandles()).length, 1);
});
