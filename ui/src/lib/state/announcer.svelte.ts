/** What one place in the page reads out. */
interface LiveRegion {
  polite: string;
  assertive: string;
}

/**
 * Says things to a screen reader. The text is set 100 ms after the event, in the
 * innermost place: a modal dialog makes the regions behind it inert, so each
 * dialog has its own.
 */
class Announcer {
  readonly #regions: LiveRegion[] = [];
  #timers: ReturnType<typeof setTimeout>[] = [];

  /** A new innermost place, until `leave`. */
  enter(): LiveRegion {
    const region = $state<LiveRegion>({ polite: '', assertive: '' });
    this.#regions.push(region);
    return region;
  }

  leave(region: LiveRegion): void {
    const at = this.#regions.indexOf(region);
    if (at >= 0) this.#regions.splice(at, 1);
  }

  /** Said when the reader is idle. */
  say(text: string): void {
    this.#set('polite', text);
  }

  /** Said at once: a request failed, the vault locked, the clipboard could not be cleared. */
  interrupt(text: string): void {
    this.#set('assertive', text);
  }

  /** Takes back what was said or is about to be; a locked page holds no name. */
  clear(): void {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    for (const region of this.#regions) region.polite = region.assertive = '';
  }

  #set(kind: keyof LiveRegion, text: string): void {
    // Emptied first: the same text twice in a row would be no change.
    for (const region of this.#regions) region[kind] = '';
    const timer = setTimeout(() => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      const region = this.#regions.at(-1);
      if (region) region[kind] = text;
    }, 100);
    this.#timers.push(timer);
  }
}

export const announcer = new Announcer();
