import type { EnvironmentKind, KeyringState } from '../../lib/api/contract';
import type { Adding } from '../../lib/state/route.svelte';

/** The copy of the first run (S0). */
export const words = {
  brand: 'Keys, clients and tokens, kept in one place.',
  promise:
    'Sign in through your browser, call the 1inch Business API by hand, and read what came back.',
  facts: {
    encrypted: 'Encrypted on this computer',
    hidden: 'Secrets stay hidden until you ask',
    alone: 'No account, no telemetry',
  },
  about: 'About Inchkeep',
  setup: 'Setup',
  progress: 'Setup progress',
  stepOf: (step: number) => `Step ${String(step)} of 3`,
  back: 'Back',
  continue: 'Continue',
  cancel: 'Cancel',

  vault: {
    title: 'How should the vault open?',
    keyring: 'System keyring',
    keyringText: 'Unlocks with your desktop session. Nothing to remember.',
    passphrase: 'Passphrase',
    passphraseText: 'Asked each time. Works without a keyring, and lets you move the vault.',
    passphraseHint:
      'Four or more random words, typed in a window of its own. Without it and without the recovery code the vault stays closed.',
    typing: 'Set the passphrase in the window that opened.',
    keyringStates: {
      ready: null,
      locked: 'The system keyring is locked. It asks for its own password when you continue.',
      denied: 'The system keyring refused access. Use a passphrase, or allow it and try again.',
      missing: 'No system keyring answered. Use a passphrase, or start one and try again.',
      timed_out: 'No system keyring answered. Use a passphrase, or start one and try again.',
      broken: 'No system keyring answered. Use a passphrase, or start one and try again.',
    } satisfies Record<KeyringState, string | null>,
    tryAgain: 'Try again',
  },

  recovery: {
    title: 'Save your recovery code',
    lead: 'It opens the vault when the keyring or the passphrase is lost.',
    text: 'The code is shown once, in a window of its own. Copy it, save it as a file, or write it on paper, and keep it away from this computer.',
    later: 'You can make one later in Settings.',
    show: 'Show recovery code',
    skip: 'Skip',
    open: 'The code is in the window that opened.',
    taken: 'Recovery code saved.',
    copied:
      'The code was copied, and the clipboard is cleared soon. Keep it somewhere lasting, such as a password manager. Continue if you did, or show a new one; the code before it no longer works then.',
    untaken:
      'The code was not copied and not saved as a file. Continue if you wrote it down, or show a new one; the code before it no longer works then.',
    showNew: 'Show a new code',
  },

  start: {
    title: 'Where do you want to start?',
    lead: 'You can add another environment later and switch between them.',
    first: 'Good first choice',
    sandbox: 'Sandbox',
    sandboxText:
      'A practice server inside Inchkeep. Every flow works offline with made-up keys and one sample application.',
    production: 'Production',
    productionText:
      'The live API at api.1inch.com. Bring an API key or an OAuth client from the portal.',
    other: 'Another server',
    otherText: 'Enter a base URL. Inchkeep reads its OAuth metadata and checks the endpoints.',
    startWith: { sandbox: 'Start with Sandbox', production: 'Start with Production' },
    baseUrl: 'Base URL',
    baseUrlHint: 'https, or http on 127.0.0.1',
    enterUrl: 'Enter a base URL.',
    check: 'Check server',
    checking: 'Reading server metadata…',
  },

  request: {
    title: 'Send your first request',
    lead: 'It goes to the practice server, with a key of the sample application.',
    credential: 'Credential',
    header: (last4: string | null) => `Authorization: Bearer ••••••••${last4 ?? ''}`,
    send: 'Send',
    cancel: 'Cancel',
    worked: 'That worked. This is its request ID:',
    workedWithout: 'That worked. The server sent no request ID.',
    copyId: 'Copy request ID',
    answered: (status: string) => `The server answered ${status}.`,
    cancelled: 'The request was cancelled.',
    open: 'Open the console',
  },

  credential: {
    title: 'Add a first credential',
    lead: (kind: EnvironmentKind, host: string) =>
      kind === 'production' ? `For the live API at ${host}.` : `For ${host}.`,
    paste: 'Paste an API key',
    pasteText: 'A bearer token that you made in the portal.',
    import: 'Import an OAuth client',
    importText: 'A client that you made in the portal, with or without a secret.',
    register: 'Register a client',
    registerText: 'Made here, with an access token from the portal.',
    skip: 'Skip for now',
  },

  application: {
    title: 'Which application is it for?',
    lead: 'Keys and clients belong to an application, as in the portal.',
    name: 'Name',
    id: 'Application ID',
    idHint: 'In the portal: Applications, your application, Details. Needed for sign-in clients.',
    enterName: 'Enter a name.',
    add: {
      api_key: 'Continue to the key',
      import_client: 'Continue to the import',
      register_client: 'Continue to the registration',
    } satisfies Record<Adding, string>,
  },

  resuming: 'Going on where you left off…',
} as const;
