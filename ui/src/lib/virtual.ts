/** Rows drawn beyond each edge, so that a quick scroll finds them there. */
const SPARE = 6;

/** Where each row begins, and at the end where the last one ends. */
export function tops(heights: readonly number[]): number[] {
  const all = [0];
  let top = 0;
  for (const height of heights) all.push((top += height));
  return all;
}

/** The first row to draw, and the one after the last. */
export function rowsInView(
  at: readonly number[],
  scrolled: number,
  height: number,
): { from: number; to: number } {
  const rows = at.length - 1;
  const first = Math.max(0, rowAt(at, scrolled) - SPARE);
  const last = Math.min(rows, rowAt(at, scrolled + height) + 1 + SPARE);
  return { from: Math.min(first, rows), to: last };
}

/** The row that covers `y`, by halves. */
function rowAt(at: readonly number[], y: number): number {
  let low = 0;
  let high = Math.max(0, at.length - 2);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((at[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}
