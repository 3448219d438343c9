import { layout } from './state/layout.svelte';

const GAP = 4;
const EDGE = 8;

/** Places an open popover below (or above) a box of the viewport, inside the window. */
export function place(pop: HTMLElement, anchor: DOMRect, align: 'start' | 'end' = 'start'): void {
  const { width, height } = pop.getBoundingClientRect();
  const below = anchor.bottom + GAP;
  const fits = below + height <= window.innerHeight - EDGE;
  const top = fits ? below : Math.max(EDGE, anchor.top - GAP - height);
  const wanted = align === 'start' ? anchor.left : anchor.right - width;
  const left = Math.max(EDGE, Math.min(wanted, window.innerWidth - width - EDGE));
  pop.style.setProperty('--x', `${left / layout.scale}px`);
  pop.style.setProperty('--y', `${top / layout.scale}px`);
}

/** Moves by arrows, Home and End in a list of `length`; undefined for other keys. */
export function moved(key: string, at: number, length: number): number | undefined {
  if (length === 0) return undefined;
  if (key === 'ArrowDown') return (at + 1) % length;
  if (key === 'ArrowUp') return (at - 1 + length) % length;
  if (key === 'Home') return 0;
  if (key === 'End') return length - 1;
  return undefined;
}
