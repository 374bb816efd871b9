import { XMLParser } from 'fast-xml-parser';

export interface JunitCase {
  readonly name: string;
  readonly className: string;
  readonly file: string | undefined;
  /** From 1. */
  readonly line: number | undefined;
  readonly result: 'passed' | 'failed' | 'error' | 'skipped';
  /** The attribute of the failure, and the text in it. */
  readonly message: string;
  readonly text: string;
}

interface XmlNode {
  readonly [name: string]: XmlNode | readonly XmlNode[] | string | undefined;
}

/** The test cases of a JUnit report; of a report that was cut off, none. */
export function junitCases(xml: string): JunitCase[] {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseAttributeValue: false,
    parseTagValue: false,
    trimValues: false,
    processEntities: true,
    textNodeName: '#text',
  });
  if (!xml.includes('</testsuite')) return [];
  return nodesIn(parser.parse(xml) as XmlNode, 'testcase').map(caseOf);
}

function caseOf(node: XmlNode): JunitCase {
  const failure = first(node['failure']);
  const error = first(node['error']);
  const bad = failure ?? error;
  const line = Number(text(node['@line']));
  return {
    name: text(node['@name']),
    className: text(node['@classname']),
    file: text(node['@file']) || undefined,
    // pytest counts from 0.
    line: Number.isInteger(line) && text(node['@line']) !== '' ? line + 1 : undefined,
    result:
      failure !== undefined
        ? 'failed'
        : error !== undefined
          ? 'error'
          : node['skipped'] !== undefined
            ? 'skipped'
            : 'passed',
    message: bad === undefined ? '' : decode(text(bad['@message'])),
    text: bad === undefined ? '' : decode(text(bad['#text'])),
  };
}

function nodesIn(node: XmlNode, name: string): XmlNode[] {
  return Object.entries(node).flatMap(([key, value]) => {
    const inner = (Array.isArray(value) ? value : [value]).filter(
      (one): one is XmlNode => typeof one === 'object' && one !== null,
    );
    // An empty element comes as text.
    if (key === name)
      return (Array.isArray(value) ? value : [value]).map((one) =>
        typeof one === 'object' && one !== null ? (one as XmlNode) : {},
      );
    return inner.flatMap((one) => nodesIn(one, name));
  });
}

function first(value: XmlNode[string]): XmlNode | undefined {
  const one = Array.isArray(value)
    ? (value[0] as XmlNode | string | undefined)
    : (value as XmlNode | string | undefined);
  return typeof one === 'string' ? { '#text': one } : one;
}

function text(value: XmlNode[string]): string {
  return typeof value === 'string' ? value : '';
}

/** Character references that the parser leaves as they are. */
function decode(raw: string): string {
  return raw.replace(/&#(x?)([\da-f]+);/gi, (_, hex: string, digits: string) =>
    String.fromCodePoint(Number.parseInt(digits, hex === '' ? 10 : 16)),
  );
}
