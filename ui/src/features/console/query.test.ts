import { expect, it } from 'vitest';
import type { DraftField } from '../../lib/api/contract';
import { rowsOf, withRows } from './query';

const row = (name: string, value = '', enabled = true): DraftField => ({ name, value, enabled });

it('shows the query of a URL as rows, decoded', () => {
  expect(rowsOf('/a?x=1&note=a+b%26c&flag&&bad=%zz#?no=1', [])).toEqual([
    row('x', '1'),
    row('note', 'a b&c'),
    row('flag'),
    row('bad', '%zz'),
  ]);
  expect(rowsOf('/a', [row('x', '1')])).toEqual([]);
});

it('keeps rows that are switched off or empty where they are', () => {
  const off = row('off', '1', false);
  expect(rowsOf('/a?x=2&y=3', [row('x', '1'), off, row('')])).toEqual([
    row('x', '2'),
    off,
    row(''),
    row('y', '3'),
  ]);
});

it('writes rows into the URL, and leaves what stands there as it was written', () => {
  const rows = [row('src', '0xee/'), row('note', 'a b&c'), row('off', '1', false), row('')];
  const url = withRows('/a?src=0xee/#top', rows);
  expect(url).toBe('/a?src=0xee/&note=a+b%26c#top');
  expect(rowsOf(url, rows)).toEqual(rows);
  expect(withRows(url, [])).toBe('/a#top');
});

it('leaves a pair without a name alone', () => {
  expect(rowsOf('/a?=x&y=1', [])).toEqual([row('y', '1')]);
  expect(withRows('/a?=x&y=1', [row('y', '2')])).toBe('/a?y=2&=x');
});

it('keeps the same parameter twice', () => {
  const rows = rowsOf('/a?id=1&id=1', []);
  expect(rows).toHaveLength(2);
  expect(withRows('/a?id=1&id=1', rows)).toBe('/a?id=1&id=1');
});
