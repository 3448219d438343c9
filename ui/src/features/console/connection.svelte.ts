import { call, toApiError } from '../../lib/api';
import type {
  ApiError,
  CredentialPlacement,
  CredentialRef,
  EnvironmentId,
  ExchangeView,
  SocketEnd,
  SocketId,
  Timestamp,
} from '../../lib/api/contract';
import { announcer } from '../../lib/state/announcer.svelte';
import { on } from '../../lib/state/events';
import { lists } from '../../lib/state/lists.svelte';
import { newId } from './ids';
import { MessageLog } from './messageLog.svelte';
import { words } from './words';

export type Phase = 'idle' | 'connecting' | 'open' | 'closed' | 'refused' | 'waiting';

export interface Address {
  url: string;
  credential: CredentialRef | null;
  placement: CredentialPlacement;
  allowForeignHost?: boolean;
}

/** How often a lost connection is tried again, and after how many seconds. */
export const RETRY_SECONDS = [1, 2, 4, 8, 16];

/** A WebSocket of a request tab: how it stands, its handshake, its messages. */
export class Connection {
  readonly log = new MessageLog();
  /** The message that is being written; it outlives a look at another part of the page. */
  readonly message = $state<{ text: string; kind: 'text' | 'base64' }>({ text: '', kind: 'text' });
  phase = $state<Phase>('idle');
  handshake = $state.raw<ExchangeView | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** The credential would leave its environment; a person must decide. */
  guard = $state.raw<ApiError | null>(null);
  end = $state.raw<SocketEnd | null>(null);
  openedAt = $state<Timestamp | null>(null);
  /** When the access token that was used ends. */
  tokenEnds = $state<Timestamp | null>(null);
  /** The try that comes next, from 1, and when. */
  attempt = $state(0);
  retryAt = $state<Timestamp | null>(null);

  readonly #environmentId: EnvironmentId;
  #socketId: SocketId | undefined;
  #address: Address | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ends: (() => void)[] = [];

  constructor(environmentId: EnvironmentId) {
    this.#environmentId = environmentId;
  }

  get busy(): boolean {
    return this.phase === 'connecting' || this.phase === 'open' || this.phase === 'waiting';
  }

  /** Connects, as a person asked. */
  connect(address: Address): Promise<void> {
    this.attempt = 0;
    return this.#open(address);
  }

