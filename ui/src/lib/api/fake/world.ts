import type {
  ApiError,
  ApiKeyView,
  AppEvent,
  ApplicationKey,
  ApplicationRow,
  AppStatus,
  ClipboardView,
  EnvironmentId,
  EnvironmentView,
  ErrorCode,
  ExchangeView,
  HistoryRow,
  KeyringState,
  OAuthClientView,
  SecretTarget,
  SessionDetail,
  SessionId,
  SessionView,
  Settings,
  SignInView,
} from '../contract';
import * as data from './data';

/** Everything that the fake app knows. A fixture changes it before the page starts. */
export class World {
  readonly listeners = new Set<(event: AppEvent) => void>();

  phase: AppStatus['phase'] = 'open';
  firstRunStep: AppStatus['firstRunStep'] = null;
  opensWith: AppStatus['opensWith'] = 'keyring';
  lockReason: AppStatus['lockReason'] = null;
  keyring: KeyringState = 'ready';
  hasRecoveryCode = true;
  signInStopped = false;
  damagedRecords = 0;
  settings: Settings = { ...data.settings };
  environments: EnvironmentView[] = structuredClone(data.environments);
  environmentId: EnvironmentId = data.sandbox.id;
  applications: ApplicationRow[] = structuredClone(data.applications);
  apiKeys: ApiKeyView[] = structuredClone(data.apiKeys);
  clients: OAuthClientView[] = structuredClone(data.clients);
  sessions: SessionView[] = structuredClone(data.sessions);
  history: HistoryRow[] = structuredClone(data.history);
  removed: HistoryRow[] = [];
  exchanges = new Map<string, ExchangeView>();
  sends = new Map<string, () => void>();
  signIn: SignInView | null = null;
  /** How a sign-in differs from the usual one when it begins, and what becomes of it by itself. */
  signInBegins: Partial<SignInView> = { deadline: data.within(300) };
  afterSignIn: () => void = () => undefined;
  sessionDetails = new Map<SessionId, Partial<SessionDetail>>();
  /** The server does not confirm that it revoked a token. */
  refusesRevocation = false;

  #ids = 0;
  #clipboardTimer: ReturnType<typeof setTimeout> | undefined;

  /** A new id; the caller says of what, since the kinds differ in type only. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  id<T extends string>(kind: string): T {
    this.#ids += 1;
    return `${kind}-new-${this.#ids}` as T;
  }

  get environment(): EnvironmentView {
    return this.find(this.environments, (row) => row.id === this.environmentId, 'environment');
  }

  status(): AppStatus {
    const open = this.phase === 'open';
    const chosen = open || this.firstRunStep === 'first_credential';
    return {
      phase: this.phase,
      firstRunStep: this.firstRunStep,
      opensWith: this.phase === 'first_run' ? null : this.opensWith,
      hasRecoveryCode: this.hasRecoveryCode,
      recoveryCodeOnlyCopied: false,
      lockReason: this.lockReason,
      signInStopped: this.signInStopped,
      environment: chosen ? this.environment : null,
      keptRequests: open ? this.history.length : 0,
      damagedRecords: this.damagedRecords,
      settings: this.settings,
      version: '0.1.0',
      platform: 'linux',
      dataDir: '~/.local/share/inchkeep',
    };
  }

  find<T>(rows: readonly T[], is: (row: T) => boolean, what: string): T {
    return rows.find(is) ?? this.fail('not_found', { what });
  }

  failure(code: ErrorCode, facts: Record<string, string> = {}): ApiError {
    const error: ApiError = {
      code,
      message: `A made-up failure of the fixtures: ${code}.`,
      facts: { ...data.failureFacts, ...facts },
    };
    if (data.failuresWithId.has(code)) error.requestId = data.REQUEST_ID;
    return error;
  }

  fail(code: ErrorCode, facts: Record<string, string> = {}): never {
    // Failures are plain data on the wire.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw this.failure(code, facts);
  }

  emit(event: AppEvent): void {
    const copy = structuredClone(event);
    setTimeout(() => this.listeners.forEach((listener) => listener(copy)));
  }

  emitStatus(): AppStatus {
    const status = this.status();
    this.emit({ event: 'status', data: status });
    return status;
  }

  changed(list: 'environments' | 'applications' | 'sessions' | 'history'): void {
    this.emit({ event: 'changed', data: { environmentId: this.environmentId, list } });
  }

  /** Puts something on the clipboard, and clears it as the settings say. */
  copy(label: string, secret: boolean): void {
    clearTimeout(this.#clipboardTimer);
    const seconds = secret ? this.settings.clearClipboardAfter : 0;
    const clearsAt = seconds > 0 ? new Date(Date.now() + seconds * 1000).toISOString() : null;
    this.#tell({ label, state: 'copied', clearsAt });
    if (clearsAt) this.#clipboardTimer = setTimeout(() => this.clearClipboard(), seconds * 1000);
  }

  clearClipboard(): void {
    clearTimeout(this.#clipboardTimer);
    this.#tell({ label: '', state: 'cleared', clearsAt: null });
  }

  #tell(view: ClipboardView): void {
    this.emit({ event: 'clipboard', data: view });
  }

  /** What a copied secret is called. */
  labelOf(target: SecretTarget): string {
    const kinds = {
      api_key: 'API key',
      client_secret: 'Client secret of',
      access_token: 'Access token of',
      refresh_token: 'Refresh token of',
    };
    return `${kinds[target.kind]} ${this.#nameOf(target)}`;
  }

  #nameOf(target: SecretTarget): string {
    const all: { id: string; name: string }[] = [
      ...this.apiKeys,
      ...this.clients,
      ...this.sessions.map((session) => ({ id: session.id, name: session.clientName })),
    ];
    return this.find(all, (row) => row.id === target.id, 'secret').name;
  }

  row(key: ApplicationKey): ApplicationRow {
    return this.find(this.applications, (row) => row.key === key, 'application');
  }
}
