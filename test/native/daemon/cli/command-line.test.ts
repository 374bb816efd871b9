import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../../native/daemon/cli/command-line.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const serve = (args: string[], env: NodeJS.ProcessEnv = {}) => {
  const command = readCommandLine(args, env);
  if (command.kind !== 'serve') throw new Error(`It is ${command.kind}.`);
  return command.options;
};

describe('readCommandLine', () => {
  it('reads every option', () => {
    const args =
      '--model nano --port 81 --http --token t --context 32k --kv-type q8_0 --parallel 3 --threads 4 --backend vulkan --gpu-layers 5 --cpu-moe 6 --reproducible --state-dir /s --idle-exit 7 --alias one --allow-origin http://localhost:3000/ --verbose --allow-origin tauri://localhost --alias two';
    expect(serve(args.split(' '))).toEqual({
      load: {
        model: 'nano',
        contextTokens: 32_768,
        kvType: 'q8_0',
        parallel: 3,
        threads: 4,
        gpuLayers: 5,
        cpuMoeLayers: 6,
        reproducible: true,
      },
      port: 81,
      http: true,
      token: 't',
      backend: 'vulkan',
      stateDirectory: '/s',
      idleMs: 7000,
      aliases: ['one', 'two'],
      allowedOrigins: ['http://localhost:3000', 'tauri://localhost'],
      verbose: true,
    });
  });

  it('has defaults that serve nobody but the one who asked', () => {
    expect(serve([])).toMatchObject({
      load: undefined,
      port: 0,
      http: false,
      token: undefined,
      backend: 'auto',
      idleMs: undefined,
      aliases: [],
      allowedOrigins: [],
    });
  });

  it('lets pages of apps and extensions connect where they are named', () => {
    for (const origin of ['app://obsidian.md', 'vscode-webview://0abc', 'chrome-extension://abcdef'])
      expect(serve(['--allow-origin', origin]).allowedOrigins).toEqual([origin]);
  });

  it('reads the chat template from a file', () => {
    const file = path.join(temporaryFolder(), 'chat.jinja');
    writeFileSync(file, '{{ messages }}');
    expect(serve(['--model', 'nano', '--chat-template', file]).load).toMatchObject({ chatTemplate: '{{ messages }}' });
    expect(() => serve(['--model', 'nano', '--chat-template', `${file}x`])).toThrow(/--chat-template: .*no such file/i);
    expect(() => serve(['--chat-template', file])).toThrow(/Expected --model together with --chat-template/);
  });

  it('takes the token from the environment when no option says otherwise', () => {
    expect(serve([], { MOONWRIGHT_TOKEN: 'env' }).token).toBe('env');
    expect(serve(['--token', 'option'], { MOONWRIGHT_TOKEN: 'env' }).token).toBe('option');
    expect(serve([], { MOONWRIGHT_TOKEN: '' }).token).toBeUndefined();
    expect(() => serve([], { MOONWRIGHT_TOKEN: 'a b' })).toThrow(/token/);
  });

  it('says what to write where a value begins with a dash, and refuses contexts that no model is given', () => {
    expect(() => serve(['--token', '-abc'], {})).toThrow(
      'The value of --token begins with a dash: write --token=VALUE. See --help.',
    );
    expect(serve(['--token=-abc'], {}).token).toBe('-abc');
    expect(() => serve(['--model', 'nano', '--context', '255'], {})).toThrow(/from 256 to/);
  });

  it('reads the other commands', () => {
    expect(readCommandLine(['plan', 'nano', '--context', '4096'], {})).toMatchObject({
      kind: 'plan',
      backend: 'auto',
      load: { model: 'nano', contextTokens: 4096 },
    });
    expect(readCommandLine(['--help', '--nonsense=1'].slice(0, 1), {}).kind).toBe('help');
    expect(readCommandLine(['-h'], {}).kind).toBe('help');
    expect(readCommandLine(['--version'], {}).kind).toBe('version');
  });

  it.each([
    [['--port', '-1'], /--port/],
    [['--port', '1.5'], /Expected a whole number from 0 to 65535 for --port but received 1\.5/],
    [['--port='], /received nothing/],
    [['--http=yes'], /http/],
    [['--model', 'nano', '--parallel', '0'], /--parallel/],
    [['--model', 'nano', '--threads', 'many'], /--threads/],
    [['--model', 'nano', '--context', '1e5'], /--context/],
    [['--threads', '2'], /Expected --model together with --threads/],
    [['plan'], /Expected a model after plan/],
    [['plan', 'a', 'b'], /Unexpected argument b/],
    [['serve'], /Unexpected argument serve/],
    [['--unknown'], /Unknown option --unknown/],
    [['-x'], /-x/],
    [['--allow-origin', '*'], /--allow-origin/],
    [['--allow-origin', 'file://x'], /--allow-origin/],
    [['--allow-origin', 'app://x/y'], /--allow-origin/],
    [['--alias', 'two words'], /--alias/],
    [['--allow-origin', 'http://localhost/path'], /--allow-origin/],
  ])('refuses %j in one sentence', (args, sentence) => {
    expect(() => readCommandLine(args, {})).toThrow(
      expect.objectContaining({ code: 'option.invalid', message: expect.stringMatching(sentence) }),
    );
    expect(() => readCommandLine(args, {})).toThrow(/^[^\n]*\. See --help\.$/);
  });
});
