import { shown } from './shown.svelte';

export interface Question {
  title: string;
  text: string;
  /** A second sentence that warns. */
  warning?: string;
  /** The safe button; focused, and what Esc does. */
  keep: string;
  /** The button that does it. */
  act: string;
  /** Whether the act is one that cannot be taken back. */
  danger?: boolean;
}

/** Open dialogs, and the one question that may be asked over everything. */
class Dialogs {
  question = $state.raw<Question | null>(null);
  #open = $state(0);
  #answer: ((yes: boolean) => void) | undefined;

  /** Whether any dialog, sheet or question is open: shortcuts rest meanwhile. */
  get any(): boolean {
    return this.#open > 0;
  }

  /** Called by each dialog as it opens; a shown secret is hidden. Answers what to call at its end. */
  opened(): () => void {
    this.#open += 1;
    if (shown.secret) void shown.hide();
    return () => {
      this.#open -= 1;
    };
  }

  /** Asks before a lasting act. */
  ask(question: Question): Promise<boolean> {
    this.#answer?.(false);
    this.question = question;
    return new Promise((resolve) => (this.#answer = resolve));
  }

  answer(yes: boolean): void {
    this.question = null;
    this.#answer?.(yes);
    this.#answer = undefined;
  }
}

export const dialogs = new Dialogs();
