// Reads the KV of a sequence out of a snapshot: our header of 112 bytes and the ids, then llama.cpp's state of one
// sequence in one stream (llama-kv-cache.cpp, state_write). Rows of the first layer depend on a token and its position
// alone, so that they can be compared whatever batches they were computed in.
const headerBytes = 112;
const tokenCountAt = 80;

/** What the first layer keeps of the tokens at position 0, 1, ... */
export function firstLayerRows(snapshot: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
  let at = headerBytes + view.getInt32(tokenCountAt, true) * 4 + 12;
  const cells = view.getInt32(at, true);
  at += 4;
  const positions: number[] = [];
  for (let cell = 0; cell < cells; cell++) {
    positions.push(view.getInt32(at, true));
    at += 8 + view.getInt32(at + 4, true) * 4;
  }
  const rowBytes = view.getInt32(at + 12, true);
  at += 20;
  const rows: Uint8Array[] = [];
  for (const [cell, position] of positions.entries()) rows[position] = snapshot.subarray(at + cell * rowBytes, at + (cell + 1) * rowBytes);
  return rows;
}

/** Whether two rows of half floats say the same but for the last bits of sums. */
export function sameRow(left: Uint8Array, right: Uint8Array): boolean {
  const [a, b] = [halves(left), halves(right)];
  const scale = Math.max(...a.map(Math.abs));
  return a.length === b.length && a.every((value, at) => Math.abs(value - (b[at] ?? 0)) <= scale / 64);
}

function halves(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 2 }, (_, at) => {
    const half = view.getUint16(at * 2, true);
    const [sign, exponent, fraction] = [half >> 15 === 0 ? 1 : -1, (half >> 10) & 31, half & 1023];
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  });
}
