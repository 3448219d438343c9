import { call, toApiError } from '../api';
import type { ApiError, ClipboardView, ExchangeId, SecretTarget } from '../api/contract';
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
  /** What to do with the text that was copied, said with it. */
  hint = $state('');

  #nextHint = '';

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

  /** Copies what Rust puts together of an exchange. `hint` says what to do with it. */
  copyExchange(
    command: 'copy_as_curl' | 'copy_for_support',
    exchangeId: ExchangeId,
    hint = '',
  ): Promise<boolean> {
    this.#nextHint = hint;
    return this.#try(call(command, { exchangeId }));
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
      this.#nextHint = '';
      this.error = toApiError(caught);
      return false;
    }
  }

  #take(view: ClipboardView | null): void {
    clearTimeout(this.#forget);
    this.view = view;
    this.hint = '';
    if (!view) return;
    if (view.state === 'copied') {
      this.hint = this.#nextHint;
      this.#nextHint = '';
    }
    if (view.clearsAt) this.lasts = Date.parse(view.clearsAt) - Date.now();
    // A copied secret that stays keeps its line; any other fact is told for four seconds.
    if (view.state === 'cleared' || view.state === 'left_alone') {
      this.#forget = setTimeout(() => (this.view = null), FACT_MS);
    }
    const text = strings.clipboard[view.state](view.label);
    if (view.state === 'not_cleared') announcer.interrupt(text);
    else announcer.say(this.hint === '' ? text : `${text}. ${this.hint}`);
  }
}

export const clipboard = new Clipboard();
