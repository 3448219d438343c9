/** The two live regions of the page. Their text is set 100 ms after the event. */
class Announcer {
  politeText = $state('');
  assertiveText = $state('');

  /** Said when the reader is idle. */
  say(text: string): void {
    this.politeText = '';
    setTimeout(() => (this.politeText = text), 100);
  }

  /** Said at once: a request failed, the vault locked, the clipboard could not be cleared. */
  interrupt(text: string): void {
    this.assertiveText = '';
    setTimeout(() => (this.assertiveText = text), 100);
  }
}

export const announcer = new Announcer();
