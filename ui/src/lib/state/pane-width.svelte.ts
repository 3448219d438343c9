import { layout } from './layout.svelte';

const NARROWEST = 200;
const WIDEST = 420;
const STEP = 16;

/** The width of a pane beside the main one, which a person can change. */
export class PaneWidth {
  readonly narrowest = NARROWEST;
  readonly widest = WIDEST;

  #chosen = $state<number | null>(null);
  readonly #at: { wide: number; narrow: number };

  /** `at`: the widths in the wide layout and in the narrow one, until a person says otherwise. */
  constructor(at: { wide: number; narrow: number }) {
    this.#at = at;
  }

  get px(): number {
    return this.#chosen ?? (layout.rail ? this.#at.narrow : this.#at.wide);
  }
  set px(px: number) {
    this.#chosen = Math.round(Math.min(WIDEST, Math.max(NARROWEST, px)));
  }

  step(by: 1 | -1): void {
    this.px += by * STEP;
  }

  reset(): void {
    this.#chosen = null;
  }
}
