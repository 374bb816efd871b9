import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ToolMessage } from '../../native/protocol/chat.ts';
import { RpcClient } from '../../extension/daemon-link/rpc-client.ts';
import { filesOf, isTest, runTests, runTool, tools } from './tools.ts';

const system = "You are a coding assistant in the user's editor. Use the tools to do the task, then say briefly what you did.";
const stepsMax = 14;

/** Lets the embedded model fix the sample project in a temporary folder; true when its tests pass afterwards. */
export async function fixSample(root: string): Promise<boolean> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'moonwright-demo-')));
  const state = mkdtempSync(path.join(tmpdir(), 'moonwright-state-'));
  cpSync(path.join(root, 'test/fixtures/sample-project'), folder, { recursive: true });
  const daemon = spawn(process.execPath, [path.join(root, 'dist/daemon.js'), '--model', 'nano', '--state-dir', state], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  try {
    const ready = JSON.parse(await firstLine(daemon)) as { url: string; token: string; model: string; backend: string };
    print(`\nThe daemon runs ${ready.model} on ${ready.backend}. Sample project: ${folder}\n`);
    print(indent(runTests(folder, root).text));
    const client = await RpcClient.connect(ready, { client: 'demo' });
    await converse(client, folder, root);
    await client.close();
    const after = runTests(folder, root);
    print(`\nTests now: ${after.text}\nNow in src/math.js:\n${indent(readFileSync(path.join(folder, 'src/math.js'), 'utf8').trimEnd())}\n`);
    return after.ok;
  } finally {
    daemon.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
    rmSync(state, { recursive: true, force: true });
  }
}

/** The loop: generate, run the calls, append their results, until the model answers without a call. */
async function converse(client: RpcClient, folder: string, root: string): Promise<void> {
  const request = `Fix the failing test.\n\n${workspaceBlock(folder)}`;
  print(`\n> Fix the failing test.\n`);
  const { session } = await client.request('session.create', { tools, label: 'demo', messages: [{ role: 'system', content: system }, { role: 'user', content: request }] });
  for (let step = 1; step <= stepsMax; step++) {
    const { message, brokenCalls, usage, timings } = await client.request('session.generate', { session, options: { maxTokens: 400 } });
    const speed = timings.decode > 0 ? Math.round(((usage.generated - 1) / timings.decode) * 1000) : 0;
    print(`step ${step}: reused ${usage.reused}, computed ${usage.computed}, generated ${usage.generated} tokens, ${speed} tok/s`);
    if (message.content !== '') print(`\n${message.content}`);
    const results: ToolMessage[] = (message.toolCalls ?? []).map((call) => {
      const text = runTool(folder, root, call.name, JSON.parse(call.arguments) as Record<string, unknown>);
      print(`  ${call.name} ${call.arguments}\n${indent(text, '    ')}`);
      return { role: 'tool', toolCallId: call.id, name: call.name, content: text };
    });
    for (const broken of brokenCalls) results.push({ role: 'tool', toolCallId: broken.id, name: broken.name ?? 'tool', content: broken.advice });
    if (results.length === 0) return;
    await client.request('session.append', { session, messages: results });
  }
  print(`\nStopped after ${stepsMax} steps.`);
}

/** The compact profile's list of files with the signatures of their functions. */
function workspaceBlock(folder: string): string {
  const files = filesOf(folder).filter((name) => name.endsWith('.js'));
  const rows = files.map((name) => (isTest(name) ? name : `${name}: ${signatures(readFileSync(path.join(folder, name), 'utf8'))}`));
  return ['<workspace>', 'package.json', ...rows, '</workspace>'].join('\n');
}

function signatures(source: string): string {
  return [...source.matchAll(/^export function (\w+)\(([^)]*)\)/gm)].map((match) => `${match[1]}(${match[2]})`).join(', ');
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout !== null) for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('the daemon ended before it was ready');
}

function indent(text: string, by = '  '): string {
  return text.split('\n').map((line) => by + line).join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
