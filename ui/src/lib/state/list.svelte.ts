import { toApiError } from '../api';
import type { ApiError, EnvironmentId } from '../api/contract';

/** Rows of one environment, kept while they are read again. */
export class List<Row> {
  rows = $state.raw<Row[]>([]);
  error = $state.raw<ApiError>();
  /** Whether `rows` are those of the environment asked for last. */
  loaded = $state(false);

  /** Of which environment the rows are. */
  #of: string | undefined;
  readonly #everywhere: boolean;
  readonly #read: (environmentId: EnvironmentId) => Promise<Row[]>;

  /** `everywhere`: the rows are the same in every environment, and stay when another is chosen. */
  constructor(read: (environmentId: EnvironmentId) => Promise<Row[]>, everywhere = false) {
    this.#read = read;
    this.#everywhere = everywhere;
  }

  /** Reads the rows; those of another environment are dropped at once. */
  async load(environmentId: EnvironmentId): Promise<void> {
    const of = this.#everywhere ? 'everywhere' : environmentId;
    if (of !== this.#of) this.clear();
    this.#of = of;
    try {
      const rows = await this.#read(environmentId);
      if (of !== this.#of) return;
      this.rows = rows;
      this.error = undefined;
      this.loaded = true;
    } catch (caught) {
      if (of === this.#of) this.error = toApiError(caught);
    }
  }

  clear(): void {
    this.#of = undefined;
    this.rows = [];
    this.error = undefined;
    this.loaded = false;
  }
}
