import type { SocketMessage, Timestamp } from '../../lib/api/contract';

export type LogRow =
  | { kind: 'message'; key: string; message: SocketMessage }
  | { kind: 'note'; key: string; at: Timestamp; text: string; bad: boolean };

const MOST_ROWS = 10_000;
const MOST_BYTES = 50_000_000;
/** How often a hidden page takes in what came; a visible one does at each frame. */
const HIDDEN_MS = 250;

const weight = (row: LogRow) => (row.kind === 'message' ? row.message.text.length : 0);

/** What a connection said, the newest last. Messages are taken in once per frame. */
export class MessageLog {
  rows = $state.raw<readonly LogRow[]>([]);
  paused = $state(false);
  /** How many rows wait while it is paused. */
  waiting = $state(0);
  /** Whether the oldest rows were dropped. */
  dropped = $state(0);
  sent = $state(0);
  received = $state(0);
  bytes = $state(0);

  #coming: LogRow[] = [];
  #weight = 0;
  #scheduled = false;
  #keys = 0;
  // Numbers begin anew with each connection.
  #connection = 0;

  begin(): void {
    this.#connection += 1;
  }

  add(messages: readonly SocketMessage[]): void {
    for (const message of messages) {
      const key = `${this.#connection}:${message.number}`;
      this.#push({ kind: 'message', key, message });
      if (message.direction === 'sent') this.sent += 1;
      else this.received += 1;
      this.bytes += message.size;
    }
  }

  note(text: string, bad = false): void {
    this.#keys += 1;
    this.#push({
      kind: 'note',
      key: `note:${this.#keys}`,
      at: new Date().toISOString(),
      text,
      bad,
    });
  }

  pause(): void {
    this.flush();
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.flush();
  }

  clear(): void {
    this.rows = [];
    this.#coming = [];
    this.#weight = 0;
    this.waiting = 0;
    this.dropped = 0;
    this.sent = 0;
    this.received = 0;
    this.bytes = 0;
  }

  /** Takes in at once what came. */
  flush(): void {
    this.#scheduled = false;
    if (this.paused) {
      this.waiting = this.#coming.length;
      this.#trimComing();
      return;
    }
    this.waiting = 0;
    if (this.#coming.length === 0) return;
    this.#weight += this.#coming.reduce((sum, row) => sum + weight(row), 0);
    const rows = merged(this.rows, this.#coming);
    this.#coming = [];
    let from = Math.max(0, rows.length - MOST_ROWS);
    for (const row of rows.slice(0, from)) this.#weight -= weight(row);
    while (this.#weight > MOST_BYTES && from < rows.length - 1) {
      const oldest = rows[from];
      if (oldest) this.#weight -= weight(oldest);
      from += 1;
    }
    this.dropped += from;
    this.rows = from > 0 ? rows.slice(from) : rows;
  }

  #push(row: LogRow): void {
    this.#coming.push(row);
    if (this.#coming.length > 2 * MOST_ROWS) this.flush();
    if (this.#scheduled) return;
    this.#scheduled = true;
    const flush = () => this.flush();
    if (document.hidden) setTimeout(flush, HIDDEN_MS);
    else requestAnimationFrame(flush);
  }

  /** A pause that lasts keeps no more than would be shown afterwards. */
  #trimComing(): void {
    const over = this.#coming.length - MOST_ROWS;
    if (over <= 0) return;
    this.#coming = this.#coming.slice(over);
    this.dropped += over;
  }
}

const position = (row: LogRow | undefined) => {
  const [connection, number] = row?.kind === 'message' ? row.key.split(':') : [];
  return connection === undefined ? undefined : Number(connection) * 1e9 + Number(number);
};

/** Whether `before` belongs behind `row`, although it was told first. */
function isLater(before: LogRow | undefined, row: LogRow): boolean {
  if (!before || row.kind !== 'message') return false;
  if (before.kind === 'message') return (position(before) ?? 0) > (position(row) ?? 0);
  // What was sent went before the connection's end was noted.
  return row.message.direction === 'sent' && Date.parse(before.at) > Date.parse(row.message.at);
}

/**
 * The rows with the new ones after them. An answer can overtake the note that its
 * question was sent, so messages of one batch are put in the order of their numbers.
 */
function merged(rows: readonly LogRow[], coming: readonly LogRow[]): LogRow[] {
  const all = [...rows, ...coming];
  for (let at = Math.max(1, rows.length); at < all.length; at += 1) {
    const row = all[at];
    if (!row) continue;
    let to = at;
    while (isLater(all[to - 1], row)) to -= 1;
    if (to < at) {
      all.splice(at, 1);
      all.splice(to, 0, row);
    }
  }
  return all;
}
