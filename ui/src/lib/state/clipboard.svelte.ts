import { call, toApiError } from '../api';
import type { ApiError, ClipboardView, SecretTarget } from '../api/contract';
import { strings } from '../strings';
import { announcer } from './announcer.svelte';
import { on } from './events';

const FACT_MS = 4000;

/** What the clipboard holds of ours, and for how long. */
class Clipboard {
  view = $state.raw<ClipboardView | null>(null);
  /** How long it stays when it began to count down, in ms; for the meter. */
  lasts = $state(0);
  error = $state.raw<ApiError | null>(null);

  #forget: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    on('clipboard', (view) => this.#take(view));
  }

  /** Copies a secret in Rust. Answers whether it worked; the failure shows in the status bar. */
  copySecret(target: SecretTarget): Promise<boolean> {
    return this.#try(call('copy_secret', { target }));
  }

  /** Copies a text that is no secret; it stays. `label` says what it is. */
  copyText(text: string, label: string): Promise<boolean> {
    return this.#try(call('copy_text', { text, label }));
  }

  clear(): Promise<boolean> {
    return this.#try(call('clear_clipboard'));
  }

  async #try(work: Promise<unknown>): Promise<boolean> {
    this.error = null;
    try {
      await work;
      return true;
    } catch (caught) {
      this.error = toApiError(caught);
      return false;
    }
  }

  #take(view: ClipboardView | null): void {
    clearTimeout(this.#forget);
    this.view = view;
    if (!view) return;
    if (view.clearsAt) this.lasts = Date.parse(view.clearsAt) - Date.now();
    // A copied secret that stays keeps its line; any other fact is told for four seconds.
    if (view.state === 'cleared' || view.state === 'left_alone') {
      this.#forget = setTimeout(() => (this.view = null), FACT_MS);
    }
    const text = strings.clipboard[view.state](view.label);
    if (view.state === 'not_cleared') announcer.interrupt(text);
    else announcer.say(text);
  }
}

export const clipboard = new Clipboard();
