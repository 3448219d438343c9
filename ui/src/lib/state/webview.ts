import { pressed } from './shortcuts.svelte';

const OWN_KEYS = new Set([
  ...[
    'F3',
    'F5',
    'F7',
    'Ctrl+F5',
    'Ctrl+R',
    'Ctrl+Shift+R',
    'Ctrl+P',
    'Ctrl+F',
    'Ctrl+G',
    'Ctrl+J',
  ],
  ...['Ctrl+S', 'Ctrl+U', 'Ctrl+Shift+I', 'Ctrl+Shift+J', 'F12', 'Alt+ArrowLeft', 'Alt+ArrowRight'],
]);

const isTextField = (target: EventTarget | null) =>
  target instanceof Element && target.closest('input, textarea, [contenteditable]') !== null;

/** Turns the webview's own menu off, except in text fields; Shift+F10 opens ours everywhere. */
export function ownContextMenu(): void {
  window.addEventListener('contextmenu', (event) => {
    if (!isTextField(event.target)) event.preventDefault();
  });
  window.addEventListener('keydown', (event) => {
    const asked = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
    const target = document.activeElement;
    if (!asked || !target || isTextField(target)) return;
    event.preventDefault();
    const { left, bottom } = target.getBoundingClientRect();
    target.dispatchEvent(
      new MouseEvent('contextmenu', {
        bubbles: true,
        cancelable: true,
        clientX: left + 8,
        clientY: bottom - 4,
      }),
    );
  });
}

/** Turns reload, print, find, developer tools, back and forward off. */
export function withoutWebviewKeys(mac: boolean): void {
  window.addEventListener('keydown', (event) => {
    if (OWN_KEYS.has(pressed(event, mac))) event.preventDefault();
  });
  for (const name of ['mousedown', 'mouseup', 'auxclick'] as const) {
    window.addEventListener(name, (event) => {
      if (event.button === 3 || event.button === 4) event.preventDefault();
    });
  }
  // A file dropped on the window would be opened in its place.
  for (const name of ['dragover', 'drop'] as const) {
    window.addEventListener(name, (event) => event.preventDefault());
  }
}
