import { type CharacterSet, unionOf } from './character-set.ts';

/** Where characters are assigned: the planes between hold none. */
const assigned: CharacterSet = [
  [0x00, 0xd7ff],
  [0xe000, 0x323ff],
  [0xe0000, 0xe01ff],
];

/** Sets that were looked up: to look takes some milliseconds, so few are looked up at all. */
const known = new Map<string, CharacterSet | undefined>();
const knownMax = 24;

/** The characters with a Unicode property, named as in a regular expression: `L`, `Script=Greek`. */
export function propertySet(name: string): CharacterSet | undefined {
  if (known.has(name)) return known.get(name);
  if (known.size >= knownMax || !/^[A-Za-z_]{1,40}(=[A-Za-z_]{1,40})?$/.test(name)) return undefined;
  const set = lookUp(name);
  known.set(name, set);
  return set;
}

function lookUp(name: string): CharacterSet | undefined {
  let property: RegExp;
  try {
    property = new RegExp(`^\\p{${name}}$`, 'u');
  } catch {
    return undefined; // there is no such property
  }
  const ranges: [number, number][] = [];
  for (const [low, high] of assigned) {
    for (let code = low; code <= high; code += 1) {
      if (!property.test(String.fromCodePoint(code))) continue;
      const last = ranges.at(-1);
      if (last && last[1] === code - 1) last[1] = code;
      else ranges.push([code, code]);
    }
  }
  return unionOf(...ranges);
}
