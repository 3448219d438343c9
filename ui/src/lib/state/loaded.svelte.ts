import { toApiError } from '../api';
import type { ApiError } from '../api/contract';

/** One thing that a page reads, kept while it is read again. Of two reads the later one counts. */
export class Loaded<Value> {
  value = $state.raw<Value>();
  error = $state.raw<ApiError>();

  #reads = 0;
  #last: Promise<void> = Promise.resolve();
  readonly #read: () => Promise<Value>;

  constructor(read: () => Promise<Value>) {
    this.#read = read;
  }

  /** Reads it; done when the last of all reads is, so that afterwards `value` is the new one. */
  load(): Promise<void> {
    this.#reads += 1;
    this.#last = this.#load(this.#reads);
    return this.#last;
  }

  async #load(own: number): Promise<void> {
    try {
      const value = await this.#read();
      if (own !== this.#reads) {
        await this.#last;
        return;
      }
      this.value = value;
      this.error = undefined;
    } catch (caught) {
      if (own !== this.#reads) return this.#last;
      this.error = toApiError(caught);
    }
  }
}
