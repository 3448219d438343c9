const LINE = 16;

/** `00000010  48 65 6c 6c 6f …  |Hello…|`, as bodies are shown. */
export function hexOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let from = 0; from < bytes.length; from += LINE) {
    const part = Array.from(bytes.subarray(from, from + LINE));
    const pairs = part.map(
      (byte, at) => `${at === LINE / 2 ? '  ' : ' '}${byte.toString(16).padStart(2, '0')}`,
    );
    const letters = part.map((byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
    );
    const offset = from.toString(16).padStart(8, '0');
    lines.push(`${offset} ${pairs.join('').padEnd(50)} |${letters.join('')}|`);
  }
  return lines.join('\n');
}

/** The bytes of a message: text as UTF-8, a binary one from its base64. */
export function bytesOf(text: string, binary: boolean): Uint8Array {
  if (!binary) return new TextEncoder().encode(text);
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
