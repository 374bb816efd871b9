/** Larger files are never shown to the model as a whole. */
export const textBytesMax = 2 << 20;

/** Bytes at the start of a file that are searched for a NUL. */
const sniffedBytes = 8000;

/** True if the bytes are not text: they hold a NUL and have no UTF-16 byte order mark. */
export function isBinary(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return false;
  return bytes.subarray(0, sniffedBytes).includes(0);
}