  /** Ends the connection, the try, or the wait for the next one. */
  async disconnect(): Promise<void> {
    clearTimeout(this.#timer);
    const socketId = this.#socketId;
    if (this.phase === 'waiting') this.phase = 'closed';
    if (!socketId || !this.busy) return;
    if (this.phase === 'connecting') this.#ended(socketId, { by: 'you', code: null, reason: '' });
    try {
      await call('disconnect_socket', { socketId });
    } catch (caught) {
      this.error = toApiError(caught);
    }
  }

  tryNow(): void {
    clearTimeout(this.#timer);
    if (this.#address && this.phase === 'waiting') void this.#open(this.#address);
  }

  /** Gets a new access token, and connects with it. */
  async refreshAndReconnect(address: Address): Promise<void> {
    const { credential } = address;
    try {
      if (credential?.kind === 'session') {
        await call('refresh_session', { sessionId: credential.id });
      }
      const ended = new Promise<void>((resolve) => this.#ends.push(resolve));
      await this.disconnect();
      await ended;
      await this.connect(address);
    } catch (caught) {
      this.error = toApiError(caught);
    }
  }

  /** Sends a message. Answers whether it went. */
  async send(text: string, binary: boolean): Promise<boolean> {
    const socketId = this.#socketId;
    if (!socketId || this.phase !== 'open') return false;
    this.error = null;
    try {
      this.log.add([await call('send_message', { socketId, text, binary })]);
      return true;
    } catch (caught) {
      this.error = toApiError(caught);
      return false;
    }
  }

  /** Shows the handshake of an earlier connection. */
  showHandshake(exchange: ExchangeView): void {
    if (this.busy) return;
    this.phase = 'idle';
    this.handshake = exchange;
    this.error = null;
    this.log.clear();
  }

  /** Forgets everything that came; on lock, which ends the connection too. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#stop();
    if (this.busy) this.phase = 'idle';
    this.handshake = null;
    this.error = null;
    this.guard = null;
    this.log.clear();
  }

  async #open(address: Address): Promise<void> {
    clearTimeout(this.#timer);
    this.#stop();
    const socketId = newId() as SocketId;
    this.#socketId = socketId;
    this.#address = address;
    this.phase = 'connecting';
    this.handshake = null;
    this.error = null;
    this.guard = null;
    this.end = null;
    this.retryAt = null;
    this.log.begin();
    this.#listen(socketId);
    try {
      const { open, handshake } = await call('connect_socket', {
        socketId,
        environmentId: this.#environmentId,
        url: address.url,
        credential: address.credential,
        placement: address.placement,
        allowForeignHost: address.allowForeignHost ?? false,
      });
      if (this.#socketId !== socketId) return;
      this.handshake = handshake;
      if (this.#isConnecting()) this.#opened(open, handshake);
    } catch (caught) {
      if (this.#socketId === socketId && this.#isConnecting()) this.#failed(toApiError(caught));
    }
  }

  // Read through a method: it may have changed while the call ran.
  #isConnecting(): boolean {
    return this.phase === 'connecting';
  }

  #opened(open: boolean, handshake: ExchangeView): void {
    const { outcome, requestId } = handshake;
    const status = outcome.kind === 'answer' ? `${outcome.status}` : words.response.noAnswer;
    if (!open) {
      this.phase = 'refused';
      this.#stop();
      if (outcome.kind === 'failure') {
        this.error = outcome.error;
        if (this.attempt > 0) this.#retry();
      } else {
        this.log.note(words.socket.refused(status), true);
        announcer.interrupt(words.socket.refused(status));
      }
      return;
    }
    this.phase = 'open';
    this.attempt = 0;
    this.openedAt = new Date().toISOString();
    const credential = this.#address?.credential;
    this.tokenEnds =
      lists.credentials.rows.find((view) => view.credential.id === credential?.id)?.expiresAt ??
      null;
    this.log.note(words.socket.opened(status, requestId));
    announcer.say(words.socket.connected);
  }

  #failed(error: ApiError): void {
    this.#stop();
    this.phase = 'closed';
    if (error.code === 'foreign_host') {
      this.phase = 'idle';
      this.guard = error;
      return;
    }
    this.error = error;
    if (this.attempt > 0) this.#retry();
  }

  #listen(socketId: SocketId): void {
    this.#ends.push(
      on('socket_messages', (data) => {
        if (data.socketId === socketId) this.log.add(data.messages);
      }),
      on('socket_ended', (data) => {
        if (data.socketId === socketId) this.#ended(socketId, data.end);
      }),
    );
  }

  #ended(socketId: SocketId, end: SocketEnd): void {
    if (this.#socketId !== socketId) return;
    this.#stop();
    this.phase = 'closed';
    this.end = end;
    this.openedAt = null;
    const text = words.socket.ended(end.by, end.code, end.reason);
    this.log.note(text, end.by !== 'you');
    if (end.by === 'you') announcer.say(text);
    else announcer.interrupt(text);
    if (end.by === 'lost') this.#retry();
  }

  /** Waits, then tries again. A credential on its way to another host goes there only once. */
  #retry(): void {
    const seconds = RETRY_SECONDS[this.attempt];
    const address = this.#address;
    if (seconds === undefined || !address || address.allowForeignHost) return;
    this.attempt += 1;
    this.phase = 'waiting';
    this.retryAt = new Date(Date.now() + seconds * 1000).toISOString();
    this.#timer = setTimeout(() => void this.#open(address), seconds * 1000);
  }

  #stop(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
  }
}
