// Looks for secrets where none may be: as they are, and in the shapes that a
// careless program would write them in.
import fs from 'node:fs';
import path from 'node:path';

/** Every regular file under `dir`. */
export function filesUnder(dir) {
  return fs.readdirSync(dir, { withFileTypes: true, recursive: true }).flatMap((entry) => {
    return entry.isFile() ? [path.join(entry.parentPath ?? entry.path, entry.name)] : [];
  });
}

/** The shapes of a secret: itself, UTF-16, hex, percent-encoded, and base64 at its three offsets. */
function shapes(secret) {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // Only what does not depend on the neighbours.
    return text.slice(offset === 0 ? 0 : 4, -4);
  });
  return [
    bytes,
    Buffer.from(secret, 'utf16le'),
    Buffer.from(bytes.toString('hex')),
    Buffer.from(encodeURIComponent(secret)),
    ...base64.flatMap((text) => [
      Buffer.from(text),
      Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_')),
    ]),
  ];
}

/**
 * Names of the secrets that `haystack` holds, in any shape.
 * `secrets` maps a name to its value; what is shorter than 12 characters proves nothing and is refused.
 */
export function found(haystack, secrets) {
  const bytes = Buffer.isBuffer(haystack) ? haystack : Buffer.from(haystack);
  return Object.entries(secrets).flatMap(([name, secret]) => {
    if (secret.length < 12) throw new Error(`${name} is too short to be looked for`);
    return shapes(secret).some((shape) => bytes.includes(shape)) ? [name] : [];
  });
}

/** The same for every file under `dir`: lines such as `data/vault/vault.db: client secret`. */
export const foundIn = (dir, secrets) =>
  filesUnder(dir).flatMap((file) =>
    found(fs.readFileSync(file), secrets).map((name) => `${path.relative(dir, file)}: ${name}`),
  );
