import { expect, it } from 'vitest';
import { reasonIn } from './reason';

it('finds the reason in the members that APIs use for it', () => {
  const bodies = [
    { error: 'Bad Request', description: 'src is not an address', statusCode: 400 },
    { statusCode: 404, message: 'no such place', error: 'Not Found' },
    { error: 'invalid_token', error_description: 'it expired' },
    { detail: [{ loc: ['query', 'chain'], msg: 'unknown chain' }] },
    { error: { code: -32601, message: 'no such method' } },
    { error: 'Forbidden' },
  ];
  expect(bodies.map((body) => reasonIn(JSON.stringify(body)))).toEqual([
    'src is not an address',
    'no such place',
    'it expired',
    'unknown chain',
    'no such method',
    'Forbidden',
  ]);
});

it('says nothing where nothing is said', () => {
  const bodies = ['', 'Not Found', '[]', '{}', '"x"', '{"message":" "}', '{"error":{}}', 'null'];
  expect(bodies.map(reasonIn)).toEqual(bodies.map(() => null));
});

it('cuts a long reason', () => {
  expect(reasonIn(JSON.stringify({ message: 'a'.repeat(1000) }))).toHaveLength(301);
});
