import { call, toApiError } from '../../lib/api';
import type { ApiError, EnvironmentId, ExchangeId, HistoryRow } from '../../lib/api/contract';
import { on } from '../../lib/state/events';
import { undo } from '../../lib/state/undo.svelte';
import { words } from './words';

const PAGE = 200;

/** The kept requests of one environment, newest first, read page by page. */
export class History {
  rows = $state.raw<readonly HistoryRow[]>([]);
  total = $state(0);
  search = $state('');
  loaded = $state(false);
  error = $state.raw<ApiError | null>(null);

  readonly #environmentId: EnvironmentId;
  // Answers that were overtaken by a newer question are dropped.
  #asked = 0;
  #finding: Promise<void> = Promise.resolve();
  #loadingMore = false;

  constructor(environmentId: EnvironmentId) {
    this.#environmentId = environmentId;
    on('changed', (change) => {
      if (change.list === 'history' && change.environmentId === environmentId && this.loaded) {
        void this.load();
      }
    });
  }

  async find(search: string): Promise<void> {
    this.search = search;
    this.rows = [];
    this.#finding = this.load();
    await this.#finding;
  }

  /** The one row that was found; the answer to a search may still be on its way. */
  async only(): Promise<ExchangeId | null> {
    await this.#finding;
    const [row] = this.rows;
    return row && this.rows.length === 1 ? row.id : null;
  }

  /** Reads the newest rows; older ones that were read before stay. */
  async load(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const page = await this.#page(null);
      if (asked !== this.#asked) return;
      const last = page.rows.at(-1);
      const at = this.rows.findIndex((row) => row.id === last?.id);
      this.rows = at < 0 ? page.rows : [...page.rows, ...this.rows.slice(at + 1)];
      this.total = page.total;
      this.loaded = true;
      this.error = null;
    } catch (caught) {
      if (asked === this.#asked) this.error = toApiError(caught);
    }
  }

  async more(): Promise<void> {
    const last = this.rows.at(-1);
    if (this.#loadingMore || !last || this.rows.length >= this.total) return;
    this.#loadingMore = true;
    const asked = this.#asked;
    try {
      const page = await this.#page(last.id);
      if (asked !== this.#asked) return;
      this.rows = [...this.rows, ...page.rows];
      if (page.rows.length === 0) this.total = this.rows.length;
    } catch (caught) {
      this.error = toApiError(caught);
    } finally {
      this.#loadingMore = false;
    }
  }

  /** Removes a row, and offers to put it back. */
  async remove(id: ExchangeId): Promise<void> {
    try {
      await call('remove_exchange', { exchangeId: id });
      this.rows = this.rows.filter((row) => row.id !== id);
      undo.show({
        text: words.history.removed,
        undo: async () => {
          await call('restore_exchange', { exchangeId: id });
          this.rows = [];
          await this.load();
        },
      });
    } catch (caught) {
      this.error = toApiError(caught);
    }
  }

  /** Forgets every row; on lock. */
  clear(): void {
    this.#asked += 1;
    this.rows = [];
    this.total = 0;
    this.search = '';
    this.loaded = false;
    this.error = null;
  }

  #page(before: ExchangeId | null) {
    return call('history', {
      environmentId: this.#environmentId,
      search: this.search,
      limit: PAGE,
      before,
    });
  }
}
