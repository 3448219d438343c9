// The package as a person meets it: installed with apt, started from its entry
// in the menu, removed again. Needs root or sudo, so it is no part of `test`.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pictures } from './app.mjs';
import { Session, until } from './session.mjs';

const asRoot = process.getuid() === 0 ? [] : ['sudo'];

function run(...words) {
  const [program, ...args] = words;
  const done = spawnSync(program, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${words.join(' ')} failed:\n${done.stderr}`);
  return done.stdout;
}

const apt = (...args) =>
  run(
    ...asRoot,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=600',
    '-qq',
    '-y',
    ...args,
  );

/** Files of the package, without its folders. */
const filesOf = (name) =>
  run('dpkg-query', '-L', name)
    .split('\n')
    .filter((file) => file && fs.existsSync(file) && fs.statSync(file).isFile());

const [deb] = process.argv.slice(2);
if (!deb) throw new Error('usage: node installed.mjs PACKAGE.deb');

apt('install', path.resolve(deb));
const files = filesOf('inchkeep');
const entry = files.find((file) => file.endsWith('.desktop'));
if (!entry) throw new Error('the package brings no desktop entry');
console.log(`installed: ${files.length} files`);

const session = await Session.start();
try {
  session.run('gtk-launch', [path.basename(entry, '.desktop')]);
  await until('the window of the installed app', () =>
    session.ask('xdotool', ['search', '--onlyvisible', '--name', '^Inchkeep$']).toString().trim(),
  );
  const data = path.join(session.env.XDG_DATA_HOME, 'inchkeep');
  await until('the data folder', () => fs.existsSync(path.join(data, 'logs')));
  session.picture(path.join(pictures, 'installed.png'));
  console.log('started from its desktop entry');
  const running = () => session.pids('/usr/bin/inchkeep');
  for (const pid of running()) process.kill(pid, 'SIGTERM');
  await until('the end of the installed app', () => running().length === 0);
} finally {
  await session.stop();
  apt('purge', 'inchkeep');
}
const left = files.filter((file) => fs.existsSync(file));
if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
console.log('removed: nothing of the package is left');
