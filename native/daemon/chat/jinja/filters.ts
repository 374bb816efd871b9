import { pythonJson } from './to-json.ts';
import { entriesOf } from './methods.ts';
import { pythonCompare, pythonEquals, pythonStrip, pythonText } from './python-text.ts';
import {
  floatOf,
  isList,
  isMissing,
  isNone,
  isNumbered,
  isNumber,
  isObject,
  isText,
  itemsOf,
  type JinjaArguments,
  type JinjaValue,
  listOf,
  noValue,
  valueOf,
} from './runtime-values.ts';

/** The interpreter, as filters over lists use it. */
export interface FilterContext {
  filter(name: string, operand: JinjaValue, given: JinjaArguments): JinjaValue;
  test(name: string, operand: JinjaValue): boolean;
}

type Filter = (operand: JinjaValue, given: JinjaArguments, context: FilterContext) => JinjaValue;

/**
 * The filter as Python's Jinja defines it; undefined where the library's own gives the same result for this operand.
 */
export function filterOf(name: string, operand: JinjaValue): Filter | undefined {
  if (textual.has(name) && !isText(operand))
    return (value, given, context) => context.filter(name, valueOf(pythonText(value)), given);
  return Object.hasOwn(filters, name) ? filters[name]?.(operand) : undefined;
}

/** Filters that see any value as its text. */
const textual = new Set(['upper', 'lower', 'title', 'replace', 'indent']);

const always = (filter: Filter) => (): Filter => filter;
/** For values that the library throws on. */
const unless = (known: (operand: JinjaValue) => boolean, filter: Filter) => (operand: JinjaValue) =>
  known(operand) ? undefined : filter;

const filters: Readonly<Record<string, (operand: JinjaValue) => Filter | undefined>> = {
  tojson: always((operand, given) => valueOf(pythonJson(operand, given))),
  string: always((operand) => valueOf(pythonText(operand))),
  trim: always((operand, { positional }) =>
    valueOf(pythonStrip(pythonText(operand), 'both', positional[0] && pythonText(positional[0]))),
  ),
  escape: always((operand) => valueOf(escaped(pythonText(operand)))),
  e: always((operand) => valueOf(escaped(pythonText(operand)))),
  length: always((operand) => valueOf(lengthOf(operand))),
  count: always((operand) => valueOf(lengthOf(operand))),
  items: always((operand) => listOf(isObject(operand) ? entriesOf(operand) : [])),
  dictsort: (operand) =>
    isObject(operand) && isNumbered(operand) ? (value) => listOf(sortedEntries(value)) : undefined,
  list: unless(isList, (operand) => listOf(members(operand))),
  first: always((operand) => members(operand)[0] ?? noValue),
  last: always((operand) => members(operand).at(-1) ?? noValue),
  reverse: unless(isList, (operand) =>
    isText(operand) ? valueOf([...operand.value].reverse().join('')) : listOf([...members(operand)].reverse()),
  ),
  sort: unless(isList, (operand, given, context) => context.filter('sort', listOf(members(operand)), given)),
  unique: always((operand) =>
    listOf(members(operand).filter((item, at, all) => all.findIndex((other) => pythonEquals(other, item)) === at)),
  ),
  min: always((operand) =>
    members(operand).reduce(
      (least, item) => (isMissing(least) || pythonCompare(item, least) < 0 ? item : least),
      noValue,
    ),
  ),
  max: always((operand) =>
    members(operand).reduce((most, item) => (isMissing(most) || pythonCompare(item, most) > 0 ? item : most), noValue),
  ),
  sum: always((operand) => valueOf(members(operand).reduce((total, item) => total + Number(item.value), 0))),
  round: always((operand, { positional }) =>
    valueOf(Number(Number(operand.value).toFixed(Number(positional[0]?.value ?? 0)))),
  ),
  capitalize: always((operand) => valueOf(capitalized(pythonText(operand)))),
  int: unless(isText, (operand, { positional }) =>
    isNumber(operand) ? valueOf(Math.trunc(Number(operand.value))) : (positional[0] ?? valueOf(0)),
  ),
  float: unless(
    (operand) => isText(operand) || isNumber(operand),
    (_, { positional }) => positional[0] ?? floatOf(0),
  ),
  default: always(orDefault),
  d: always(orDefault),
  join: always(joined),
  map: always(mapped),
  select: always((operand, given, context) =>
    listOf(members(operand).filter((item) => passes(item, given.positional, context))),
  ),
  reject: always((operand, given, context) =>
    listOf(members(operand).filter((item) => !passes(item, given.positional, context))),
  ),
  selectattr: always((operand, given, context) =>
    listOf(members(operand).filter((item) => passesAttribute(item, given, context))),
  ),
  rejectattr: always((operand, given, context) =>
    listOf(members(operand).filter((item) => !passesAttribute(item, given, context))),
  ),
};

