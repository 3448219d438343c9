import { call, toApiError } from '../api';
import type { ApiError, AppStatus, EnvironmentId, Settings } from '../api/contract';
import { strings } from '../strings';
import { announcer } from './announcer.svelte';
import { on } from './events';

/** First run, locked or open; the environment; the settings. Everything else hangs on this. */
class App {
  status = $state.raw<AppStatus>();
  error = $state.raw<ApiError>();

  readonly environment = $derived(this.status?.environment ?? null);
  readonly settings = $derived(this.status?.settings);

  async start(): Promise<void> {
    on('status', (status) => this.take(status));
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
    this.error = undefined;
    if (before === 'open' && status.phase === 'locked') announcer.interrupt(strings.lock.locked);
  }

  async lock(): Promise<void> {
    this.take(await call('lock'));
  }

  async selectEnvironment(environmentId: EnvironmentId): Promise<void> {
    const status = await call('select_environment', { environmentId });
    this.take(status);
    const { environment } = status;
    if (environment) announcer.say(`${environment.name}, ${environment.host}`);
  }

  /** Changes settings; they apply at once. */
  async changeSettings(changes: Partial<Settings>): Promise<void> {
    if (!this.status) return;
    const settings = await call('change_settings', { ...this.status.settings, ...changes });
    this.status = { ...this.status, settings };
  }
}

export const app = new App();
