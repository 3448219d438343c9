import { layout } from '../../lib/state/layout.svelte';

const NARROWEST = 200;
const WIDEST = 420;
const STEP = 16;

/** The history pane: whether it is open, and how wide. */
class Panes {
  #open = $state<boolean | null>(null);
  #width = $state<number | null>(null);

  readonly narrowest = NARROWEST;
  readonly widest = WIDEST;

  // Until a person says otherwise it closes where there is no room for it.
  get historyOpen(): boolean {
    return this.#open ?? layout.width >= 760;
  }
  set historyOpen(open: boolean) {
    this.#open = open;
  }

  get width(): number {
    return this.#width ?? (layout.rail ? 208 : 268);
  }
  set width(width: number) {
    this.#width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
  }

  get cssWidth(): string {
    return `${this.width}px`;
  }

  step(by: 1 | -1): void {
    this.width += by * STEP;
  }

  resetWidth(): void {
    this.#width = null;
  }
}

export const panes = new Panes();
