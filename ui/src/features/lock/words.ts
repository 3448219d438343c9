import type { LockReason } from '../../lib/api/contract';
import { counted } from '../../lib/format';

const span = (minutes: number) =>
  minutes < 60 ? counted(minutes, 'minute', 'minutes') : counted(minutes / 60, 'hour', 'hours');

/** The copy of the lock screen (S12). */
export const words = {
  title: 'Inchkeep is locked',
  reason: (reason: LockReason | null, minutes: number) =>
    ({
      started: 'Unlock the vault to go on.',
      by_hand: 'Locked by you.',
      idle: `Locked after ${span(minutes)} without use.`,
      screen: 'Locked when the screen locked.',
    })[reason ?? 'started'],
  rests: 'Nothing is sent or renewed while it is locked.',
  signInStopped: 'A sign-in was stopped when the vault locked.',
  keyring: 'Use system sign-in',
  keyringMore: 'The system keyring opens it.',
  passphrase: 'Unlock',
  passphraseMore: 'The passphrase is typed in a window of its own.',
  recoveryCode: 'Use recovery code',
} as const;
