import type { ToolDefinition } from '../../../native/protocol/chat.ts';

const text = { type: 'string' };
const tool = (
  name: string,
  description: string,
  properties: Record<string, { type: string }>,
  required: string[],
): ToolDefinition => ({
  name,
  description,
  parameters: { type: 'object', properties, required },
});

/** The compact profile's five tools, as the embedded model was taught them. */
export const tools: readonly ToolDefinition[] = [
  tool('run_tests', 'Run the tests and report failures.', {}, []),
  tool('read_file', 'Read a file.', { path: text }, ['path']),
  tool('search_text', 'Find lines that contain a text.', { query: text }, ['query']),
  tool(
    'edit_file',
    'Replace old_string by new_string in a file.',
    { path: text, old_string: text, new_string: text, replace_all: { type: 'boolean' } },
    ['path', 'old_string', 'new_string'],
  ),
  tool('write_file', 'Create or overwrite a file.', { path: text, content: text }, ['path', 'content']),
];
