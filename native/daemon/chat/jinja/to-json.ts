import { floatText, pythonText } from './python-text.ts';
import {
  digitsOf,
  isList,
  isMissing,
  isNone,
  isObject,
  isText,
  type JinjaArguments,
  type JinjaValue,
} from './runtime-values.ts';
import { spendSteps, spendText } from './template-work.ts';

interface Layout {
  readonly indent: string | undefined;
  readonly item: string;
  readonly key: string;
  readonly ascii: boolean;
  readonly sorted: boolean;
}

/** The filter `tojson` as transformers has it: `json.dumps` with its arguments, and text that stays as it is. */
export function pythonJson(operand: JinjaValue, { named }: JinjaArguments): string {
  const width = named.get('indent')?.value;
  const indent = typeof width === 'number' ? ' '.repeat(Math.min(width, 16)) : undefined;
  const separators = named.get('separators');
  const [item, key] = separators !== undefined && isList(separators) ? separators.value.map(pythonText) : [];
  const layout = {
    indent,
    item: item ?? (indent === undefined ? ', ' : ','),
    key: key ?? ': ',
    ascii: named.get('ensure_ascii')?.value === true,
    sorted: named.get('sort_keys')?.value === true,
  };
  return written(operand, layout, '\n');
}

/** `line`: the beginning of a line at this depth. */
function written(value: JinjaValue, layout: Layout, line: string): string {
  spendSteps(1);
  if (isText(value)) return textOf(value.value, layout);
  if (isNone(value) || isMissing(value)) return 'null';
  if (value.type === 'BooleanValue') return String(value.value);
  if (value.type === 'IntegerValue') return digitsOf(value) ?? String(value.value);
  if (value.type === 'FloatValue') return jsonNames[floatText(Number(value.value))] ?? floatText(Number(value.value));
  const inner = line + (layout.indent ?? '');
  if (isList(value))
    return enclosed(
      '[]',
      value.value.map((item) => written(item, layout, inner)),
      layout,
      line,
    );
  if (!isObject(value) && !(value.value instanceof Map))
    throw new Error(`it writes JSON of what is none: ${value.type}`);
  const members = [...(value.value as ReadonlyMap<string, JinjaValue>)];
  if (layout.sorted) members.sort(([one], [other]) => (one < other ? -1 : 1));
  return enclosed(
    '{}',
    members.map(([key, item]) => textOf(key, layout) + layout.key + written(item, layout, inner)),
    layout,
    line,
  );
}

/** Python's JSON has names for NaN and the infinities. */
const jsonNames: Readonly<Record<string, string>> = { inf: 'Infinity', '-inf': '-Infinity', nan: 'NaN' };

function enclosed(brackets: string, parts: readonly string[], layout: Layout, line: string): string {
  const [open = '', close = ''] = brackets;
  if (layout.indent === undefined || parts.length === 0) return open + parts.join(layout.item) + close;
  const inner = line + layout.indent;
  return open + inner + parts.join(layout.item + inner) + line + close;
}

function textOf(text: string, layout: Layout): string {
  spendText(text.length);
  const json = JSON.stringify(text);
  return layout.ascii
    ? json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json;
}
