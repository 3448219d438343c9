import { expect, it } from 'vitest';
import type { SocketMessage } from '../../lib/api/contract';
import { MessageLog } from './messageLog.svelte';

const message = (number: number, extra: Partial<SocketMessage> = {}): SocketMessage => ({
  number,
  at: new Date(Date.UTC(2026, 3, 28, 13, 0, 0, number % 1000)).toISOString(),
  direction: 'received',
  text: `message ${number}`,
  binary: false,
  size: 10,
  ...extra,
});
const many = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => message(from + at));
const texts = (log: MessageLog) =>
  log.rows.map((row) => (row.kind === 'message' ? row.message.number : row.text));

it('puts an answer that overtook its question behind it', () => {
  const log = new MessageLog();
  log.begin();
  log.add([message(2)]);
  log.flush();
  log.add([message(1, { direction: 'sent' })]);
  log.flush();
  expect(texts(log)).toEqual([1, 2]);
  expect([log.sent, log.received, log.bytes]).toEqual([1, 1, 20]);
});

it('puts what was sent before the note that the connection ended', () => {
  const log = new MessageLog();
  log.begin();
  log.note('Closed');
  log.add([message(1, { direction: 'sent' })]);
  log.flush();
  expect(texts(log)).toEqual([1, 'Closed']);
});

it('keeps the newest ten thousand, and says that older ones are gone', () => {
  const log = new MessageLog();
  log.begin();
  log.add(many(1, 10_050));
  log.flush();
  expect(log.rows).toHaveLength(10_000);
  expect(texts(log).at(0)).toBe(51);
  expect(log.dropped).toBe(50);
});

it('drops the oldest when the text grows beyond fifty megabytes', () => {
  const log = new MessageLog();
  log.begin();
  const text = 'x'.repeat(20_000_000);
  log.add([1, 2, 3].map((number) => message(number, { text })));
  log.flush();
  expect(texts(log)).toEqual([2, 3]);
});

it('counts while it is paused, and shows them afterwards', () => {
  const log = new MessageLog();
  log.begin();
  log.add([message(1)]);
  log.pause();
  log.add(many(2, 4));
  log.flush();
  expect([texts(log), log.waiting]).toEqual([[1], 3]);
  log.resume();
  expect([texts(log), log.waiting]).toEqual([[1, 2, 3, 4], 0]);
});
