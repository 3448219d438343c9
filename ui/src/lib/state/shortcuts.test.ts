import { expect, it, vi } from 'vitest';
import { pressed, shortcuts, shortcutTable, shownKeys } from './shortcuts.svelte';

const key = (init: KeyboardEventInit) =>
  new KeyboardEvent('keydown', { cancelable: true, ...init });

it('has no single character and no key twice', () => {
  const all = Object.values(shortcutTable).map(({ keys }): string => keys);
  expect(new Set(all).size).toBe(all.length);
  expect(all.filter((keys) => keys.length === 1)).toEqual([]);
});

it('reads modifiers in one order, and digits by their place', () => {
  expect(pressed(key({ key: 'c', ctrlKey: true, shiftKey: true }), false)).toBe('Ctrl+Shift+C');
  expect(pressed(key({ key: '¡', code: 'Digit1', altKey: true }), true)).toBe('Alt+1');
  expect(pressed(key({ key: 'k', metaKey: true }), true)).toBe('Ctrl+K');
  expect(pressed(key({ key: 'k', ctrlKey: true }), true)).toBe('K');
});

it('runs what was registered last, and what was below it afterwards', () => {
  const below = vi.fn();
  const above = vi.fn();
  const endBelow = shortcuts.on('refresh', below);
  const endAbove = shortcuts.on('refresh', above);
  const press = key({ key: 'r', ctrlKey: true });
  shortcuts.handle(press);
  expect(press.defaultPrevented).toBe(true);
  endAbove();
  shortcuts.handle(key({ key: 'r', ctrlKey: true }));
  endBelow();
  shortcuts.handle(key({ key: 'r', ctrlKey: true }));
  expect([below.mock.calls.length, above.mock.calls.length]).toEqual([1, 1]);
});

it('shows keys with their signs', () => {
  expect(shownKeys('lock')).toBe('Ctrl ⇧ L');
  expect(shownKeys('larger')).toBe('Ctrl +');
});
