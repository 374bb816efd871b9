import { parseJson, repairValue } from './argument-repair.ts';

interface PythonCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Reads `name.call(a="x", b=1)` or `name(a="x")`, which Llama writes after the Python tag; else undefined. */
export function readPythonCall(code: string): PythonCall | undefined {
  const match = /^\s*([A-Za-z_]\w*)(?:\.call)?\(([\s\S]*)\)\s*$/.exec(code);
  if (!match?.[1]) return undefined;
  const values: Record<string, unknown> = {};
  let rest = (match[2] ?? '').trim();
  while (rest !== '') {
    const pair = /^([A-Za-z_]\w*)\s*=\s*/.exec(rest);
    if (!pair?.[1]) return undefined;
    rest = rest.slice(pair[0].length);
    const end = valueEnd(rest);
    const text = rest.slice(0, end);
    const value = parseJson(text) ?? repairValue(text);
    if (!value) return undefined;
    values[pair[1]] = value.value;
    rest = rest.slice(end).trimStart().replace(/^,\s*/, '');
  }
  return { name: match[1], arguments: values };
}

/** Where a Python value ends: at a comma that is in no string and no bracket. */
function valueEnd(text: string): number {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    else if (character === ',' && depth === 0) return at;
  }
  return text.length;
}
