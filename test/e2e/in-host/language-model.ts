// Runs inside the extension host of a real VS Code, as an extension beside the packaged Moonwright: its model and its
// tools as others use them. The engine and nano are real.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { RpcClient, type Endpoint } from '../../../extension/daemon-link/rpc-client.ts';

const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
const { User, Assistant } = vscode.LanguageModelChatMessage;
const runTests: vscode.LanguageModelChatTool = {
  name: 'run_tests',
  description: 'Run the tests.',
  inputSchema: { type: 'object', properties: {} },
};
const question = `The tests fail. Fix the bug.\n\n${'src/arrays.js: modulo(w, n), toSeconds(m)\n'.repeat(20)}`;

async function model(): Promise<vscode.LanguageModelChat> {
  const [found] = await vscode.lm.selectChatModels({ vendor: 'moonwright' });
  assert.ok(found !== undefined, 'no model of Moonwright');
  return found;
}

async function engine(): Promise<RpcClient> {
  const state = vscode.workspace.getConfiguration('moonwright').get<string>('stateDirectory') ?? '';
  return RpcClient.connect(JSON.parse(readFileSync(path.join(state, 'daemon.json'), 'utf8')) as Endpoint);
}

async function until<T>(what: string, read: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(50)) {
    const value = await read();
    if (value !== undefined) return value;
  }
  throw new Error(`It never came: ${what}`);
}

const answers = async (port: number, path = '/v1/messages'): Promise<number | undefined> =>
  fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' }).then(
    ({ status }) => status,
    () => undefined,
  );

export const checks: Readonly<Record<string, () => Promise<void>>> = {
  async 'the chosen model is there for other extensions, and counts tokens with its own tokenizer'() {
    const chosen = await model();
    assert.equal(chosen.name, 'nano');
    assert.ok(chosen.maxInputTokens > 1000);
    const client = await until('the engine', async () => {
      const count = await chosen.countTokens('const größe = 1;');
      return count > 0 ? await engine() : undefined;
    });
    const { counts } = await client.request('tokens.count', { texts: ['const größe = 1;'] });
    assert.equal(await chosen.countTokens('const größe = 1;'), counts[0]);
    await client.close();
  },

  async 'a second turn computes only what is new, whatever the caller keeps of the first'() {
    const chosen = await model();
    const client = await engine();
    const totals = async () => (await client.request('status', {})).totals;
    const ask = async (messages: vscode.LanguageModelChatMessage[]) => {
      const response = await chosen.sendRequest(messages, {
        tools: [runTests],
        toolMode: vscode.LanguageModelChatToolMode.Required,
      });
      const calls: vscode.LanguageModelToolCallPart[] = [];
      for await (const part of response.stream) if (part instanceof vscode.LanguageModelToolCallPart) calls.push(part);
      return calls;
    };
    const start = await totals();
    const [call] = await ask([User(question)]);
    assert.equal(call?.name, 'run_tests');
    const first = await totals();
    const result = new vscode.LanguageModelToolResultPart(call.callId, [new vscode.LanguageModelTextPart('1 failed')]);
    await ask([
      User(question),
      Assistant([new vscode.LanguageModelToolCallPart(call.callId, call.name, call.input)]),
      User([result]),
    ]);
    const second = await totals();
    const known = first.computed - start.computed + (first.generated - start.generated);
    const reused = second.reused - first.reused;
    assert.ok(known > 200, `the first turn has ${known} tokens`);
    assert.ok(reused >= known * 0.95, `${reused} of ${known} tokens were used again`);
    await client.close();
  },

  async 'a cancelled request ends, and leaves the engine with nothing to do'() {
    const chosen = await model();
    const stop = new vscode.CancellationTokenSource();
    const response = await chosen.sendRequest([User(question)], {}, stop.token);
    stop.cancel();
    await Promise.race([
      (async () => {
        for await (const _part of response.stream) continue;
      })().catch(() => undefined),
      delay(20_000),
    ]);
    const client = await engine();
    await until('an idle engine', async () => {
      const { running, waiting } = await client.request('status', {});
      return running + waiting === 0 ? true : undefined;
    });
    await client.close();
  },

  async 'tools are there for other agents, and go through the permissions'() {
    const invoke = async (name: string, input: object): Promise<string> => {
      const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
      return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
    };
    writeFileSync(
      path.join(folder, 'shape.js'),
      'export function areaOfShape(shape) {\n  return shape.w * shape.h;\n}\n',
    );
    const offered = vscode.lm.tools.filter(({ name }) => name.startsWith('moonwright_')).map(({ name }) => name);
    assert.deepEqual(offered.sort(), [
      'moonwright_find_symbol',
      'moonwright_get_diagnostics',
      'moonwright_repository_map',
      'moonwright_run_tests',
    ]);
    await until('the new file in the map', async () =>
      (await invoke('moonwright_repository_map', {})).includes('.js') ? true : undefined,
    );
    assert.match(await invoke('moonwright_find_symbol', { name: 'areaOfShape' }), /shape\.js/);
    assert.match(await invoke('moonwright_find_symbol', {}), /^Error: /);
    // Refused by a rule of the user's: nobody is asked.
    const settings = vscode.workspace.getConfiguration('moonwright');
    await settings.update('permission.rules', ['deny tests(*)'], vscode.ConfigurationTarget.Global);
    await until('the refusal', async () => {
      const text = await Promise.race([invoke('moonwright_run_tests', {}), delay(2000).then(() => '')]);
      return text.startsWith('Error: ') ? true : undefined;
    });
  },

  async 'the port for other programs opens and closes with the setting'() {
    const settings = vscode.workspace.getConfiguration('moonwright');
    const port = 20_000 + (process.pid % 10_000);
    assert.equal(await answers(port), undefined);
    await settings.update('servePort', port, vscode.ConfigurationTarget.Global);
    assert.equal(await until('the open port', () => answers(port)), 401);
    await settings.update('servePort', 0, vscode.ConfigurationTarget.Global);
    await until('the closed port', async () => ((await answers(port)) === undefined ? true : undefined));
  },
};
