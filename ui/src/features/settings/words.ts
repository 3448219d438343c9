import type { OpensWith, Platform, Theme } from '../../lib/api/contract';
import { count, counted } from '../../lib/format';
import type { SettingsSection } from '../../lib/state/route.svelte';

const seconds = (value: number) =>
  value < 60 ? `${value} s` : counted(value / 60, 'minute', 'minutes');
const minutes = (value: number) =>
  value < 60 ? counted(value, 'minute', 'minutes') : counted(value / 60, 'hour', 'hours');

/** The copy of the settings (S11). */
export const words = {
  title: 'Settings',
  sections: {
    environments: 'Environments',
    vault: 'Vault and lock',
    secrets: 'Secrets and clipboard',
    requests: 'Requests and history',
    appearance: 'Appearance',
    shortcuts: 'Shortcuts',
    about: 'About',
  } satisfies Record<SettingsSection, string>,

  environments: {
    lead: 'Each environment has its own applications, credentials and history.',
    add: 'Add environment',
    columns: { environment: 'Environment', addresses: 'Addresses', retention: 'Log retention' },
    actions: 'Actions',
    inUse: 'In use',
    apiBase: 'API gateway',
    authorizationServer: 'Authorization server',
    sameAsGateway: 'Same as the gateway',
    portal: 'Portal',
    noPortal: 'None',
    retention: (days: number | null) => (days === null ? 'Not set' : counted(days, 'day', 'days')),
    edit: 'Edit',
    editIt: (name: string) => `Edit ${name}`,
    more: (name: string) => `More actions for ${name}`,
    switchTo: 'Switch to this environment',
    openPortal: 'Open in portal',
    remove: 'Remove…',
    added: (name: string) => `${name} added`,
    changed: (name: string) => `${name} changed`,
    removed: (name: string) => `${name} removed`,
  },

  form: {
    add: 'Add environment',
    edit: (name: string) => `Edit ${name}`,
    save: 'Save changes',
    cancel: 'Cancel',
    name: 'Name',
    apiBase: 'API gateway',
    apiBaseHint: 'https, or http on 127.0.0.1',
    authorizationServer: 'Authorization server',
    authorizationServerHint: 'Only when it is not the gateway.',
    portal: 'Portal address',
    portalHint: 'Where applications and keys are made. Optional.',
    retention: 'Log retention (days)',
    retentionHint: 'How long the server keeps its logs. Empty when unknown.',
    sandboxAddress: (host: string) => `The sandbox chooses its address itself: ${host}.`,
    enterName: 'Enter a name.',
    enterApiBase: 'Enter the address of the API gateway.',
    badRetention: 'Use 1 to 3650 days, or leave it empty.',
    taken: 'This name is taken. Choose another.',
    check: 'Check server',
    move: {
      title: (name: string) => `Change the addresses of ${name}?`,
      text: 'Its credentials go to the new addresses from now on. Server metadata that was accepted at the old ones is forgotten.',
      keep: 'Keep addresses',
      act: 'Change addresses',
    },
  },

  removeEnvironment: {
    title: (name: string) => `Remove ${name} from Inchkeep?`,
    text: (applications: number, host: string) =>
      applications === 0
        ? `It holds no applications. Nothing changes at ${host}.`
        : `${counted(applications, 'application', 'applications')} with all keys, clients and sessions are deleted from this computer. Nothing changes at ${host}.`,
    keep: 'Keep environment',
    act: 'Remove from Inchkeep',
  },

  sandbox: {
    title: 'Sandbox',
    server: 'Practice server',
    running: (host: string) => `Running on ${host}`,
    stopped: 'It starts when the Sandbox environment is used.',
    restart: 'Restart',
    restarted: (host: string) => `The sandbox runs on ${host}`,
    data: 'Sandbox data',
    dataHelp: 'Makes the practice server new, with one sample application.',
    reset: 'Reset sandbox data…',
    wasReset: 'The sandbox data was reset',
    confirm: {
      title: 'Reset the sandbox data?',
      text: 'All keys, clients and sessions of Sandbox are deleted, here and in the practice server. A new sample application takes their place.',
      keep: 'Keep sandbox data',
      act: 'Reset sandbox data',
    },
  },

  vault: {
    opensWith: 'Opens with',
    opensWithHelp: {
      keyring: 'It unlocks with your desktop session.',
      passphrase: 'The passphrase is asked each time.',
    } satisfies Record<OpensWith, string>,
    kinds: { keyring: 'System keyring', passphrase: 'Passphrase' } satisfies Record<
      OpensWith,
      string
    >,
    lockAfter: 'Lock after',
    lockAfterHelp: 'Minutes without use until the vault locks.',
    lockOptions: (value: number) => (value === 0 ? 'Never' : minutes(value)),
    lockNow: 'Lock now',
    lockNowHelp: 'Closes the vault. Nothing is sent or renewed while it is locked.',
    lock: 'Lock',
    recovery: 'Recovery code',
    recoveryHelp: 'It opens the vault when the keyring or the passphrase is lost.',
    recoveryNone:
      'There is none yet. Without it a lost keyring or passphrase closes the vault for good.',
    make: 'Make a recovery code…',
    makeNew: 'Make a new code…',
    confirm: {
      title: 'Make a new recovery code?',
      text: 'The code that you have stops working as soon as the new one is shown.',
      keep: 'Keep the old code',
      act: 'Make a new code',
    },
    open: 'The code is in the window that opened.',
    copied:
      'The code was copied, and the clipboard is cleared soon. Keep it somewhere lasting, such as a password manager.',
    untaken:
      'The code was not copied and not saved as a file. Make a new one unless you wrote it down.',
  },

  secrets: {
    clear: 'Clear the clipboard after',
    clearHelp: 'How long a copied secret stays there. It is cleared on lock and quit at once.',
    hide: 'Hide revealed secrets after',
    hideHelp: 'How long the window that shows a secret stays open.',
    hideOnBlur: 'Hide when the window loses focus',
    hideOnBlurHelp: 'A revealed secret is hidden as soon as you go to another program.',
    clearOptions: (value: number) => (value === 0 ? 'Never' : seconds(value)),
    hideOptions: (value: number) => (value === 0 ? 'Until I hide them' : seconds(value)),
  },

  requests: {
    timeout: 'Time limit',
    timeoutHelp: 'A request without an answer is given up after this.',
    timeoutOptions: seconds,
    keep: 'Requests to keep',
    keepHelp: 'Older ones are removed from the history. Secrets in them are redacted.',
    keepOptions: (value: number) => counted(value, 'request', 'requests'),
    kept: (value: number) => `${count(value)} kept now.`,
  },

  appearance: {
    theme: 'Theme',
    themeHelp: 'System follows your desktop.',
    themes: { system: 'System', light: 'Light', dark: 'Dark' } satisfies Record<Theme, string>,
    textSize: 'Text size',
    textSizeHelp: (larger: string, smaller: string) => `Also by ${larger} and ${smaller}.`,
    percent: (value: number) => `${value} %`,
  },

  shortcuts: { lead: 'None is a single letter, so that typing never sets one off.' },

  about: {
    version: 'Version',
    versionIs: (version: string, platform: Platform) =>
      `Inchkeep ${version} on ${{ linux: 'Linux', macos: 'macOS', windows: 'Windows' }[platform]}`,
    licence: 'Licence',
    licenceIs: 'Apache License 2.0',
    data: 'Data folder',
    open: 'Open',
    openIt: 'Open data folder',
    copy: 'Copy path of the data folder',
    what: 'Path of the data folder',
  },
} as const;
