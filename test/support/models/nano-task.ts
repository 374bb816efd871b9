// A task of the kind that nano was trained on, in memory: the tools' answers depend on the edits so far.
import type OpenAI from 'openai';
import { tools } from '../extension/compact-tools.ts';

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;

/** The compact profile's tools, as a request carries them. */
export const agentTools: OpenAI.Chat.Completions.ChatCompletionFunctionTool[] = tools.map((tool) => ({
  type: 'function',
  function: { name: tool.name, description: tool.description, parameters: tool.parameters as Record<string, unknown> },
}));

const source = 'packages/base/src/score.js';
const wrong = 'export const countItems = (lines) => lines.reduce((acc, item) => acc + item.price, 0);\n';

const messages: readonly Message[] = [
  {
    role: 'system',
    content:
      "You are a coding assistant in the user's editor. Use the tools to do the task, then say briefly what you did.",
  },
  {
    role: 'user',
    content:
      'The tests fail. Fix the bug.\n\n<workspace>\npackage.json\npackages/base/src/arrays.js: modulo(w, n), toSeconds(m), invert(size), doubleAll(values), letterGrade(points)\npackages/base/src/score.js: countItems(lines)\ntest/arrays.test.js\ntest/score.test.js\n</workspace>',
  },
];

/** The beginning of a conversation, and its tools on a separate workspace. */
export function newFixTask(): { readonly messages: Message[]; run(name: string, argumentsText: string): string } {
  let text = wrong;
  const edit = ({ path, old_string: from, new_string: to }: Record<string, string>): string => {
    if (path !== source || !text.includes(from!)) return `Error: old_string is not in ${path}. Read the file again.`;
    text = text.replace(from!, () => to!);
    return `Edited ${path} (1 replacement).`;
  };
  return {
    messages: [...messages],
    run(name, argumentsText) {
      const values = JSON.parse(argumentsText) as Record<string, string>;
      switch (name) {
        case 'run_tests':
          return text.includes('item.qty')
            ? '6 passed'
            : '1 failed, 5 passed\n\nFAIL countItems (test/score.test.js:7)\n  expected: 1\n  actual: 16';
        case 'read_file':
          return values.path === source ? text : `Error: ${values.path} does not exist.`;
        case 'edit_file':
          return edit(values);
        default:
          return 'No matches';
      }
    },
  };
}
