/** The two live regions of the page. Their text is set 100 ms after the event. */
class Announcer {
  politeText = $state('');
  assertiveText = $state('');

  #timers: ReturnType<typeof setTimeout>[] = [];

  /** Said when the reader is idle. */
  say(text: string): void {
    this.politeText = '';
    this.#later(() => (this.politeText = text));
  }

  /** Said at once: a request failed, the vault locked, the clipboard could not be cleared. */
  interrupt(text: string): void {
    this.assertiveText = '';
    this.#later(() => (this.assertiveText = text));
  }

  /** Takes back what was said or is about to be; a locked page holds no name. */
  clear(): void {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    this.politeText = this.assertiveText = '';
  }

  #later(say: () => void): void {
    const timer = setTimeout(() => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      say();
    }, 100);
    this.#timers.push(timer);
  }
}

export const announcer = new Announcer();
