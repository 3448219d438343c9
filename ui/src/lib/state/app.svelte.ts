import { call, toApiError } from '../api';
import type { ApiError, AppStatus, EnvironmentId, Settings } from '../api/contract';
import { strings } from '../strings';
import { announcer } from './announcer.svelte';
import { on } from './events';

/** How long, in milliseconds, a page without anything on it is better than a lock screen. */
const PATIENCE = 400;

/** First run, locked or open; the environment; the settings. Everything else hangs on this. */
class App {
  status = $state.raw<AppStatus>();
  error = $state.raw<ApiError>();

  readonly environment = $derived(this.status?.environment ?? null);
  readonly settings = $derived(this.status?.settings);

  async start(): Promise<void> {
    on('status', (status) => this.take(status));
    // The chosen environment and the number of kept requests are part of the status.
    on('changed', ({ list }) => {
      if (list === 'environments' || list === 'history') void this.read();
    });
    try {
      const status = await call('app_status');
      this.take(opensAlone(status) ? await this.#opened(status) : status);
    } catch (caught) {
      this.error = toApiError(caught);
    }
  }

  /** Opens the vault before a lock screen is drawn; that waits for a keyring which asks the person. */
  async #opened(locked: AppStatus): Promise<AppStatus> {
    const slow = setTimeout(() => this.take(locked), PATIENCE);
    try {
      return await call('unlock_with_keyring');
    } catch (caught) {
      this.take(locked);
      throw caught;
    } finally {
      clearTimeout(slow);
    }
  }

  async read(): Promise<void> {
    try {
      this.take(await call('app_status'));
    } catch (caught) {
      this.error = toApiError(caught);
    }
  }

  /** Shows what a command or an event told about the app. */
  take(status: AppStatus): void {
    const before = this.status?.phase;
    this.status = status;
    if (before !== status.phase) this.error = undefined;
    if (before === 'open' && status.phase === 'locked') {
      announcer.clear();
      announcer.interrupt(strings.lock.locked);
    }
  }

  /** Waits for an act of the frame; its failure shows over the status bar. Answers whether it worked. */
  async attempt(work: Promise<void>): Promise<boolean> {
    this.error = undefined;
    try {
      await work;
      return true;
    } catch (caught) {
      this.error = toApiError(caught);
      return false;
    }
  }

  async lock(): Promise<void> {
    this.take(await call('lock'));
  }

  async selectEnvironment(environmentId: EnvironmentId): Promise<void> {
    let status: AppStatus;
    try {
      status = await call('select_environment', { environmentId });
    } catch (caught) {
      // It may be chosen all the same, when only its sandbox did not start.
      await this.read();
      throw caught;
    }
    this.take(status);
    const { environment } = status;
    if (environment) announcer.say(`${environment.name}, ${environment.host}`);
  }

  /** Changes settings; they apply at once. One change waits for the one before, to build on it. */
  changeSettings(changes: Partial<Settings>): Promise<void> {
    const work = this.#changes.then(() => this.#change(changes));
    this.#changes = work.catch(() => undefined);
    return work;
  }

  #changes: Promise<void> = Promise.resolve();

  async #change(changes: Partial<Settings>): Promise<void> {
    if (!this.status) return;
    const settings = await call('change_settings', { ...this.status.settings, ...changes });
    this.status = { ...this.status, settings };
  }
}

/** Whether nobody has to do anything: the keyring opens the vault of a program that just started. */
const opensAlone = ({ phase, lockReason, opensWith }: AppStatus): boolean =>
  phase === 'locked' && lockReason === 'started' && opensWith === 'keyring';

export const app = new App();
