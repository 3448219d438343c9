import { zoom } from '../api';

/** Below this the sidebar is a rail of icons. */
const RAIL_BELOW = 1040;

/** The width of the page as it is laid out, and its zoom. */
class Layout {
  /** CSS zoom that the page does itself; 1 where the window zooms. */
  scale = $state(1);
  #width = $state(0);

  readonly width = $derived(this.#width / this.scale);
  readonly rail = $derived(this.width < RAIL_BELOW);

  start(): void {
    const measure = () => (this.#width = window.innerWidth);
    measure();
    window.addEventListener('resize', measure);
    $effect.root(() => {
      $effect(() => {
        document.documentElement.dataset['layout'] = this.rail ? 'rail' : 'wide';
      });
    });
  }

  /** Sets the size of text in percent. */
  async setTextSize(percent: number): Promise<void> {
    const factor = percent / 100;
    const byWindow = await zoom(factor);
    this.scale = byWindow ? 1 : factor;
    document.documentElement.style.setProperty('zoom', String(this.scale));
  }
}

export const layout = new Layout();
