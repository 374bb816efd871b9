import { classText, type GrammarRules, literal, sequence } from '../gbnf.ts';
import { jsonRule } from '../json-rules.ts';

/** All declared keys together; a longer list is not worth its grammar. */
const lettersMax = 3_000;

interface Node {
  readonly children: Map<string, Node>;
  isKey: boolean;
}

/**
 * The name of a rule for a JSON string that is none of `keys`: additional properties must not repeat declared ones.
 * Undefined for keys that JSON does not write as they are.
 */
export function otherKey(rules: GrammarRules, keys: readonly string[]): string | undefined {
  if (!keys.every((key) => JSON.stringify(key) === `"${key}"`)) return undefined;
  const letters = keys.reduce((sum, key) => sum + key.length, 0);
  if (keys.length === 0 || letters > lettersMax || rules.isFull) return jsonRule(rules, 'json-string');
  const root: Node = { children: new Map(), isKey: false };
  for (const key of keys) {
    let node = root;
    for (const character of key) {
      let child = node.children.get(character);
      if (!child) {
        child = { children: new Map(), isKey: false };
        node.children.set(character, child);
      }
      node = child;
    }
    node.isKey = true;
  }
  return rules.add('other-key', `"\\"" ${nodeRule(rules, root)}`);
}

/** Text allowed after the characters up to `node`, up to and including the closing quote. */
function nodeRule(rules: GrammarRules, node: Node): string {
  const tail = rules.add('key-tail', `${jsonRule(rules, 'json-char')}* "\\""`);
  const escaped = rules.add('key-escape', `"\\\\" ["\\\\/bfnrt] ${tail}`);
  const alternatives = [
    `[^"\\\\\\x00-\\x1F${classText(node.children.keys())}] ${tail}`,
    node.isKey ? escaped : rules.add('key-end', `"\\"" | ${escaped}`),
  ];
  for (const [character, child] of node.children)
    alternatives.push(sequence(literal(character), nodeRule(rules, child)));
  return rules.add('key', alternatives.join(' | '));
}
