import { call } from '../api';
import type { SecretTarget, ShownSecret } from '../api/contract';
import { on } from './events';

/** Which secret the secret window shows. The value is in that window alone. */
class Shown {
  secret = $state.raw<ShownSecret | null>(null);

  start(): void {
    on('secret_shown', (secret) => (this.secret = secret));
  }

  is(target: SecretTarget): boolean {
    const shown = this.secret?.target;
    return shown?.kind === target.kind && shown.id === target.id;
  }

  async reveal(target: SecretTarget): Promise<void> {
    await call('open_secret_window', { mode: 'reveal', target });
  }

  async hide(): Promise<void> {
    await call('close_secret_window');
  }
}

export const shown = new Shown();
