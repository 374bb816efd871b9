/** Text before the first marker, and text that must wait because a marker may have begun. */
interface Scan {
  /** Certainly no part of a marker. */
  readonly before: string;
  readonly marker: string | undefined;
  /** After the marker, or, without one, the held-back tail. */
  readonly rest: string;
}

/**
 * Finds the earliest (at one place the longest) of `markers` in `text`. Without a whole marker, only a tail that is the
 * beginning of one is held back. With `atEnd`, nothing more will come and nothing is held back.
 */
export function scanMarkers(text: string, markers: readonly string[], atEnd: boolean): Scan {
  let start = text.length;
  let found: string | undefined;
  for (const marker of markers) {
    const at = text.indexOf(marker);
    if (at === -1 || at > start) continue;
    if (at < start || found === undefined || marker.length > found.length) {
      start = at;
      found = marker;
    }
  }
  const held = atEnd ? text.length : heldFrom(text, markers);
  if (found === undefined || held < start || (held === start && mayExtend(text.slice(start), markers))) {
    return { before: text.slice(0, held), marker: undefined, rest: text.slice(held) };
  }
  return { before: text.slice(0, start), marker: found, rest: text.slice(start + found.length) };
}

/** True if more text may complete a longer marker. */
function mayExtend(tail: string, markers: readonly string[]): boolean {
  return markers.some((marker) => marker.length > tail.length && marker.startsWith(tail));
}

/** Where the longest tail that is a proper beginning of a marker starts; the text's length when there is none. */
function heldFrom(text: string, markers: readonly string[]): number {
  let held = text.length;
  for (const marker of markers) {
    for (let length = Math.min(marker.length - 1, text.length); length > text.length - held; length -= 1) {
      if (text.endsWith(marker.slice(0, length))) {
        held = text.length - length;
        break;
      }
    }
  }
  return held;
}
