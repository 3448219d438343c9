import { describe, expect, it } from 'vitest';
import { find, foldEnds, previewOf, rowOf, rowsOf, segmentsOf, spansOf } from './code';

const json = ['{', '  "a": {', '    "b": 1,', '    "c": []', '  },', '  "d": "x{"', '}'];
const none = new Set<number>();

const parts = (line: string) => {
  let from = 0;
  return segmentsOf(line).map(({ to, kind }) => {
    const text = line.slice(from, to);
    from = to;
    return `${kind}:${text.trim()}`;
  });
};

it('colours names, values and marks', () => {
  expect(parts('  "total\\"Supply": 115792089237316195423570985,')).toEqual([
    'key:"total\\"Supply"',
    'punc::',
    'num:115792089237316195423570985',
    'punc:,',
  ]);
  expect(parts('  "a:b",')).toEqual(['str:"a:b"', 'punc:,']);
  expect(parts('  "ok": true')).toEqual(['key:"ok"', 'punc::', 'lit:true']);
  expect(parts('},')).toEqual(['punc:},']);
  expect(parts('   ')).toEqual([]);
});

it('folds what spans lines, and takes no brace in a text for one', () => {
  expect([...foldEnds(json)].sort()).toEqual([
    [0, 6],
    [1, 4],
  ]);
});

it('leaves folded lines out, with the closing one kept', () => {
  const rows = rowsOf(json, 80, new Set([1]), foldEnds(json));
  expect(rows.map(({ line }) => line)).toEqual([0, 1, 4, 5, 6]);
});

it('cuts long lines into pieces, never through a character', () => {
  const line = `${'a'.repeat(9)}😀bc`;
  const rows = rowsOf([line, ''], 10, none, new Map());
  expect(rows.map(({ line: at, from, to }) => [at, from, to])).toEqual([
    [0, 0, 11],
    [0, 11, 13],
    [1, 0, 0],
  ]);
  expect(rowOf(rows, 0, 12)).toBe(1);
  expect(rowOf(rows, 1, 0)).toBe(2);
});

it('finds text whatever its case, up to a limit', () => {
  expect(find(['abAB', 'xx', 'ab'], 'AB', 99)).toEqual([
    { line: 0, at: 0 },
    { line: 0, at: 2 },
    { line: 2, at: 0 },
  ]);
  expect(find(['ab', 'ab', 'ab'], 'ab', 2)).toHaveLength(2);
  expect(find(['ab'], '', 9)).toEqual([]);
});

it('marks matches across colours', () => {
  const line = '"a": 12';
  const row = { line: 0, from: 0, to: line.length };
  const spans = spansOf(line, row, segmentsOf(line), [{ from: 1, to: 6, current: true }]);
  expect(spans.map(({ text, kind, mark }) => [text, kind, mark])).toEqual([
    ['"', 'key', null],
    ['a"', 'key', 'current'],
    [': ', 'punc', 'current'],
    ['1', 'num', 'current'],
    ['2', 'num', null],
  ]);
});

describe('a preview', () => {
  const kinds = (text: string) => previewOf(text).map(({ text: part, kind }) => `${kind} ${part}`);

  it('has the colours of its names and values', () => {
    expect(kinds('{"id":1,"ok":true,"on":["a\\""]}')).toEqual([
      'punc {',
      'key "id"',
      'punc :',
      'num 1',
      'punc ,',
      'key "ok"',
      'punc :',
      'lit true',
      'punc ,',
      'key "on"',
      'punc :[',
      'str "a\\""',
      'punc ]}',
    ]);
  });

  it('keeps every character, cut or not JSON at all', () => {
    for (const text of ['{"a": -1.5e3, "cut', '[-, A, "é"] /x/', 'ping {1}', '']) {
      expect(
        previewOf(text)
          .map((part) => part.text)
          .join(''),
      ).toBe(text);
    }
    expect(kinds('ping')).toEqual([' ping']);
  });
});
