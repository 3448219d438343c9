import type { SecretWindowView } from '../contract';
import type { Answers } from './commands';
import { within } from './data';
import type { World } from './world';

const PART = 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IjIwMjYtMDMtYSJ9';

/** What `secret.html?ticket=<name>` shows. The values are made up. */
const windows: Record<string, () => Partial<SecretWindowView>> = {
  reveal: () => ({ value: 'made-up-key-7Qx2', hidesAt: within(30) }),
  long: () => ({
    title: 'A key with a name of great length that does not fit in one line of it',
    line: 'API key · An environment with a name of great length',
    value: 'made-up-'.repeat(60),
    hidesAt: null,
  }),
  jwt: () => ({
    title: 'Desktop sign-in',
    line: 'Access token · Sandbox',
    value: `${PART}.${PART.repeat(6)}.${PART}`,
    hidesAt: within(30),
    hideOnBlur: true,
  }),
  ends: () => ({ value: 'made-up-key-7Qx2', hidesAt: within(2) }),
  enter: () => ({
    mode: 'enter',
    title: 'Enter the API key for router-read',
    line: 'From the portal.',
  }),
  wrong: () => ({
    mode: 'enter',
    title: 'Enter the API key for router-read',
    line: 'From the portal.',
  }),
  address: () => ({
    mode: 'enter',
    title: 'Enter the address the browser stopped on',
    line: 'It starts with http://127.0.0.1',
  }),
  passphrase: () => ({
    mode: 'new_passphrase',
    title: 'Set a passphrase',
    line: 'Asked each time the vault opens.',
  }),
  unlock: () => ({ mode: 'unlock', title: 'Unlock Inchkeep', line: '' }),
  recover: () => ({
    mode: 'recover',
    title: 'Use the recovery code',
    line: 'Capitals, spaces and hyphens do not matter.',
  }),
  recovery: () => ({
    mode: 'recovery_code',
    title: 'Save your recovery code',
    line: 'It is shown once.',
    value: 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG-HHHH-JJJJ-KKKK-MMMM-NNNN-PPPP',
    hidesAt: within(300),
  }),
};

export function secretWindowCommands(world: World): Partial<Answers> {
  return {
    secret_window: ({ ticket }) => {
      const view = windows[ticket] ?? (() => world.fail('ticket_gone'));
      return {
        mode: 'reveal',
        title: 'router-read',
        line: `API key · ${world.environment.name}`,
        value: null,
        hidesAt: null,
        hideOnBlur: false,
        clearsClipboardAfter: world.settings.clearClipboardAfter,
        theme: world.settings.theme,
        ...view(),
      };
    },
    submit_secret: ({ ticket, value }) => {
      if (ticket === 'wrong') return refused('This does not look like an API key.');
      if (ticket === 'unlock' && value !== 'correct horse') {
        return refused('That passphrase did not open the vault.', 3);
      }
      return { accepted: true, problem: null, waitSeconds: null };
    },
    copy_shown_secret: () => null,
    save_recovery_code: () => ({ path: '/home/you/Documents/inchkeep-recovery-code.txt' }),
    close_shown_secret: () => null,
  };
}

function refused(problem: string, waitSeconds: number | null = null) {
  return { accepted: false, problem, waitSeconds };
}
