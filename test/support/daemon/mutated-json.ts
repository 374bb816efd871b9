import type { Random } from '../extension/seeded-edits.ts';

const deep = (depth: number, open: string, close: string): string => `${open.repeat(depth)}1${close.repeat(depth)}`;
/** Texts that stand where a value of a message was. */
const values = [
  [
    'null',
    'true',
    '0',
    '-1',
    '1',
    '0.5',
    '1e308',
    '-1e308',
    '1e999',
    '9007199254740993',
    '4294967296',
    '-0',
    '2147483648',
  ],
  ['""', '"x"', '"\\u0000"', '"\\ud800"', '"__proto__"', `"${'x'.repeat(70_000)}"`, '"1"', '"<|im_end|>"', '"\\ufdd0"'],
  [
    '[]',
    '{}',
    '[null]',
    '[[]]',
    '{"a":{}}',
    '{"__proto__":{"x":1}}',
    `[${'0,'.repeat(5000)}0]`,
    '{"":""}',
    '[1,"a",null]',
  ],
  [deep(200, '[', ']'), deep(5000, '[', ']'), deep(5000, '{"a":', '}'), deep(60, '{"type":"object","a":', '}')],
].flat();
const hole = '\u0001';

/**
 * The JSON of a message with one to three faults: values of other types, extreme or deeply nested ones, other or double
 * names, bytes flipped, and the end cut off.
 */
export function mutatedJson(random: Random, message: object): Buffer {
  const filled: string[] = [];
  let value: unknown = structuredClone(message);
  for (let count = random.below(3); count >= 0; count--) {
    filled.push(random.pick(values));
    value = changed(random, value);
  }
  let text = JSON.stringify(value);
  for (const each of filled) text = text.replace(JSON.stringify(hole), () => each);
  if (random.below(6) === 0) text = text.replace(/"(\w+)":/, '"$1":null,"$1":');
  const bytes = Buffer.from(text);
  if (random.below(5) === 0) return bytes.subarray(0, random.below(bytes.length + 1));
  for (let flips = random.below(8) - 4; flips > 0; flips--) {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  }
  return bytes;
}

/** The value with a hole somewhere in it, a name less, or another name. */
function changed(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return hole;
  const keys = Object.keys(value);
  if (keys.length === 0 || random.below(12) === 0) return hole;
  const key = random.pick(keys);
  const inner = (value as Record<string, unknown>)[key];
  if (Array.isArray(value))
    return value.map((item: unknown, at) => (String(at) === key ? changed(random, item) : item));
  const rest = Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  const kind = random.below(8);
  if (kind === 0) return rest;
  if (kind === 1)
    return { ...rest, [random.pick(['__proto__x', 'constructor', '', `${key}s`, 'x'.repeat(300)])]: inner };
  return { ...value, [key]: changed(random, inner) };
}
