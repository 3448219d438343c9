import { toApiError } from '../../lib/api';
import type { ApiError, Settings } from '../../lib/api/contract';
import { app } from '../../lib/state/app.svelte';

/** Changes settings at once, and keeps why the last change did not work. */
export class Change {
  error = $state.raw<ApiError | null>(null);

  #last: Partial<Settings> = {};

  async set(changes: Partial<Settings>): Promise<void> {
    this.#last = changes;
    this.error = null;
    try {
      await app.changeSettings(changes);
    } catch (caught) {
      this.error = toApiError(caught);
    }
  }

  again = (): Promise<void> => this.set(this.#last);
}
