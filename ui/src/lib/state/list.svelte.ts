import { toApiError } from '../api';
import type { ApiError, EnvironmentId } from '../api/contract';

/** Rows of one environment, kept while they are read again. */
export class List<Row> {
  rows = $state.raw<Row[]>([]);
  error = $state.raw<ApiError>();
  /** Whether `rows` are those of the environment asked for last. */
  loaded = $state(false);

  #environmentId: EnvironmentId | undefined;
  readonly #read: (environmentId: EnvironmentId) => Promise<Row[]>;

  constructor(read: (environmentId: EnvironmentId) => Promise<Row[]>) {
    this.#read = read;
  }

  /** Reads the rows; those of another environment are dropped at once. */
  async load(environmentId: EnvironmentId): Promise<void> {
    if (environmentId !== this.#environmentId) this.clear();
    this.#environmentId = environmentId;
    try {
      const rows = await this.#read(environmentId);
      if (environmentId !== this.#environmentId) return;
      this.rows = rows;
      this.error = undefined;
      this.loaded = true;
    } catch (caught) {
      if (environmentId === this.#environmentId) this.error = toApiError(caught);
    }
  }

  clear(): void {
    this.#environmentId = undefined;
    this.rows = [];
    this.error = undefined;
    this.loaded = false;
  }
}
