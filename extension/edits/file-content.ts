/** Files above this are not shown to the model whole. */
export const textBytesMax = 2 << 20;

const sniffed = 8000;

/** Whether bytes are no text: they hold a NUL, and no UTF-16 mark explains it. */
export function isBinary(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return false;
  return bytes.subarray(0, sniffed).includes(0);
}
