import type { DraftField } from '../../lib/api/contract';

/** A URL in three: what stands before the query, the query without its `?`, the fragment with its `#`. */
function splitQuery(url: string): [before: string, query: string | null, fragment: string] {
  const [, before = url, query, fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(url) ?? [];
  return [before, query ?? null, fragment];
}

const pairsOf = (url: string) =>
  (splitQuery(url)[1] ?? '').split('&').filter((pair) => pair !== '');

function decoded(pair: string): { name: string; value: string } {
  const [[name, value] = ['', '']] = [...new URLSearchParams(pair)];
  return { name, value };
}

const encoded = ({ name, value }: DraftField) => new URLSearchParams([[name, value]]).toString();

/** Whether a row stands in the URL: rows that are switched off or have no name yet do not. */
const inUrl = ({ name, enabled }: DraftField) => enabled && name !== '';

/** The rows for a URL that was changed: those that do not stand in it keep their places. */
export function rowsOf(url: string, before: readonly DraftField[]): DraftField[] {
  const next = pairsOf(url)
    .map((pair) => ({ ...decoded(pair), enabled: true }))
    .filter(inUrl);
  const rows: DraftField[] = [];
  for (const row of before) {
    const kept = inUrl(row) ? next.shift() : row;
    if (kept) rows.push(kept);
  }
  return [...rows, ...next];
}

/** The URL for rows that were changed. What was written by hand stays as it is written. */
export function withRows(url: string, rows: readonly DraftField[]): string {
  const [before, , fragment] = splitQuery(url);
  const written = pairsOf(url);
  const pairs = rows.filter(inUrl).map((row) => {
    const at = written.findIndex((pair) => {
      const { name, value } = decoded(pair);
      return name === row.name && value === row.value;
    });
    return at < 0 ? encoded(row) : (written.splice(at, 1)[0] ?? '');
  });
  // A pair without a name has no row, and nobody asked to drop it.
  pairs.push(...written.filter((pair) => decoded(pair).name === ''));
  return `${before}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}${fragment}`;
}
