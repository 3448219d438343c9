import { layout } from '../../lib/state/layout.svelte';
import { PaneWidth } from '../../lib/state/pane-width.svelte';

/** The history pane: whether it is open, and how wide. */
class Panes {
  readonly width = new PaneWidth({ wide: 268, narrow: 208 });

  #open = $state<boolean | null>(null);

  // Until a person says otherwise it closes where there is no room for it.
  get historyOpen(): boolean {
    return this.#open ?? layout.width >= 760;
  }
  set historyOpen(open: boolean) {
    this.#open = open;
  }
}

export const panes = new Panes();
