import type { Side } from './sides.ts';

const text = { type: 'string' };
const tool = (name: string, description: string, properties: object, required: readonly string[]) => ({
  type: 'function',
  function: { name, description, parameters: { type: 'object', properties, required } },
});
const tools = [
  tool('run_tests', 'Run the tests and report failures.', {}, []),
  tool('read_file', 'Read a file.', { path: text }, ['path']),
  tool('search_text', 'Find lines that contain a text.', { query: text }, ['query']),
  tool(
    'edit_file',
    'Replace old_string by new_string in a file.',
    { path: text, old_string: text, new_string: text, replace_all: { type: 'boolean' } },
    ['path', 'old_string', 'new_string'],
  ),
];
const system =
  "You are a coding assistant in the user's editor. Use the tools to do the task, then say briefly what you did.";
const block =
  '<workspace>\npackage.json\nsrc/math.js: add(a, b), clamp(value, min, max), average(a, b)\nsrc/text.js: capitalize(text), slugify(title)\ntest/math.test.js\ntest/text.test.js\n</workspace>';
const results: Readonly<Record<string, string>> = {
  run_tests: '1 failed, 4 passed\n\nFAIL average (test/math.test.js:14)\n  expected: 6\n  actual: 24',
  read_file:
    'export function add(a, b) {\n  return a + b;\n}\n\nexport function clamp(value, min, max) {\n  return Math.min(Math.max(value, min), max);\n}\n\nexport function average(a, b) {\n  return (a + b) * 2;\n}\n',
  search_text:
    "2 matches\nsrc/math.js:9: export function average(a, b) {\ntest/math.test.js:13: test('average', () => {",
  edit_file: 'Edited src/math.js (1 replacement).',
};

/** The same conversation for both sides: what the model says is replayed as the server returned it. */
export async function toolConversation(
  side: Side,
  turns: number,
): Promise<{ computed: number; prompt: number; first: number[] }> {
  const messages: Record<string, unknown>[] = [
    { role: 'system', content: system },
    { role: 'user', content: `Fix the failing test.\n\n${block}` },
  ];
  let computed = 0;
  let prompt = 0;
  const first: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const { spent, message } = await side.chat(messages, tools, 64);
    computed += spent.computed;
    prompt += spent.computed + spent.reused;
    first.push(spent.firstMs);
    messages.push(message);
    const calls = (message['tool_calls'] ?? []) as { id: string; function: { name: string } }[];
    if (calls.length === 0) messages.push({ role: 'user', content: 'Run the tests again and fix what is broken.' });
    for (const call of calls)
      messages.push({
        role: 'tool',
        tool_call_id: call.id,
        name: call.function.name,
        content: results[call.function.name] ?? 'Error: there is no such tool.',
      });
  }
  return { computed, prompt, first };
}
