// The scan must find what it is there to find, or an empty answer means nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from './scan.mjs';

const secret = 'sbx_key_4kT9wZ2m/Qe8RfLx+B1nVd7Q';
const holds = (haystack) => found(haystack, { secret }).length === 1;

test('a secret is found in every shape', () => {
  assert.ok(holds(`Authorization: Bearer ${secret}\r\n`));
  assert.ok(holds(Buffer.from(`"${secret}"`, 'utf16le')));
  assert.ok(holds(Buffer.from(secret).toString('hex')));
  assert.ok(holds(`?apiKey=${encodeURIComponent(secret)}&page=1`));
  for (const before of ['', 'a', 'ab', 'abc']) {
    assert.ok(holds(Buffer.from(`${before}${secret}:`).toString('base64')), before);
    assert.ok(holds(Buffer.from(`${before}${secret}:`).toString('base64url')), before);
  }
});

test('nothing is found where nothing is', () => {
  assert.ok(!holds('sbx_key_4kT9wZ2m'));
  assert.throws(() => found('text', { short: 'too short' }));
});
