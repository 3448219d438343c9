import { app } from './app.svelte';
import { dialogs } from './dialogs.svelte';

type Group = 'everywhere' | 'console';
interface Shortcut {
  /** As shown; Ctrl is the command key on macOS. */
  keys: string;
  label: string;
  group: Group;
}

const everywhere = (keys: string, label: string): Shortcut => ({
  keys,
  label,
  group: 'everywhere',
});
const inConsole = (keys: string, label: string): Shortcut => ({ keys, label, group: 'console' });

/** Every shortcut of the page. Single letters never; a part of the page says what one does there. */
export const shortcutTable = {
  console: everywhere('Ctrl+1', 'Console'),
  sessions: everywhere('Ctrl+2', 'Sessions'),
  server: everywhere('Ctrl+4', 'Server'),
  applications: everywhere('Ctrl+5', 'Applications'),
  environment: everywhere('Ctrl+E', 'Switch environment'),
  settings: everywhere('Ctrl+,', 'Settings'),
  lock: everywhere('Ctrl+Shift+L', 'Lock'),
  nextPane: everywhere('F6', 'Next pane'),
  previousPane: everywhere('Shift+F6', 'Previous pane'),
  find: everywhere('Ctrl+F', 'Find in this pane'),
  refresh: everywhere('Ctrl+R', 'Refresh session or metadata'),
  rename: everywhere('F2', 'Rename'),
  larger: everywhere('Ctrl++', 'Larger text'),
  smaller: everywhere('Ctrl+-', 'Smaller text'),
  normalSize: everywhere('Ctrl+0', 'Normal text size'),
  shortcuts: everywhere('F1', 'Shortcuts'),
  new: everywhere('Ctrl+N', 'New request, or add'),
  send: inConsole('Ctrl+Enter', 'Send, connect or send message'),
  url: inConsole('Ctrl+L', 'Focus the URL'),
  credential: inConsole('Ctrl+Shift+A', 'Choose credential'),
  copyRequestId: inConsole('Ctrl+Shift+C', 'Copy request ID'),
  copyForSupport: inConsole('Ctrl+Shift+S', 'Copy for support'),
  copyAsCurl: inConsole('Ctrl+Shift+U', 'Copy as cURL'),
  history: inConsole('Ctrl+H', 'Show or hide history'),
  findRequest: inConsole('Ctrl+Shift+F', 'Find request by ID'),
  closeTab: inConsole('Ctrl+W', 'Close request tab'),
  nextTab: inConsole('Ctrl+PageDown', 'Next request tab'),
  previousTab: inConsole('Ctrl+PageUp', 'Previous request tab'),
  headersTab: inConsole('Alt+1', 'Response headers'),
  bodyTab: inConsole('Alt+2', 'Response body'),
  timingTab: inConsole('Alt+3', 'Timing'),
  asSentTab: inConsole('Alt+4', 'As sent'),
  previousEntry: inConsole('Alt+ArrowUp', 'Previous history entry'),
  nextEntry: inConsole('Alt+ArrowDown', 'Next history entry'),
} as const satisfies Record<string, Shortcut>;

export type ShortcutId = keyof typeof shortcutTable;

/** Second ways to the same act. */
const also: Record<string, ShortcutId> = {
  'Ctrl+/': 'shortcuts',
  'Ctrl+=': 'larger',
  'Ctrl+Shift++': 'larger',
  'Ctrl+Tab': 'nextTab',
  'Ctrl+Shift+Tab': 'previousTab',
};

const byKeys = new Map<string, ShortcutId>([
  ...Object.entries(shortcutTable).map(
    ([id, { keys }]) => [keys, id as ShortcutId] satisfies [string, ShortcutId],
  ),
  ...Object.entries(also),
]);

const isMac = () => app.status?.platform === 'macos';

/** What was pressed, written as in the table. */
export function pressed(event: KeyboardEvent, mac: boolean): string {
  const main = mac ? event.metaKey : event.ctrlKey;
  // With Alt and another layout the key is another character; the digit is meant.
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  const key = digit ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  return `${main ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${event.shiftKey ? 'Shift+' : ''}${key}`;
}

class Shortcuts {
  // The last one registered wins: what is on top of the page.
  readonly #acts = new Map<ShortcutId, (() => void)[]>();

  /** Says what a shortcut does while a part of the page is shown; the answer takes it back. */
  on(id: ShortcutId, act: () => void): () => void {
    const acts = this.#acts.get(id) ?? [];
    this.#acts.set(id, [...acts, act]);
    return () => {
      this.#acts.set(
        id,
        (this.#acts.get(id) ?? []).filter((other) => other !== act),
      );
    };
  }

  /** The same for several; made for `$effect(() => shortcuts.use({ … }))`. */
  use(acts: Partial<Record<ShortcutId, () => void>>): () => void {
    const ends = Object.entries(acts).map(([id, act]) => this.on(id as ShortcutId, act));
    return () => {
      for (const end of ends) end();
    };
  }

  /** Runs the shortcut that was pressed. Dialogs have their own keys. */
  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || dialogs.any) return;
    const id = byKeys.get(pressed(event, isMac()));
    const act = id && this.#acts.get(id)?.at(-1);
    if (!act) return;
    event.preventDefault();
    act();
  }
}

export const shortcuts = new Shortcuts();

/** Keys as they are shown: `Ctrl ⇧ L`, `⌘ ⇧ L`. */
export function shownKeys(id: ShortcutId): string {
  const signs: Record<string, string> = {
    Ctrl: isMac() ? '⌘' : 'Ctrl',
    Alt: isMac() ? '⌥' : 'Alt',
    Shift: '⇧',
    Enter: '↵',
    ArrowUp: '↑',
    ArrowDown: '↓',
    PageUp: 'PgUp',
    PageDown: 'PgDn',
  };
  const { keys } = shortcutTable[id];
  if (keys === 'Ctrl++') return `${signs['Ctrl'] ?? ''} +`;
  return keys
    .split('+')
    .map((key) => signs[key] ?? key)
    .join(' ');
}

/** Keys for `aria-keyshortcuts`. */
export const ariaKeys = (id: ShortcutId): string =>
  shortcutTable[id].keys.replace('Ctrl', isMac() ? 'Meta' : 'Control').replace('++', '+Plus');
