/** An element of an XML report. */
export interface XmlElement {
  /** Without its namespace's prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text directly in it, CDATA included. */
  readonly text: string;
}

/** Characters of a report that are read; a larger one counts as unreadable. */
const reportMax = 64 << 20;
/** Deeper elements than any report has. */
const depthMax = 200;

const namePattern = String.raw`[^\s<>/=!?'"]+`;
/** A tag, from its `<`. Attribute values may hold `>`. */
const tagPattern = new RegExp(
  String.raw`<(/?)(${namePattern})((?:\s+${namePattern}\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>`,
  'y',
);
const attributePattern = new RegExp(String.raw`(${namePattern})\s*=\s*(?:"([^"]*)"|'([^']*)')`, 'g');
/** What is between tags and is no text: its opening and its end. */
const passedOver = [
  ['<?', '?>'],
  ['<!--', '-->'],
] as const;
const cdataStart = '<![CDATA[';

interface OpenElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: OpenElement[];
  text: string;
}

/**
 * The root element of an XML report. Undefined for text that is no whole document (a run that was killed leaves half of
 * one), for a document that is too large or too deep, and for one with a DOCTYPE: no runner writes one, and its
 * entities could grow without a bound. Takes time in proportion to the length.
 */
export function xmlDocument(xml: string): XmlElement | undefined {
  if (xml.length > reportMax) return undefined;
  const top: OpenElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  for (let at = 0; at < xml.length;) {
    const parent = open.at(-1) ?? top;
    const next = xml.indexOf('<', at);
    parent.text += decoded(xml.slice(at, next === -1 ? xml.length : next));
    if (next === -1) break;
    const passed = passedOver.find(([start]) => xml.startsWith(start, next));
    if (passed !== undefined || xml.startsWith(cdataStart, next)) {
      const [start, end] = passed ?? [cdataStart, ']]>'];
      const stop = xml.indexOf(end, next + start.length);
      if (stop === -1) return undefined;
      if (passed === undefined) parent.text += xml.slice(next + start.length, stop);
      at = stop + end.length;
      continue;
    }
    tagPattern.lastIndex = next;
    const [tag, closes, qualified = '', attributes = '', empty] = tagPattern.exec(xml) ?? [];
    if (tag === undefined) return undefined;
    at = next + tag.length;
    const name = qualified.slice(qualified.indexOf(':') + 1);
    if (closes === '/') {
      if (open.length === 1 || parent.name !== name) return undefined;
      open.pop();
      continue;
    }
    const element = { name, attributes: attributesIn(attributes), children: [], text: '' };
    parent.children.push(element);
    if (empty !== '/' && open.push(element) > depthMax) return undefined;
  }
  const [root, ...others] = top.children;
  return open.length === 1 && others.length === 0 && top.text.replace('\uFEFF', '').trim() === '' ? root : undefined;
}

/** All elements of that name in the element, in order; what is inside a found one is not searched. */
export function elementsNamed(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => (child.name === name ? [child] : elementsNamed(child, name)));
}

/** The first child of that name. */
export function childNamed(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

function attributesIn(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(attributePattern)].map(
    ([, name = '', double, single]) => [name.slice(name.indexOf(':') + 1), decoded(double ?? single ?? '')] as const,
  );
  return Object.fromEntries(pairs);
}

const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Text with its character references resolved. */
function decoded(raw: string): string {
  if (!raw.includes('&')) return raw;
  return raw.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/gi,
    (reference, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return characters[name] ?? reference;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : reference;
    },
  );
}
