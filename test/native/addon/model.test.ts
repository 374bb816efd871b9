import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NativeModel, NativeModelOptions } from '../../../native/addon/contract.ts';
import { loadAddon } from '../../../native/daemon/backend/addon-loader.ts';
import { findLibraries } from '../../../native/daemon/backend/library-locations.ts';
import { nanoPath } from '../../support/engine/addon-process.ts';
import { int32s, text as textValue, texts, writeGgufFile } from '../../support/models/gguf-writer.ts';
import { shapeModel } from '../../support/models/model-shapes.ts';
import { smallModels } from '../../support/models/small-models.ts';

const addon = loadAddon();
addon.openLibraries(findLibraries('cpu') as string, 'cpu');
const folder = mkdtempSync(path.join(os.tmpdir(), 'moonwright-model-'));

function load(
  options: Partial<NativeModelOptions> = {},
  onProgress: (fraction: number) => void = () => undefined,
): Promise<NativeModel> {
  return addon.loadModel({ path: nanoPath, gpuLayers: 0, ...options }, onProgress).model;
}

/** Writes a model whose tokens are the 256 bytes, and whose text is split by std::regex like that of DeepSeek V3. */
async function writeByteModel(file: string): Promise<void> {
  const printable = (byte: number): boolean => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173 && byte < 256);
  let next = 256;
  const tokens = Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
  const { metadata, tensors } = shapeModel({ ...smallModels['gpt-oss'], vocabulary: tokens.length });
  const tokenizer = {
    'tokenizer.ggml.model': textValue('gpt2'),
    'tokenizer.ggml.pre': textValue('deepseek-v3'),
    'tokenizer.ggml.tokens': texts(tokens),
    'tokenizer.ggml.token_type': int32s(tokens.map(() => 1)),
    'tokenizer.ggml.merges': texts(['a a']),
  };
  await writeGgufFile(file, { metadata: { ...metadata, ...tokenizer }, tensors });
}

function text(model: NativeModel, ids: Iterable<number>): string {
  const { pieces, offsets } = model.vocabulary();
  return Buffer.concat([...ids].map((id) => Buffer.from(pieces.subarray(offsets[id], offsets[id + 1])))).toString();
}

describe('a loaded model', () => {
  let model: NativeModel;
  beforeAll(async () => {
    model = await load();
  });
  afterAll(() => model.close());

  it('tells what it is', () => {
    expect(model.info).toMatchObject({
      architecture: 'deepseek2',
      slidingWindow: 0,
      recurrent: false,
      hybrid: false,
      hasDecoder: true,
    });
    expect(model.info.metadata['tokenizer.ggml.pre']).toBe('kimi-k2');
    expect(model.info.chatTemplates['default']).toBe(model.info.metadata['tokenizer.chat_template']);
    expect(model.info.chatTemplates['default']).toContain('<|im_assistant|>');
  });

  it('gives its vocabulary as bytes with offsets, attributes and special ids', () => {
    const vocabulary = model.vocabulary();
    expect(vocabulary.size).toBe(2560);
    expect(vocabulary.offsets).toHaveLength(2561);
    expect(vocabulary.attributes).toHaveLength(2560);
    expect(vocabulary.offsets.at(-1)).toBe(vocabulary.pieces.length);
    expect(text(model, [vocabulary.eos])).toBe('<|im_end|>');
    expect([...vocabulary.endOfGeneration]).toContain(vocabulary.eos);
    expect((vocabulary.attributes[vocabulary.eos] ?? 0) & 8).toBe(8); // LLAMA_TOKEN_ATTR_CONTROL
    expect(
      [vocabulary.fillPrefix, vocabulary.fillSuffix, vocabulary.fillMiddle].map((id) => text(model, [id])),
    ).toEqual(['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>']);
    expect(vocabulary.addBos).toBe(false);
  });

  it('tokenises without adding a token and without loss', () => {
    const code = 'const answer = 42;\n\treturn `x`;';
    const samples = ['', 'a', code, 'Grüße, 你好, 🌙\u0000end', 'x'.repeat(20_000)];
    for (const sample of samples) expect(text(model, model.tokenize(sample, false))).toBe(sample);
    expect(model.tokenize('', false)).toEqual(new Int32Array());
  });

  it('makes special tokens of their texts only when told to', () => {
    const { eos } = model.vocabulary();
    expect([...model.tokenize('<|im_end|>', true)]).toEqual([eos]);
    expect([...model.tokenize('<|im_end|>', false)]).not.toContain(eos);
    expect(text(model, model.tokenize('<|im_end|>', false))).toBe('<|im_end|>');
  });

  it('tokenises many texts on a worker thread to the same ids', async () => {
    const texts = Array.from({ length: 200 }, (_, at) => `line ${at}: ${'word '.repeat(at)}`);
    const all = await model.tokenizeMany(texts, false);
    expect(all).toHaveLength(200);
    texts.forEach((sample, at) => expect(all[at]).toEqual(model.tokenize(sample, false)));
  });

  it('survives runs of one character that would exhaust the stack of a regular expression', async () => {
    const file = path.join(folder, 'bytes.gguf');
    await writeByteModel(file);
    const bytes = await load({ path: file });
    for (const run of ['a', '-', ' ', '\n', '7', 'é', '─', 'é─', '=─'].map((unit) => unit.repeat(40_000))) {
      expect(text(bytes, (await bytes.tokenizeMany([run], false))[0] ?? [])).toBe(run);
    }
    await bytes.close();
  });

  it('accepts text with lone surrogates', () => {
    expect(text(model, model.tokenize('a\ud800b', false))).toBe('a\ufffdb');
  });
});

