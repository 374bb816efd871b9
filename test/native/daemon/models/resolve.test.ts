// Folders of models are made up in a temporary place; files are small sound ones.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { userModelFolders } from '../../../../native/daemon/models/model-folders.ts';
import type { ModelFolders } from '../../../../native/daemon/models/model-folders.ts';
import { modelSummaries, resolveModel } from '../../../../native/daemon/models/resolve.ts';
import { writeGgufFile } from '../../../support/models/gguf-writer.ts';
import { shapeModel, shapes, tinySizes } from '../../../support/models/model-shapes.ts';

let root: string;
let folders: ModelFolders;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'models-'));
  folders = { own: [join(root, 'own')], repositories: (source) => [join(root, 'hub', source)], caches: [], ollama: [] };
});
afterEach(() => rmSync(root, { recursive: true }));

async function put(path: string, shape = shapes.gptOss20b): Promise<string> {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  await writeGgufFile(full, shapeModel({ ...shape, ...tinySizes }));
  return full;
}

describe('resolveModel', () => {
  it('finds the model that ships, without any folder', async () => {
    const model = await resolveModel('nano', { own: [], repositories: () => [], caches: [], ollama: [] });
    expect(model).toMatchObject({
      name: 'nano',
      path: resolve('native/models/nano.gguf'),
      entry: { profile: 'compact' },
      header: { architecture: 'deepseek2' },
    });
  });

  it('takes a path, and recognises what lies there', async () => {
    const own = await put('somewhere/my-model.gguf');
    expect(await resolveModel(own, folders)).toMatchObject({ name: 'my-model', path: own, entry: undefined });
    const known = await put('somewhere/gpt-oss-20b-mxfp4.gguf');
    expect(await resolveModel(known, folders)).toMatchObject({
      name: 'gpt-oss-20b',
      path: known,
      entry: { sampling: { temperature: 1 } },
    });
  });

  it('finds a catalogue model in the own folder, and prefers the recommended quantisation', async () => {
    await put('own/gpt-oss-20b-Q8_0.gguf');
    const recommended = await put('own/deeper/gpt-oss-20b-MXFP4.gguf');
    expect((await resolveModel('gpt-oss-20b', folders)).path).toBe(recommended);
    expect((await resolveModel('GPT-OSS-20B', folders)).name).toBe('gpt-oss-20b');
  });

  it("finds it in another program's cache, behind a link", async () => {
    const blob = await put('blobs/1234');
    const link = join(root, 'hub/ggml-org/gpt-oss-20b-GGUF/abc/gpt-oss-20b-mxfp4.gguf');
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(blob, link);
    expect((await resolveModel('gpt-oss-20b', folders)).path).toBe(link);
  });

  it('says where to get a model that is not here', async () => {
    await expect(resolveModel('gpt-oss-20b', folders)).rejects.toMatchObject({
      code: 'model.missing',
      message: `The model gpt-oss-20b is not on this machine; download it from https://huggingface.co/ggml-org/gpt-oss-20b-GGUF (MXFP4, about 12 GB) and put its files into ${join(root, 'own')} or give their path. What it would need says: moonwright-daemon plan URL, with the address of its .gguf file.`,
    });
  });

  it('states no size where nobody does, and small ones in MB', async () => {
    const message = async (name: string): Promise<unknown> =>
      (await resolveModel(name, folders).catch((thrown: unknown) => thrown)) as unknown;
    expect(await message('devstral-small-2')).toMatchObject({
      message: expect.stringContaining('GGUF (Q4_K_M) and put'),
    });
    expect(await message('qwen3-embedding-0.6b')).toMatchObject({
      message: expect.stringContaining('(Q8_0, about 639 MB)'),
    });
  });

  it('lists the known names for an unknown one', async () => {
    await expect(resolveModel('kimi', folders)).rejects.toMatchObject({
      code: 'model.missing',
      message: expect.stringMatching(/no model "kimi".*one of: nano, qwen3.5-4b/),
    });
  });

  it('says that a path leads nowhere', async () => {
    await expect(resolveModel(join(root, 'none.gguf'), folders)).rejects.toMatchObject({
      code: 'model.missing',
      message: 'There is no file none.gguf; check the path.',
    });
  });
});

describe('modelSummaries', () => {
  it('says what is here, what is loaded and where the rest is', async () => {
    const path = await put('own/gpt-oss-20b-mxfp4.gguf');
    const summaries = await modelSummaries(folders, 'nano');
    const named = (name: string) => summaries.find((summary) => summary.name === name);
    expect(named('nano')).toMatchObject({
      loaded: true,
      sizeBytes: 28_791_136,
      contextTokens: 131_072,
      licence: 'MIT',
      source: undefined,
    });
    expect(named('gpt-oss-20b')).toMatchObject({ loaded: false, path, role: 'agent', sizeClass: '16' });
    expect(named('qwen2.5-coder-7b')).toMatchObject({ role: 'completion', sizeClass: '16', contextTokens: undefined });
    expect(named('kimi-k2.6')).toMatchObject({ sizeClass: 'server', licence: undefined });
    expect(named('glm-4.6')).toMatchObject({ path: undefined, source: 'https://huggingface.co/unsloth/GLM-4.6-GGUF' });
  });
});

describe('userModelFolders', () => {
  it('looks into the state directory and where the environment says', () => {
    const user = userModelFolders('/state', { MOONWRIGHT_MODELS: '/models', HF_HOME: '/hf' });
    expect(user.own).toEqual(['/models', join('/state', 'models')]);
    expect(user.repositories('a/b')).toContain(join('/hf', 'hub', 'models--a--b', 'snapshots'));
  });
});
