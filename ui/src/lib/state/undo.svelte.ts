import { announcer } from './announcer.svelte';

const STAYS_MS = 8000;

interface UndoOffer {
  text: string;
  undo: () => void | Promise<void>;
}

/** The undo bar: one offer for 8 s, which waits while it is focused or pointed at. */
class Undo {
  offer = $state.raw<UndoOffer | null>(null);

  #left = STAYS_MS;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(offer: UndoOffer): void {
    this.offer = offer;
    this.#left = STAYS_MS;
    this.resume();
    announcer.say(offer.text);
  }

  pause(): void {
    clearTimeout(this.#timer);
    this.#left -= Date.now() - this.#since;
  }

  resume(): void {
    clearTimeout(this.#timer);
    this.#since = Date.now();
    this.#timer = setTimeout(() => this.drop(), Math.max(this.#left, 1000));
  }

  async take(): Promise<void> {
    const { offer } = this;
    this.drop();
    await offer?.undo();
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.offer = null;
  }
}

export const undo = new Undo();
