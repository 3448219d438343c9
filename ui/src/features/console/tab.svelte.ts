import { call, toApiError } from '../../lib/api';
import type {
  ApiError,
  CredentialPlacement,
  CredentialRef,
  Draft,
  EnvironmentId,
  ExchangeView,
  OAuthClientId,
  SendId,
} from '../../lib/api/contract';
import { duration } from '../../lib/format';
import { announcer } from '../../lib/state/announcer.svelte';
import { EditableDraft } from './draft.svelte';
import { newId } from './ids';
import { Connection, type Address } from './connection.svelte';
import { totalMs } from './phases';
import { isSocketUrl, SOCKET, titleOf, withScheme } from './url';
import { words } from './words';

/** The credential as it was last seen in the list; it may be gone since. */
interface SeenCredential {
  id: CredentialRef['id'];
  name: string;
  /** Who to sign in with for another session like it. */
  signInWith: OAuthClientId | null;
}

interface Sending {
  id: SendId;
  since: number;
}

/** What a person decided for one request. */
export interface SendChoice {
  withoutCredential?: boolean;
  allowForeignHost?: boolean;
}

type RequestPart = 'params' | 'headers' | 'body';
export type ResponsePart = 'headers' | 'body' | 'timing' | 'sent';

/** One open request: its draft, its credential, and what came back. */
export class RequestTab {
  readonly id = newId();
  readonly environmentId: EnvironmentId;
  readonly draft: EditableDraft;
  readonly connection: Connection;

  credential = $state.raw<CredentialRef | null>(null);
  placement = $state<CredentialPlacement>('header');
  lastSeen = $state.raw<SeenCredential | null>(null);
  part = $state<RequestPart>('params');
  responsePart = $state<ResponsePart>('headers');

  sending = $state.raw<Sending | null>(null);
  exchange = $state.raw<ExchangeView | null>(null);
  /** Why nothing was sent. What failed on its way is an exchange. */
  error = $state.raw<ApiError | null>(null);
  /** Stopped before anything was sent, after so many milliseconds. */
  stoppedAfter = $state<number | null>(null);
  /** The credential would leave its environment; a person must decide. */
  guard = $state.raw<ApiError | null>(null);
  /** The client whose sign-in was started from here; its session is used when it comes. */
  awaitedClient = $state<OAuthClientId | null>(null);

  constructor(environmentId: EnvironmentId, draft: Draft) {
    this.environmentId = environmentId;
    this.draft = new EditableDraft(draft);
    this.connection = new Connection(environmentId);
  }

  get isSocket(): boolean {
    return this.draft.method === SOCKET;
  }

  /** What came back: of the request, or of the handshake. */
  get shown(): ExchangeView | null {
    return this.isSocket ? this.connection.handshake : this.exchange;
  }

  /** Whether nothing was sent because the credential is not there any more. */
  get credentialGone(): boolean {
    const error = this.error ?? this.connection.error;
    return error?.code === 'not_found' && /^(session|API key)$/.test(error.facts['what'] ?? '');
  }

  /** What a connection is opened with. */
  get address(): Address {
    const { credential, placement } = this;
    return { url: this.draft.url.trim(), credential, placement };
  }

  get title(): string {
    return titleOf(this.draft.url);
  }

  /** Whether another request may take its place without a loss. */
  get replaceable(): boolean {
    return !this.draft.edited && !this.sending && !this.connection.busy;
  }

  setMethod(method: string): void {
    const socket = method === SOCKET;
    if (socket !== this.isSocket) this.draft.url = withScheme(this.draft.url, socket);
    this.draft.method = method;
    this.guard = null;
  }

