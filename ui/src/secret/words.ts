/** The copy of the secret window, in one place. */
export const words = {
  gone: {
    title: 'This window has ended',
    text: 'It was opened too long ago. Open it again from Inchkeep.',
  },
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'The desktop refused access to the clipboard.',
  notSaved: 'The file could not be written. Copy the code instead.',
  hide: 'Hide',
  cancel: 'Cancel',
  save: 'Save',
  unlock: 'Unlock',
  saveAsFile: 'Save as file…',
  done: 'Done',
  show: 'Show what is typed',
  passphrase: 'Passphrase',
  repeat: 'Repeat passphrase',
  recoveryCode: 'Recovery code',
  value: 'Value',
  vaultPassphrase: 'Vault passphrase',
  hint: 'Four or more random words. Without it and without the recovery code the vault stays closed.',
  different: 'The two passphrases are not the same.',
  usePassphrase: 'Use passphrase',
  /** After `seconds` the clipboard is cleared; 0 is never. */
  recoveryCopied: (seconds: number) => {
    const time = seconds < 60 ? `${String(seconds)} s` : `${String(seconds / 60)} min`;
    const clears = seconds === 0 ? 'It stays on the clipboard.' : `Clears in ${time}.`;
    return `Copied. ${clears} Save it somewhere lasting.`;
  },
  recoverySaved: (path: string) => `Saved as ${path}`,
  recoveryText: 'It opens the vault when the keyring or the passphrase is lost. Keep it on paper.',
  hidesIn: (time: string) => `Hides in ${time}`,
  wait: (seconds: number) => `Wait ${String(seconds)} s before the next try.`,
  revealed: (name: string) => `${name}, revealed`,
  notTaken: 'Inchkeep did not answer. Try again.',
} as const;
