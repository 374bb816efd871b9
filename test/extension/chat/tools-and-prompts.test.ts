// Faked: the workspace's facts, mentions and tools. Real: gate, profiles.
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { ResolvedCall } from '../../../extension/agent/agent-tools.ts';
import type { AgentModel, ModelFacts } from '../../../extension/agent/agent-model.ts';
import { ToolsAndPrompts, type WorkspaceParts } from '../../../extension/chat/tools-and-prompts.ts';
import { nothingSeen } from '../../../extension/context/first-look.ts';
import { Mentions } from '../../../extension/context/mentions/mentions.ts';
import type { MentionKind } from '../../../extension/context/mentions/mention-kind.ts';
import type { AskUser, UserAnswer } from '../../../extension/permission/user-answer.ts';
import type { Tool } from '../../../extension/tools/tool.ts';

const factsOf = (profile: ModelFacts['profile']): ModelFacts => ({
  name: 'scripted',
  fingerprint: 'f',
  profile,
  contextTokens: 8192,
});
/** Counts a token a character. */
const modelOf = (profile: ModelFacts['profile']): AgentModel => ({
  facts: factsOf(profile),
  open: () => Promise.reject(new Error('nothing is opened')),
  countTokens: async (texts) => texts.map((text) => text.length),
});
const git: MentionKind = {
  name: 'git',
  find: async (word) =>
    word === 'git'
      ? {
          kind: 'git',
          label: '@git',
          words: 'the changes',
          full: async () => 'diff for full',
          short: async () => 'diff for compact',
        }
      : undefined,
  suggest: async () => [],
};

/** A tool that is offered to every model and is never called here. */
const stub = (name: string): Tool => ({
  name,
  description: name,
  schema: z.object({}),
  compactArguments: [],
  intent: () => ({ access: { kind: 'none' }, title: name, run: async () => ({ text: '', failed: false }) }),
});

function setUp(mode: 'ask' | 'autonomous' = 'ask') {
  const blocks: number[] = [];
  const clock = { now: 0 };
  const parts: WorkspaceParts = {
    look: async () => nothingSeen,
    tools: {
      tests: [stub('run_tests')],
      files: ['read_file', 'edit_file', 'write_file'].map(stub),
      search: [stub('search_text')],
      symbols: [],
      commands: [],
      external: () => [],
    },
    permission: {
      mode: () => mode,
      trusted: () => true,
      roots: () => ['/w'],
      guardedFiles: () => [],
      rules: () => [],
      readOnlyCommands: () => true,
      addRules: async () => undefined,
    },
    shell: async () => ({ read: () => undefined }) as never,
    workspace: () => ({
      block: async (budget) => {
        blocks.push(budget);
        return '<workspace/>';
      },
      map: async () => '',
      mapFor: async () => '',
      instructions: async () => [],
      surroundings: async () => '',
      folders: ['/w'],
      platform: 'linux',
    }),
    mentions: new Mentions([git], async () => true),
    now: () => clock.now,
  };
  return { workspace: new ToolsAndPrompts(parts), blocks, clock };
}

describe("a workspace's tools and prompts", () => {
  it('follow the model of each request, whichever was used before', async () => {
    const { workspace } = setUp();
    const names = (profile: ModelFacts['profile']) =>
      workspace
        .tools(factsOf(profile), { plan: () => undefined, question: async () => '', delegate: async () => '' })
        .definitions()
        .map((tool) => tool.name);
    expect(names('compact')).toHaveLength(5);
    expect(names('full').length).toBeGreaterThan(5);
    workspace.profile(factsOf('full'));
    await workspace.cost('@git', modelOf('full'), []);
    expect((await workspace.expandMentions('@git', factsOf('compact'))).text).toContain('diff for compact');
    expect((await workspace.expandMentions('@git', factsOf('full'))).text).toContain('diff for full');
  });

  it('show the tools to small models only, when they explain code', () => {
    const { workspace } = setUp();
    expect(workspace.explainTools(factsOf('compact'))).toHaveLength(5);
    expect(workspace.explainTools(factsOf('full'))).toEqual([]);
  });

  it('count what a request adds, with the block around a first one, which is counted now and then', async () => {
    const { workspace, blocks, clock } = setUp();
    const model = modelOf('compact');
    const cost = async (text: string, said: Parameters<typeof workspace.cost>[2] = []) =>
      (await workspace.cost(text, model, said)).tokens;
    const [first, longer] = [await cost('a'), await cost('abc')];
    expect(longer - first).toBe(2);
    expect(blocks).toHaveLength(1);
    clock.now += 60_000;
    await cost('a');
    expect(blocks).toHaveLength(2);
    expect(await cost('abc', [{ role: 'user', content: 'a' }])).toBe(3);
  });

  it('say what each mention costs', async () => {
    const { workspace } = setUp();
    const { mentions } = await workspace.cost('look at @git', modelOf('full'), []);
    expect(mentions).toEqual([{ kind: 'git', label: '@git', tokens: 13, asks: false }]);
  });

  it('remember what the user granted one asker, over all turns', async () => {
    const { workspace } = setUp();
    let asked = 0;
    const ask: AskUser = async (): Promise<UserAnswer> => {
      asked++;
      return 'session';
    };
    const call = {
      call: { id: 'a', name: 'write_file', arguments: '{}' },
      access: { kind: 'write', paths: ['/w/a.js'] },
      title: 'Create a.js',
    } as unknown as ResolvedCall;
    const signal = new AbortController().signal;
    expect(await workspace.gate(ask).decide(call, signal)).toMatchObject({ allowed: true });
    expect(await workspace.gate(ask).decide(call, signal)).toMatchObject({ allowed: true });
    expect(asked).toBe(1);
  });
});