describe('loading a model', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('reports progress that grows to 1', async () => {
    const seen: number[] = [];
    const model = await load({}, (fraction) => seen.push(fraction));
    await model.close();
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });

  it('loads with tensors placed', async () => {
    const model = await load({ gpuLayers: -1, tensorPlacement: [{ pattern: '_exps', device: 'CPU' }] });
    expect(model.vocabulary().size).toBe(2560);
    await model.close();
  });

  it('refuses an unknown device', async () => {
    await expect(load({ tensorPlacement: [{ pattern: 'x', device: 'Vulkan7' }] })).rejects.toMatchObject({
      code: 'request.invalid',
      message: expect.stringContaining('Vulkan7'),
    });
  });

  it('says that a file is missing, is no model, or is cut off', async () => {
    await expect(load({ path: path.join(folder, 'absent.gguf') })).rejects.toMatchObject({ code: 'model.missing' });
    await expect(load({ path: folder })).rejects.toMatchObject({ code: 'model.missing' });
    const noModel = path.join(folder, 'text.gguf');
    writeFileSync(noModel, 'hello');
    await expect(load({ path: noModel })).rejects.toMatchObject({ code: 'model.invalid' });
    const cut = path.join(folder, 'cut.gguf');
    writeFileSync(cut, readFileSync(nanoPath).subarray(0, 1_000_000));
    await expect(load({ path: cut })).rejects.toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('cut.gguf'),
    });
  });

  it('ends with request.cancelled when it is cancelled at once', async () => {
    const started = addon.loadModel({ path: nanoPath, gpuLayers: 0 }, () => undefined);
    started.cancel();
    await expect(started.model).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  it('refuses everything after close(), which may be called again', async () => {
    const model = await load();
    await Promise.all([model.close(), model.close()]);
    await model.close();
    expect(() => model.tokenize('x', false)).toThrow(expect.objectContaining({ code: 'model.not-loaded' }));
    expect(() => model.vocabulary()).toThrow(expect.objectContaining({ code: 'model.not-loaded' }));
    expect(model.info.architecture).toBe('deepseek2');
  });

  it('finishes a running tokenizeMany when the model is closed meanwhile', async () => {
    const model = await load();
    const running = model.tokenizeMany([' text'.repeat(100_000)], false);
    await model.close();
    expect((await running)[0]?.length).toBeGreaterThan(1000);
  });

  it('gives the memory back', async () => {
    const once = async (): Promise<void> => (await load()).close();
    for (let at = 0; at < 5; at++) await once();
    const before = process.memoryUsage.rss();
    for (let at = 0; at < 20; at++) await once();
    expect(process.memoryUsage.rss() - before).toBeLessThan(60 * 2 ** 20); // 20 loads of 28 MB each
  });
});