/** The items of a value; empty for None. Throws for a value that cannot be iterated. */
function members(operand: JinjaValue): readonly JinjaValue[] {
  const items = isNone(operand) ? [] : itemsOf(operand);
  if (items === undefined) throw new Error(`it goes through what is no list: ${operand.type}`);
  return items;
}

function lengthOf(operand: JinjaValue): number {
  if (isText(operand)) return operand.value.length;
  if (isObject(operand)) return operand.value.size;
  if (isNone(operand)) throw new Error('it asks for the length of none');
  return members(operand).length;
}

function sortedEntries(operand: JinjaValue): JinjaValue[] {
  if (!isObject(operand)) return [];
  const keyIn = (entry: JinjaValue): JinjaValue => (isList(entry) ? entry.value[0] : undefined) ?? noValue;
  return entriesOf(operand).sort((one, other) => pythonCompare(keyIn(one), keyIn(other)));
}

function orDefault(operand: JinjaValue, { positional, named }: JinjaArguments): JinjaValue {
  const falsy = positional[1] ?? named.get('boolean');
  const wanted = isMissing(operand) || (falsy?.value === true && !operand.__bool__().value);
  return wanted ? (positional[0] ?? named.get('default_value') ?? valueOf('')) : operand;
}

function joined(operand: JinjaValue, { positional, named }: JinjaArguments): JinjaValue {
  const separator = positional[0] ?? named.get('d') ?? named.get('separator');
  const attribute = positional[1] ?? named.get('attribute');
  const items =
    attribute === undefined
      ? members(operand)
      : members(operand).map((item) => attributeOf(item, pythonText(attribute)));
  return valueOf(items.map(pythonText).join(separator === undefined ? '' : pythonText(separator)));
}

function mapped(operand: JinjaValue, { positional, named }: JinjaArguments, context: FilterContext): JinjaValue {
  const attribute = named.get('attribute');
  const otherwise = named.get('default');
  if (attribute !== undefined) {
    const values = members(operand).map((item) => attributeOf(item, pythonText(attribute)));
    return listOf(values.map((value) => (isMissing(value) ? (otherwise ?? value) : value)));
  }
  const [name, ...rest] = positional;
  if (name === undefined) throw new Error('it maps with no filter');
  return listOf(members(operand).map((item) => context.filter(pythonText(name), item, { positional: rest, named })));
}

function passesAttribute(item: JinjaValue, { positional }: JinjaArguments, context: FilterContext): boolean {
  const [attribute, ...test] = positional;
  return passes(attributeOf(item, attribute === undefined ? '' : pythonText(attribute)), test, context);
}

/** Whether a value passes a test given by name, and by what it is compared with. */
function passes(value: JinjaValue, [test, other]: readonly JinjaValue[], context: FilterContext): boolean {
  if (test === undefined) return value.__bool__().value;
  const name = pythonText(test);
  switch (name) {
    case 'equalto':
    case 'eq':
    case '==':
      return other !== undefined && pythonEquals(value, other);
    case 'ne':
    case '!=':
      return other === undefined || !pythonEquals(value, other);
    case 'in':
      return (
        other !== undefined &&
        (isText(other)
          ? other.value.includes(pythonText(value))
          : members(other).some((item) => pythonEquals(item, value)))
      );
    default:
      return context.test(name, value);
  }
}

/** A value by its path, `function.name`. */
function attributeOf(item: JinjaValue, path: string): JinjaValue {
  return path.split('.').reduce<JinjaValue>((value, part) => {
    if (isObject(value)) return value.value.get(part) ?? noValue;
    return (isList(value) && /^\d+$/.test(part) ? value.value[Number(part)] : undefined) ?? noValue;
  }, item);
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&#34;')
    .replaceAll("'", '&#39;');
}
