// Reads the KV of a sequence out of a snapshot: our header of 112 bytes and the ids, then llama.cpp's state of one
// sequence in one stream (llama-kv-cache.cpp, state_write), of a model that keeps no values beside its keys.
const headerBytes = 112;
const tokenCountAt = 80;

/** KV rows of each layer for the tokens at position 0, 1, ... */
export function layerRows(snapshot: Uint8Array): readonly (readonly Uint8Array[])[] {
  const view = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
  let at = headerBytes + view.getInt32(tokenCountAt, true) * 4 + 12;
  const cells = view.getInt32(at, true);
  at += 4;
  const positions: number[] = [];
  for (let cell = 0; cell < cells; cell++) {
    positions.push(view.getInt32(at, true));
    at += 8 + view.getInt32(at + 4, true) * 4;
  }
  const layers = view.getInt32(at + 4, true);
  at += 8;
  return Array.from({ length: layers }, () => {
    const rowBytes = view.getInt32(at + 4, true);
    at += 12;
    const rows: Uint8Array[] = [];
    for (const position of positions) {
      rows[position] = snapshot.subarray(at, at + rowBytes);
      at += rowBytes;
    }
    return rows;
  });
}

/** Largest difference between two rows of half floats, relative to the largest value. */
export function rowDifference(left: Uint8Array, right: Uint8Array): number {
  if (left.length !== right.length) return Number.POSITIVE_INFINITY;
  let [scale, most] = [0, 0];
  for (let at = 0; at < left.length; at += 2) {
    const [a, b] = [
      half((left[at + 1] ?? 0) * 256 + (left[at] ?? 0)),
      half((right[at + 1] ?? 0) * 256 + (right[at] ?? 0)),
    ];
    scale = Math.max(scale, Math.abs(a));
    // Also true if one of them is NaN.
    if (!(Math.abs(a - b) <= most)) most = Math.abs(a - b);
  }
  return most === 0 ? 0 : most / scale;
}

/** A half float from its bits. */
export function half(bits: number): number {
  return halves[bits] ?? Number.NaN;
}

const halves = Float64Array.from({ length: 1 << 16 }, (_, bits) => {
  const [sign, exponent, fraction] = [bits >> 15 === 0 ? 1 : -1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
});
