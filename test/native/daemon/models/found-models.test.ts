// Folders of other programs are made up in a temporary place, each as that program lays it out.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findModels } from '../../../../native/daemon/models/found-models.ts';
import { userModelFolders } from '../../../../native/daemon/models/model-folders.ts';
import { resolveModel } from '../../../../native/daemon/models/resolve.ts';
import { writeGgufFile } from '../../../support/models/gguf-writer.ts';
import { shapeModel, shapes, tinySizes } from '../../../support/models/model-shapes.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const digest = 'a'.repeat(64);
function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function link(name: string, target: string): void {
  mkdirSync(dirname(name), { recursive: true });
  symlinkSync(relative(dirname(name), target), name);
}

function foldersOf(root: string): ReturnType<typeof userModelFolders> {
  return userModelFolders(
    join(root, 'state'),
    {
      HF_HUB_CACHE: join(root, 'hub'),
      LLAMA_CACHE: join(root, 'llama'),
      OLLAMA_MODELS: join(root, 'ollama'),
    },
    join(root, 'home'),
  );
}

function manifest(type = 'application/vnd.ollama.image.model', of = digest): object {
  return { schemaVersion: 2, layers: [{ mediaType: type, digest: `sha256:${of}`, size: 4 }] };
}

describe('the models on this machine', () => {
  it("are those of the own folder, Hugging Face's cache, LM Studio and llama.cpp", async () => {
    const root = temporaryFolder();
    put(join(root, 'state/models/own-Q4_0.gguf'), 'own');
    put(join(root, 'hub/models--moon--Tiny-GGUF/blobs/beef'), 'tiny!');
    const snapshot = join(root, 'hub/models--moon--Tiny-GGUF/snapshots');
    link(join(snapshot, 'c1/Q4_0/tiny-Q4_0.gguf'), join(root, 'hub/models--moon--Tiny-GGUF/blobs/beef'));
    link(join(snapshot, 'c2/Q4_0/tiny-Q4_0.gguf'), join(root, 'hub/models--moon--Tiny-GGUF/blobs/beef'));
    put(join(root, 'hub/datasets--moon--words/snapshots/c1/not-a-model.gguf'), 'x');
    put(join(root, 'home/.lmstudio/models/moon/Split-GGUF/split-00001-of-00002.gguf'), 'one');
    put(join(root, 'home/.lmstudio/models/moon/Split-GGUF/split-00002-of-00002.gguf'), 'two');
    put(join(root, 'home/.lmstudio/models/moon/Half-GGUF/half-00001-of-00002.gguf'), 'one');
    put(join(root, 'home/.lmstudio/models/moon/Split-GGUF/mmproj-split.gguf'), 'eye');
    put(join(root, 'llama/moon_Old-GGUF_old-Q8_0.gguf'), 'old');
    const found = await findModels(foldersOf(root));
    expect(found.map(({ name, bytes, origin }) => [name, bytes, origin])).toEqual([
      ['own-Q4_0', 3, 'moonwright'],
      ['tiny-Q4_0', 5, 'hugging-face'],
      ['split', 6, 'lm-studio'],
      ['moon_Old-GGUF_old-Q8_0', 3, 'llama.cpp'],
    ]);
  });

  it('of Ollama go by the names that Ollama shows, in both of its layouts', async () => {
    const root = temporaryFolder();
    const store = (path: string): string => join(root, 'ollama', path);
    put(store(`blobs/sha256-${digest}`), 'weights');
    put(store('manifests/registry.ollama.ai/library/qwen/7b'), JSON.stringify(manifest()));
    put(store('manifests/registry.ollama.ai/moon/tiny/latest'), JSON.stringify(manifest(undefined, 'b'.repeat(64))));
    put(store(`blobs/sha256-${'b'.repeat(64)}`), 'other');
    put(
      store(`blobs/sha256-${'d'.repeat(64)}`),
      JSON.stringify({ manifests: [manifest('x'), manifest(undefined, 'c'.repeat(64))] }),
    );
    put(store(`blobs/sha256-${'c'.repeat(64)}`), 'third');
    link(store('manifests-v2/ollama.com/library/new/1b'), store(`blobs/sha256-${'d'.repeat(64)}`));
    put(store('manifests/registry.ollama.ai/library/gone/1b'), JSON.stringify(manifest(undefined, 'e'.repeat(64))));
    put(
      store('manifests/registry.ollama.ai/library/evil/1b'),
      JSON.stringify({ layers: [{ mediaType: 'application/vnd.ollama.image.model', digest: 'sha256:../../x' }] }),
    );
    put(store('manifests/registry.ollama.ai/library/torn/1b'), '{"layers": [');
    const found = await findModels(foldersOf(root));
    expect(found.map(({ name, bytes, origin }) => [name, bytes, origin])).toEqual([
      ['new:1b', 5, 'ollama'],
      ['qwen:7b', 7, 'ollama'],
      ['moon/tiny:latest', 5, 'ollama'],
    ]);
  });

  it('of Ollama load by that name, though their files have none', async () => {
    const root = temporaryFolder();
    const blob = join(root, 'ollama/blobs', `sha256-${digest}`);
    mkdirSync(dirname(blob), { recursive: true });
    await writeGgufFile(blob, shapeModel({ ...shapes.gptOss20b, ...tinySizes }));
    put(join(root, 'ollama/manifests/registry.ollama.ai/moon/tiny/latest'), JSON.stringify(manifest()));
    const expected = { name: 'moon/tiny:latest', path: blob, header: { architecture: 'gpt-oss' } };
    expect(await resolveModel('moon/tiny', foldersOf(root))).toMatchObject(expected);
    expect(await resolveModel('moon/tiny:latest', foldersOf(root))).toMatchObject(expected);
    await expect(resolveModel('moon:1b', foldersOf(root))).rejects.toMatchObject({ code: 'model.missing' });
  });

  it('are none where no program keeps any', async () => {
    expect(await findModels(foldersOf(temporaryFolder()))).toEqual([]);
  });

  it("of the catalogue are found in llama.cpp's cache too", async () => {
    const root = temporaryFolder();
    const file = join(root, 'llama/ggml-org_gpt-oss-20b-GGUF_gpt-oss-20b-mxfp4.gguf');
    mkdirSync(dirname(file), { recursive: true });
    await writeGgufFile(file, shapeModel({ ...shapes.gptOss20b, ...tinySizes }));
    expect((await resolveModel('gpt-oss-20b', foldersOf(root))).path).toBe(file);
  });
});
