// Faked: the workspace, described by hand. Real: the maps of it.
import { beforeEach, describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import { plainRequest } from '../../../extension/context/mentions/mention-kind.ts';
import { compactProfile, fullProfile } from '../../../extension/context/prompt-profiles.ts';
import { SavedMaps } from '../../../extension/context/repo-map/saved-maps.ts';
import { promptFacts } from '../../../extension/context/prompt-facts.ts';
import { RepoMapCache } from '../../../extension/context/repo-map/repo-map-cache.ts';
import { FakeIndex } from '../../support/extension/fake-index.ts';
import { MemoryWorkspace } from '../../support/extension/memory-workspace.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const many = Object.fromEntries(
  Array.from({ length: 300 }, (_, at) => [`src/part${at}.ts`, { defines: [`doPart${at}(first, second)`] }]),
);
let index: FakeIndex;
let editor: string;
let likely: Map<string, number>;

beforeEach(() => {
  index = new FakeIndex({
    ...many,
    'src/parcel.ts': { defines: ['sendParcel(address)'] },
    'src/letter.ts': { defines: ['foldLetter()'] },
  });
  editor = '<editor>\nOpen files: src/letter.ts\n</editor>';
  likely = new Map();
});

const facts = { name: 'm', fingerprint: 'f', contextTokens: 16_384 };

function workspace() {
  const files = new MemoryWorkspace({ 'AGENTS.md': 'Be brief.' });
  const map = new RepoMapCache({
    index,
    memory: new SavedMaps(`${temporaryFolder()}/map.json`),
    relative: (file) => files.relative(file),
    projects: async () => [],
    isSecret: () => false,
    failed: (error) => {
      throw error;
    },
  });
  return promptFacts({
    files,
    map,
    definitions: { knows: () => false, read: () => [] },
    countTokens: async (texts) => texts.map((text) => Math.ceil(text.length / 3)),
    near: () => undefined,
    surroundings: async () => editor,
    likely: () => likely,
    selected: () => '',
    trusted: () => true,
    leadsOutside: async () => false,
    leftOut: () => undefined,
  });
}

const full = () => fullProfile({ ...facts, profile: 'full' }, workspace());
const contents = (messages: readonly ChatMessage[]) => messages.map(({ content }) => content);

describe('a conversation with a larger model', () => {
  it("begins with the map at the end of the system's words, the same for every request", async () => {
    const [system = ''] = contents(await full().opening(plainRequest('Send the parcel')));
    expect(system).toMatch(
      /<\/instructions>\n\n.*used most, by file.*\n<repo-map>\nsrc\/letter\.ts:\n {2}export function foldLetter\(\)\n[\s\S]*\n<\/repo-map>$/,
    );
    editor = '';
    likely.set('src/part7.ts', 3);
    expect(contents(await full().opening(plainRequest('Something else')))[0]).toBe(system);
  });

  it('adds what the request is about at the end of its message, unless the map has it', async () => {
    index = new FakeIndex({ ...many, 'src/zebra.ts': { defines: ['paintZebra()'] } });
    const [system = '', user = ''] = contents(await full().opening(plainRequest('Paint the zebra')));
    expect(system).not.toContain('paintZebra');
    expect(user).toMatch(
      /^Paint the zebra\n\n<repo-map for="this request">\nsrc\/zebra\.ts:\n {2}export function paintZebra\(\)\n<\/repo-map>\n\n<editor>/m,
    );
    index = new FakeIndex({ 'src/zebra.ts': { defines: ['paintZebra()'] } });
    expect(contents(await full().opening(plainRequest('Paint the zebra')))[1]).toBe(`Paint the zebra\n\n${editor}`);
  });

  it('goes on with what is new only', async () => {
    const profile = full();
    const opening = await profile.opening(plainRequest('Send the parcel'));
    expect((await profile.followUp(plainRequest('And again'), opening)).content).toBe('And again');
    index.put('src/zebra.ts', { defines: ['paintZebra()'] });
    const later = full();
    const next = await later.followUp(plainRequest('Now paint the zebra'), opening);
    expect(next.content).toContain('export function paintZebra()');
    expect((await later.followUp(plainRequest('Paint the zebra again'), [...opening, next])).content).not.toContain(
      'paintZebra',
    );
    editor = '<editor>\nOpen files: src/parcel.ts\n</editor>';
    expect((await later.followUp(plainRequest('And again'), opening)).content).toBe(`And again\n\n${editor}`);
  });

  it('does not show again what is attached whole', async () => {
    index = new FakeIndex({ ...many, 'src/zebra.ts': { defines: ['paintZebra()'] } });
    const asked = {
      text: 'Paint src/zebra.ts\n\n<file path="src/zebra.ts">\n…\n</file>',
      written: 'Paint @src/zebra.ts',
      paths: ['src/zebra.ts'],
      whole: ['src/zebra.ts'],
    };
    expect(contents(await full().opening(asked))[1]).not.toContain('paintZebra');
  });
});

it('a small model gets its request and the block, then requests alone', async () => {
  const profile = compactProfile({ ...facts, profile: 'compact' }, workspace());
  const opening = await profile.opening(plainRequest('Fix it.'));
  expect(contents(opening)).toEqual([
    "You are a coding assistant in the user's editor. Use the tools to do the task, then say briefly what you did.",
    'Fix it.\n\n<workspace>\nAGENTS.md\n</workspace>',
  ]);
  expect((await profile.followUp(plainRequest('Go on.'), opening)).content).toBe('Go on.');
});
