import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import * as z from 'zod';
import type { ExternalTool } from '../../../extension/tools/external-tools.ts';
import { toolList } from '../../../extension/tools/tool-list.ts';
import type { Tool } from '../../../extension/tools/tool.ts';

const hooks = { plan: () => undefined, question: async () => '', delegate: async () => '' };
const conversation = ['ask_user', 'delegate', 'update_plan'];
/** Tools for other agents only: our own prompts begin with the map. */
const forOthers = ['repository_map'];
/** The tools that have a description for the model. */
const described = readdirSync(path.resolve(import.meta.dirname, '../../../extension/tools'), { recursive: true })
  .map((name) => path.basename(String(name)))
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.slice(0, -'.md'.length).replaceAll('-', '_'))
  .filter((name) => !forOthers.includes(name));
const stub = (name: string): Tool => ({
  name,
  description: name,
  schema: z.object({}),
  intent: () => ({ access: { kind: 'none' }, title: name, run: async () => ({ text: '', failed: false }) }),
});
const external = (name: string): ExternalTool => ({
  name,
  description: name,
  inputSchema: undefined,
  invoke: async () => '',
});
const listed = (offered: readonly ExternalTool[] = []) =>
  toolList(
    {
      tests: [],
      files: described.filter((name) => !conversation.includes(name)).map(stub),
      search: [],
      symbols: [],
      commands: [],
      external: () => offered,
    },
    hooks,
  ).map((tool) => tool.name);

it('every tool has its place in the order in which the model reads them', () => {
  expect(listed().slice(0, 7)).toEqual([
    'run_tests',
    'read_file',
    'search_text',
    'list_files',
    'find_symbol',
    'edit_file',
    'write_file',
  ]);
  expect(listed().at(-1)).toBe('delegate');
  expect([...listed()].sort()).toEqual([...described].sort());
});

it('external tools come last and never take the name of an own tool', () => {
  expect(listed([external('weather'), external('read_file')]).slice(-2)).toEqual(['delegate', 'weather']);
  expect(listed([external('read_file')]).filter((name) => name === 'read_file')).toHaveLength(1);
});
