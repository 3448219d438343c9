import type { EnvironmentKind, ErrorCode } from './api/contract';
import { counted } from './format';

/** The copy of the frame and of the shared components. Each feature keeps its own in `words.ts`. */
export const strings = {
  app: 'Inchkeep',
  skip: 'Skip to content',
  failedStart: 'Inchkeep could not start',
  pageFailure: {
    title: 'This page failed',
    text: 'Nothing was lost.',
    console: 'Open the console',
    reload: 'Reload the page',
  },

  sidebar: {
    label: 'Sidebar',
    main: 'Main',
    console: 'Console',
    sessions: 'Sessions',
    server: 'Server',
    applications: 'Applications',
    allApplications: 'All applications',
    addApplication: 'Add application',
    filter: 'Filter applications',
    noMatch: 'Nothing matches',
    settings: 'Settings',
    lock: 'Lock',
    soon: ' soon',
    soonMore: (sessions: number) =>
      `${counted(sessions, 'session expires', 'sessions expire')} within 2 minutes`,
  },

  environment: {
    label: 'Environment',
    change: 'Switch environment',
    manage: 'Manage environments…',
    sandboxRunning: 'Sandbox running',
    sandboxStopped: 'Starts when it is used',
    kinds: { sandbox: 'Sandbox', production: 'Production', own: 'Your own' } satisfies Record<
      EnvironmentKind,
      string
    >,
  },

  status: {
    label: 'Status',
    kept: (requests: number) =>
      `${counted(requests, 'request', 'requests')} kept, secrets redacted`,
    damaged: (records: number) => `${counted(records, 'record', 'records')} could not be read`,
    expiring: (name: string) => `${name} expires in`,
    clearNow: 'Clear now',
    opensWith: { keyring: 'System keyring', passphrase: 'Passphrase' },
  },

  clipboard: {
    copied: (label: string) => `${label} copied`,
    cleared: () => 'Clipboard cleared',
    left_alone: () => 'Clipboard left as it is: you copied something else.',
    not_cleared: () => 'Could not clear the clipboard in the background',
    notClearedMore: 'It is cleared when you return to Inchkeep, or clear it yourself.',
    clearsIn: 'Clears in',
    stays: 'It stays on the clipboard.',
  },

  lock: { locked: 'Inchkeep is locked' },

  secret: {
    hidden: (last4: string) => `Hidden, ends in ${last4}`,
    hiddenAll: 'Hidden',
    shown: 'Shown in its own window',
    hidesIn: 'Hides in',
    reveal: (name: string) => `Reveal ${name}`,
    hide: (name: string) => `Hide ${name}`,
    copy: (name: string) => `Copy ${name}`,
    missing: 'Not in this vault',
    revealed: (name: string, time: string) => `${name} revealed, hides in ${time}`,
    revealedStays: (name: string) => `${name} revealed`,
    hiddenAgain: (name: string) => `${name} hidden`,
  },

  entry: {
    paste: 'Paste from clipboard',
    type: 'Type it…',
    typing: 'Type it in the window that opened.',
    remove: 'Remove',
    endsIn: (last4: string) => `ends in ${last4}`,
    already: (name: string) => `This key is already saved as ${name}.`,
  },

  credential: {
    label: 'Credential',
    from: (application: string) => `Credential from ${application}`,
    none: 'None',
    noneMore: 'Sent without a credential',
    filter: 'Filter credentials',
    apiKey: 'API key',
    session: 'Session',
    left: (time: string) => `${time} left`,
    expired: 'Expired, sign in…',
    ended: 'Ended',
    gone: 'not there any more',
  },

  picker: {
    results: (amount: number) => counted(amount, 'result', 'results'),
    noResults: 'Nothing matches',
  },

  error: {
    requestId: 'Request ID',
    copyId: 'Copy ID',
    details: 'Details',
    code: (code: ErrorCode) => `Code: ${code}`,
  },

  server: {
    read: 'Server metadata read',
    issuer: 'Issuer',
    endpoints: 'Endpoints',
    offered: (offered: number, all: number) => `${offered} of ${all} offered`,
    grants: 'Grants',
  },

  copy: { copied: 'Copied' },
  breadcrumb: 'Breadcrumb',
  rename: {
    name: 'Name',
    act: 'Rename',
    enterName: 'Enter a name.',
    taken: 'This name is taken. Choose another.',
  },
  dialog: { close: 'Close', cancel: 'Cancel' },
  undo: { undo: 'Undo', label: 'Undo' },
  working: 'Working',
  dismiss: 'Dismiss',
  more: (name: string) => `More actions for ${name}`,

  shortcuts: {
    title: 'Shortcuts',
    close: 'Close',
    keys: 'Keys',
    act: 'What it does',
    groups: { everywhere: 'Everywhere', console: 'Console' },
  },
} as const;
