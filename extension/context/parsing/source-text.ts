/** As in VS Code: a text without a byte order mark is UTF-16 where every other of its first bytes is 0. */
const guessedBytes = 512;
const binaryBytes = 8000;

type Order = 'little' | 'big';

/** Decodes a source: UTF-8, or UTF-16 of either byte order; undefined for binary data. */
export function textOf(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decoded(bytes.subarray(2), 'little');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decoded(bytes.subarray(2), 'big');
  if (bytes.subarray(0, binaryBytes).includes(0)) {
    const order = orderOf(bytes.subarray(0, guessedBytes));
    return order && decoded(bytes, order);
  }
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    ? bytes.toString('utf8', 3)
    : bytes.toString('utf8');
}

/** Where the zeros of UTF-16 with Latin letters stand; undefined if they are elsewhere too. */
function orderOf(bytes: Buffer): Order | undefined {
  if (bytes.length % 2 === 1) return undefined;
  const fits = (zeroAt: number): boolean => bytes.every((byte, at) => (byte === 0) === (at % 2 === zeroAt));
  if (fits(1)) return 'little';
  return fits(0) ? 'big' : undefined;
}

function decoded(bytes: Buffer, order: Order): string {
  if (order === 'little') return bytes.toString('utf16le');
  const whole = Buffer.from(bytes.subarray(0, bytes.length & ~1)); // a copy: swapping works in place
  return whole.swap16().toString('utf16le');
}
