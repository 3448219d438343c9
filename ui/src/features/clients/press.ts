/**
 * Lets work wait until a press of the pointer is over. A field that loses the focus
 * to a press may get a line of text under it; shown at once, it would move the
 * pressed button away before the press has become a click.
 */
export class AfterPress {
  #pressed = false;
  #waiting: (() => void)[] = [];

  begin(): void {
    this.#pressed = true;
  }

  end(): void {
    this.#pressed = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    // The click comes right after this event.
    setTimeout(() => waiting.forEach((work) => work()));
  }

  /** Runs at once, or when the press is over. */
  run(work: () => void): void {
    if (this.#pressed) this.#waiting.push(work);
    else work();
  }
}
