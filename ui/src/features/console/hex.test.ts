import { expect, it } from 'vitest';
import { bytesOf, hexOf } from './hex';

it('shows offset, bytes and letters', () => {
  expect(hexOf(bytesOf('Hello, world!\u0000\u0001\u0002~', false))).toBe(
    '00000000  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 21 00 01 02  |Hello, world!...|\n' +
      `00000010  7e${' '.repeat(47)} |~|`,
  );
});

it('reads binary messages from base64, and text as UTF-8', () => {
  expect([...bytesOf('AAEC/w==', true)]).toEqual([0, 1, 2, 255]);
  expect([...bytesOf('é', false)]).toEqual([0xc3, 0xa9]);
});
