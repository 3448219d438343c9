import { call, toApiError } from '../api';
import type {
  ApiError,
  OAuthClientId,
  SignInId,
  SignInRequest,
  SignInStage,
  SignInView,
} from '../api/contract';
import { on } from './events';

/** Each step stays on screen this long at least, so that the eye can follow. */
const STEP_MS = 300;

/** The step of the checklist that a stage is at; 6 is behind the last one. */
const steps: Record<SignInStage, number> = {
  waiting_for_approval: 3,
  exchanging: 4,
  saving: 5,
  done: 6,
  failed: 6,
  cancelled: 6,
};

type Options = Partial<Omit<SignInRequest, 'oauthClientId'>>;

/** The one sign-in that the page shows. Any page starts it; the sheet stands over all of them. */
class SignIn {
  /** The client that signs in; the sheet is open while it is set. */
  oauthClientId = $state.raw<OAuthClientId | null>(null);
  /** Absent until the app has begun it. */
  view = $state.raw<SignInView | null>(null);
  /** The step of the checklist that is shown, 1 to 5; 6 when all are done. */
  step = $state(1);
  /** Why an address that was pasted or typed was not taken. */
  pasteError = $state.raw<ApiError | null>(null);
  /** Why one of the buttons beside it did not work. */
  actError = $state.raw<ApiError | null>(null);
  #startError = $state.raw<ApiError | null>(null);

  /** Why it ended, or why it could not begin. */
  readonly error = $derived(
    this.#startError ?? (this.view?.stage === 'failed' ? this.view.error : null),
  );
  readonly done = $derived(this.view?.stage === 'done' && this.step === 6);

  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  // Events may overtake the answer that tells the id of the sign-in they belong to.
  readonly #early = new Map<SignInId, SignInView>();

  /** Follows the sign-in by its events; the answer stops that, and forgets everything. */
  listen(): () => void {
    const ends = [
      on('sign_in', (view) => this.#event(view)),
      on('secret_taken', (taken) => {
        if (taken.kind === 'sign_in') this.#event(taken.value);
      }),
    ];
    return () => {
      for (const end of ends) end();
      this.close();
    };
  }

  /** Opens the sheet and begins a sign-in with this client. */
  async start(oauthClientId: OAuthClientId, options: Options = {}): Promise<void> {
    this.close();
    this.oauthClientId = oauthClientId;
    const attempt = this.#attempt;
    try {
      const view = await call('sign_in', {
        oauthClientId,
        anyPortOnce: false,
        chooseAccount: false,
        ...options,
      });
      if (attempt === this.#attempt) this.#take(further(view, this.#early.get(view.id)));
      // It was given up before its id was known.
      else await call('cancel_sign_in', { signInId: view.id });
    } catch (caught) {
      if (attempt === this.#attempt) this.#startError = toApiError(caught);
    }
  }

  /** Begins anew with the same client. */
  async again(options: Options = {}): Promise<void> {
    if (this.oauthClientId) await this.start(this.oauthClientId, options);
  }

  /** Takes the address that the browser stopped on from the clipboard, in Rust. */
  async pasteAddress(): Promise<void> {
    this.pasteError = null;
    await this.#act(
      async (signInId) => this.#take(await call('paste_redirect_address', { signInId })),
      (error) => (this.pasteError = error),
    );
  }

  /** Asks for the address in the secret window; it comes back as an event. */
  async typeAddress(): Promise<void> {
    this.pasteError = null;
    await this.#act(
      (signInId) =>
        call('open_secret_window', {
          mode: 'enter',
          purpose: { kind: 'redirect_address', signInId },
        }),
      (error) => (this.pasteError = error),
    );
  }

  openBrowser = (): Promise<void> =>
    this.#act((signInId) => call('open_sign_in_page', { signInId }));

  copyLink = (): Promise<void> => this.#act((signInId) => call('copy_sign_in_link', { signInId }));

  /** Waits five minutes longer. */
  extend = (): Promise<void> =>
    this.#act(async (signInId) => this.#take(await call('extend_sign_in', { signInId })));

  /** Stops it and closes the sheet, unless its tokens are being saved already. */
  async cancel(): Promise<void> {
    const id = this.view?.id;
    if (!id) {
      this.close();
      return;
    }
    try {
      this.#take(await call('cancel_sign_in', { signInId: id }));
    } catch {
      // It is not known any more: nothing is left to stop.
      if (this.view?.id === id) this.close();
    }
  }

  /** Closes the sheet and forgets what it showed. */
  close(): void {
    this.#attempt += 1;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#early.clear();
    this.#startError = null;
    this.oauthClientId = null;
    this.view = null;
    this.step = 1;
    this.pasteError = null;
    this.actError = null;
  }

  async #act(
    work: (signInId: SignInId) => Promise<unknown>,
    failed: (error: ApiError) => void = (error) => (this.actError = error),
  ): Promise<void> {
    const id = this.view?.id;
    if (!id) return;
    this.actError = null;
    try {
      await work(id);
    } catch (caught) {
      if (this.view?.id === id) failed(toApiError(caught));
    }
  }

  #event(view: SignInView): void {
    if (view.id === this.view?.id) this.#take(view);
    else if (this.oauthClientId && !this.view) this.#early.set(view.id, view);
  }

  #take(view: SignInView): void {
    if (this.oauthClientId !== view.oauthClientId) return;
    this.view = this.view?.id === view.id ? further(view, this.view) : view;
    if (this.view.stage === 'cancelled') {
      this.close();
      return;
    }
    if (this.view.stage !== 'waiting_for_approval') this.pasteError = null;
    this.step = Math.max(this.step, steps.waiting_for_approval);
    this.#walk();
  }

  /** Goes on one step at a time towards the stage that was reached. */
  #walk(): void {
    const { view } = this;
    if (!view || this.#timer !== undefined || this.step >= steps[view.stage]) return;
    this.step += 1;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#walk();
    }, STEP_MS);
  }
}

/** The one of the two that is further on; the first when both are equal. */
function further(view: SignInView, other: SignInView | undefined): SignInView {
  return other && steps[other.stage] > steps[view.stage] ? other : view;
}

export const signIn = new SignIn();
