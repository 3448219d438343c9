type SegmentKind = 'key' | 'str' | 'num' | 'lit' | 'punc';

/** A part of a line that has one colour, up to `to`. */
export interface Segment {
  to: number;
  kind: SegmentKind;
}

/** A row on screen: a line, or a piece of one that is too long. */
export interface Row {
  line: number;
  from: number;
  to: number;
}

interface Match {
  line: number;
  at: number;
}

export interface Span {
  text: string;
  kind: SegmentKind | '';
  mark: 'match' | 'current' | null;
}

/** Where the string ends that begins at `from` (behind its closing quote). */
function stringEnd(line: string, from: number): number {
  for (let at = from + 1; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '"') return at + 1;
  }
  return line.length;
}

/** The colours of a line of indented JSON: at most a name, a colon, a value and a comma. */
export function segmentsOf(line: string): Segment[] {
  const segments: Segment[] = [];
  let at = line.search(/\S/);
  if (at < 0) return segments;
  const add = (kind: SegmentKind, to: number) => segments.push({ kind, to: (at = to) });
  if (line.charAt(at) === '"') {
    const end = stringEnd(line, at);
    if (line.charAt(end) === ':') {
      add('key', end);
      add('punc', line.charAt(end + 1) === ' ' ? end + 2 : end + 1);
    }
  }
  const char = line.charAt(at);
  const end = char === '"' ? stringEnd(line, at) : line.length - (line.endsWith(',') ? 1 : 0);
  if (char === '"') add('str', end);
  else if (/[-\d]/.test(char)) add('num', end);
  else if (/[a-z]/.test(char)) add('lit', end);
  if (at < line.length) add('punc', line.length);
  return segments;
}

/** The parts of JSON that stands on one line, for a preview; one part when it looks like no JSON. */
export function previewOf(text: string): Pick<Span, 'text' | 'kind'>[] {
  if (!/^\s*[[{]/.test(text)) return [{ text, kind: '' }];
  const parts: Pick<Span, 'text' | 'kind'>[] = [];
  const part = /("(?:\\.|[^"\\])*"?)(?=(\s*:)?)|(-?\d[\d.eE+-]*)|([a-z]+)|[^"\da-z-]+|-/g;
  for (const [found, string, colon, number, literal] of text.matchAll(part)) {
    const kind = string ? (colon ? 'key' : 'str') : number ? 'num' : literal ? 'lit' : 'punc';
    parts.push({ text: found, kind });
  }
  return parts;
}

/** Lines of indented JSON that open something, each with the line that closes it. */
export function foldEnds(lines: readonly string[]): Map<number, number> {
  const ends = new Map<number, number>();
  const open: number[] = [];
  lines.forEach((line, at) => {
    const first = line.trimStart().charAt(0);
    if (first === '}' || first === ']') {
      const from = open.pop();
      if (from !== undefined && at > from + 1) ends.set(from, at);
    }
    if (line.endsWith('{') || line.endsWith('[')) open.push(at);
  });
  return ends;
}

const isHighSurrogate = (code: number) => code >= 0xd800 && code <= 0xdbff;

/** What is on screen: folded lines left out, long lines in pieces of `columns` characters. */
export function rowsOf(
  lines: readonly string[],
  columns: number,
  folded: ReadonlySet<number>,
  ends: ReadonlyMap<number, number>,
): Row[] {
  const rows: Row[] = [];
  for (let line = 0; line < lines.length; line += 1) {
    const text = lines[line] ?? '';
    let from = 0;
    do {
      let to = Math.min(text.length, from + columns);
      if (to < text.length && isHighSurrogate(text.charCodeAt(to - 1))) to += 1;
      rows.push({ line, from, to });
      from = to;
    } while (from < text.length);
    if (folded.has(line)) line = (ends.get(line) ?? line + 1) - 1;
  }
  return rows;
}

/** Where `text` stands, letter case aside; `most` places at most. */
export function find(lines: readonly string[], text: string, most: number): Match[] {
  const wanted = text.toLowerCase();
  const found: Match[] = [];
  if (wanted === '') return found;
  for (let line = 0; line < lines.length && found.length < most; line += 1) {
    const own = (lines[line] ?? '').toLowerCase();
    for (let at = own.indexOf(wanted); at >= 0; at = own.indexOf(wanted, at + wanted.length)) {
      found.push({ line, at });
    }
  }
  return found;
}

/** The row that holds a character of a line; rows of folded lines are not there. */
export function rowOf(rows: readonly Row[], line: number, at: number): number {
  return rows.findIndex((row) => row.line === line && at < Math.max(row.to, row.from + 1));
}

/** A row in parts of one colour, with what was searched marked. */
export function spansOf(
  text: string,
  { from, to }: Row,
  segments: readonly Segment[],
  marks: readonly { from: number; to: number; current: boolean }[],
): Span[] {
  const cuts = new Set([from, to]);
  const inside = (at: number) => at > from && at < to;
  for (const segment of segments) if (inside(segment.to)) cuts.add(segment.to);
  for (const mark of marks) {
    if (inside(mark.from)) cuts.add(mark.from);
    if (inside(mark.to)) cuts.add(mark.to);
  }
  const edges = [...cuts].sort((a, b) => a - b);
  return edges.slice(0, -1).map((start, at) => {
    const mark = marks.find((one) => start >= one.from && start < one.to);
    return {
      text: text.slice(start, edges[at + 1]),
      kind: segments.find((one) => start < one.to)?.kind ?? '',
      mark: mark ? (mark.current ? 'current' : 'match') : null,
    };
  });
}