  /** A change of the address: its scheme says whether it is a WebSocket. */
  setUrl(url: string): void {
    this.draft.write(url);
    this.guard = null;
    if (isSocketUrl(url)) this.draft.method = SOCKET;
    else if (this.isSocket && /^https?:\/\//i.test(url)) this.draft.method = 'GET';
  }

  setCredential(credential: CredentialRef | null): void {
    this.credential = credential;
    this.guard = null;
    if (this.lastSeen?.id !== credential?.id) this.lastSeen = null;
    if (this.credentialGone) this.error = this.connection.error = null;
    // An access token never stands in a URL (OAuth 2.1 §5.1).
    if (credential?.kind === 'session') this.placement = 'header';
  }

  async send(choice?: SendChoice): Promise<void> {
    if (this.sending) return;
    const sending: Sending = { id: newId() as SendId, since: Date.now() };
    this.sending = sending;
    this.error = null;
    this.guard = null;
    this.stoppedAfter = null;
    const draft = this.draft.value;
    try {
      const exchange = await call('send', {
        sendId: sending.id,
        environmentId: this.environmentId,
        draft,
        credential: choice?.withoutCredential ? null : this.credential,
        placement: this.placement,
        allowForeignHost: choice?.allowForeignHost ?? false,
      });
      this.#take(exchange, draft);
    } catch (caught) {
      this.#fail(toApiError(caught), sending.since);
    } finally {
      this.sending = null;
    }
  }

  cancel(): void {
    // A request that has ended meanwhile is left alone by the app.
    if (this.sending) call('cancel_send', { sendId: this.sending.id }).catch(() => undefined);
  }

  /** Shows an exchange of the history, and its draft. */
  show(exchange: ExchangeView): void {
    const socket = exchange.draft?.method === SOCKET || isSocketUrl(exchange.sent.url);
    this.draft.load({
      ...(exchange.draft ?? draftOf(exchange)),
      ...(socket ? { method: SOCKET } : {}),
    });
    this.credential = exchange.credential;
    this.lastSeen = null;
    this.placement = exchange.placement;
    this.error = null;
    this.guard = null;
    this.stoppedAfter = null;
    this.exchange = exchange;
    if (socket) this.connection.showHandshake(exchange);
  }

  /** Forgets what came back; on lock. The draft stays. */
  forget(): void {
    this.exchange = null;
    this.lastSeen = null;
    this.error = null;
    this.guard = null;
    this.connection.forget();
  }

  #take(exchange: ExchangeView, sent: Draft): void {
    const before = this.draft.value;
    this.exchange = exchange;
    // Edits that were made while it ran stay edits.
    if (JSON.stringify(before) === JSON.stringify(sent)) this.draft.keep();
    const { outcome, timing, requestId } = exchange;
    if (outcome.kind !== 'answer') {
      this.responsePart = 'sent';
      if (outcome.kind === 'cancelled')
        announcer.say(words.response.cancelled(duration(outcome.afterMs)));
      return;
    }
    if (this.responsePart === 'sent') this.responsePart = 'headers';
    announcer.say(
      words.response.announce(
        `${outcome.status} ${outcome.reason}`.trim(),
        duration(totalMs(timing)).replace(' ms', ' milliseconds').replace(/ s$/, ' seconds'),
        requestId === null ? null : requestId.slice(-4),
      ),
    );
  }

  #fail(error: ApiError, since: number): void {
    if (error.code === 'cancelled') this.stoppedAfter = Date.now() - since;
    else if (error.code === 'foreign_host') this.guard = error;
    else this.error = error;
    if (error.code === 'invalid_json') this.part = 'body';
  }
}

/** A draft for an exchange that nobody drafted, such as a token call. */
function draftOf({ sent }: ExchangeView): Draft {
  const body =
    sent.body === null ? { kind: 'none' as const } : { kind: 'text' as const, text: sent.body };
  return {
    method: sent.method,
    url: sent.url,
    params: [],
    headers: sent.headers
      .filter(({ name }) => !WRITTEN_BY_CONNECTION.has(name.toLowerCase()))
      .map(({ name, value }) => ({ name, value, enabled: true })),
    body,
  };
}

const WRITTEN_BY_CONNECTION = new Set([
  'host',
  'content-length',
  'accept-encoding',
  'user-agent',
  'connection',
  'upgrade',
  'transfer-encoding',
  'authorization',
]);
