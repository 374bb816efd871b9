import type { GenerateResult } from '../../../native/protocol/generation.ts';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentConversation } from '../../../extension/agent/agent-conversation.ts';
import { runTurn } from '../../../extension/agent/run-turn.ts';
import { launchDaemon, logFile, logTail } from '../../../extension/daemon-link/daemon-launch.ts';
import { DaemonLink } from '../../../extension/daemon-link/daemon-link.ts';
import type { LinkLimits } from '../../../extension/daemon-link/daemon-link.ts';
import { daemonProcesses } from '../../../extension/daemon-link/daemon-process.ts';
import type { LinkState } from '../../../extension/daemon-link/model-host.ts';
import { RpcClient, type Endpoint } from '../../../extension/daemon-link/rpc-client.ts';
import { daemonBundle } from '../../support/daemon/daemon-process.ts';
import { stopProcess } from '../../support/daemon/stop-process.ts';
import { openGate, scriptedTools } from '../../support/extension/scripted-tools.ts';

const never = new AbortController().signal;
let folder: string;
let state: string;
let links: DaemonLink[];
let launches: number;
let states: LinkState[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'link-'));
  state = path.join(folder, 'state');
  [links, launches, states] = [[], 0, []];
});
afterEach(async () => {
  await Promise.all(links.map((link) => link.dispose()));
  const found = discovered();
  try {
    if (found !== undefined) await shutDown(found);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function discovered(): (Endpoint & { pid: number }) | undefined {
  try {
    return JSON.parse(readFileSync(path.join(state, 'daemon.json'), 'utf8')) as Endpoint & { pid: number };
  } catch {
    return undefined;
  }
}

async function shutDown(endpoint: Endpoint) {
  const client = await RpcClient.connect(endpoint);
  await client.request('shutdown', {}).catch(() => undefined);
  await client.closed;
}

interface Made {
  readonly logFolder?: string;
  readonly script?: string;
  readonly model?: string;
  readonly limits?: LinkLimits;
  readonly contextTokens?: () => number;
  readonly ask?: (model: string, turns: number, whose: string) => Promise<'end' | 'wait' | undefined>;
}

function makeLink(options: Made = {}): DaemonLink {
  const link = new DaemonLink({
    launch: (signal) => {
      launches++;
      return launchDaemon(
        {
          script: options.script ?? daemonBundle,
          executable: process.execPath,
          arguments: ['--state-dir', state, '--backend', 'cpu', '--idle-exit', '60'],
          folder: options.logFolder ?? path.join(folder, 'log'),
          env: process.env,
        },
        signal,
      );
    },
    askAboutTurns: options.ask ?? (() => Promise.resolve(undefined)),
    wanted: () => ({
      model: options.model ?? 'nano',
      threads: 1,
      contextTokens: options.contextTokens?.() ?? 8192,
    }),
    logTail: () => logTail(path.join(folder, 'log'), 5),
    now: () => Date.now(),
    process: daemonProcesses(path.basename(daemonBundle), logFile(path.join(folder, 'log'))),
    limits: options.limits,
  });
  link.onState((now) => states.push(now));
  links.push(link);
  return link;
}
const system = {
  role: 'system',
  content:
    "You are a coding assistant in the user's editor. Use the tools to do the task, then say briefly what you did.",
} as const;

describe('the way to the daemon', () => {
  it('starts one, loads the model with progress, and answers', async () => {
    const model = await makeLink().model(never);
    expect(model.facts).toMatchObject({ name: 'nano', profile: 'compact' });
    expect(states.map(({ state: name }) => name)).toEqual(expect.arrayContaining(['starting', 'loading', 'ready']));
    const session = await model.open({ tools: [], label: 'test' });
    await session.append([system, { role: 'user', content: 'thanks' }]);
    const result = await session.generate({ maxTokens: 20 }, () => undefined, never);
    expect(result.finish).toBe('stop');
    expect(session.entries.map((entry) => entry.message.role)).toEqual(['system', 'user', 'assistant']);
    expect(await model.countTokens(['hello', 'hello', ''])).toEqual([expect.any(Number), expect.any(Number), 0]);
  });

  it('is shared between windows, and outlives one of them', async () => {
    const [first, second] = [makeLink(), makeLink()];
    await Promise.all([first.model(never), second.model(never)]);
    const pid = discovered()?.pid;
    await first.dispose();
    const session = await (await second.model(never)).open({ tools: [], label: 'test' });
    await session.append([system, { role: 'user', content: 'hi' }]);
    await session.generate({ maxTokens: 5 }, () => undefined, never);
    expect(discovered()?.pid).toBe(pid);
  });

  it('asks before it changes the model under a running turn, which goes on while it waits', async () => {
    let context = 8192;
    const asked: unknown[] = [];
    const answers = [undefined, 'wait', 'end'] as const;
    const link = makeLink({
      contextTokens: () => context,
      ask: (...question) => {
        asked.push(question);
        return Promise.resolve(answers[asked.length - 1]);
      },
    });
    const open = async () => {
      const session = await (await link.model(never)).open({ tools: [], label: 'shop' });
      await session.append([system, { role: 'user', content: 'Write a poem.' }]);
      return session;
    };
    const endless = {
      sampling: { temperature: 0 },
      responseFormat: { type: 'grammar', gbnf: 'root ::= [a-z] root' },
    } as const;
    const turn = await open();
    let limited!: Promise<GenerateResult>;
    await new Promise<void>((begun) => {
      limited = turn.generate({ ...endless, maxTokens: 1500 }, () => begun(), never);
    });
    context = 4096;
    await link.reload();
    expect(link.loaded?.contextTokens).toBe(8192);
    const waiting = link.reload();
    expect((await limited).finish).toBe('length');
    await waiting;
    expect(link.loaded?.contextTokens).toBe(4096);
    const second = await open();
    let endlessTurn!: Promise<GenerateResult>;
    await new Promise<void>((begun) => {
      endlessTurn = second.generate(endless, () => begun(), never);
    });
    const ended = expect(endlessTurn).rejects.toMatchObject({ code: 'model.switched' });
    context = 2048;
    await link.reload();
    await ended;
    expect(link.loaded?.contextTokens).toBe(2048);
    expect(asked).toEqual(answers.map(() => ['nano', 1, 'shop']));
  });

  it('goes on from the token ids after a crash', async () => {
    const link = makeLink();
    const model = await link.model(never);
    const session = await model.open({ tools: [], label: 'test' });
    await session.append([system, { role: 'user', content: 'what can you do?' }]);
    const before = await session.generate({ maxTokens: 40 }, () => undefined, never);
    await session.append([{ role: 'user', content: 'thanks' }]);
    const ids = session.entries.flatMap((entry) => entry.ids);
    process.kill(discovered()?.pid ?? 0, 'SIGKILL');
    await expect(waitFor(() => states.at(-1)?.state === 'starting')).resolves.toBeUndefined();
    const after = await session.generate({ maxTokens: 20 }, () => undefined, never);
    expect(after.usage.reused + after.usage.computed).toBeGreaterThanOrEqual(ids.length);
    expect(session.entries.slice(0, 4).flatMap((entry) => entry.ids)).toEqual(ids);
    expect(session.entries).toHaveLength(5);
    expect(before.message.content).not.toBe('');
    expect(launches).toBe(2);
  });

  it('killed in the middle of a turn: the turn is completed', async () => {
    const model = await makeLink().model(never);
    const tools = scriptedTools({
      run_tests: { access: { kind: 'tests', runner: 'node', folder: '/' }, run: () => '5 passed' },
    });
    const conversation = new AgentConversation(await model.open({ tools: tools.definitions(), label: 'test' }));
    await conversation.session.append([
      system,
      {
        role: 'user',
        content:
          'Fix the failing test.\n\n<workspace>\npackage.json\nsrc/math.js: add(a, b)\ntest/math.test.js\n</workspace>',
      },
    ]);
    let killed = false;
    const outcome = await runTurn(
      conversation,
      {
        tools,
        gate: openGate,
        limits: { steps: 6, tokens: 10_000, resultTokens: 500, compactAt: 5000, warnAfter: 3, stopAfter: 5 },
        generate: { maxTokens: 60 },
        emit: (event) => {
          if (event.kind !== 'toolRunning' || killed) return;
          killed = true;
          process.kill(discovered()?.pid ?? 0, 'SIGKILL');
        },
        countTokens: (texts) => model.countTokens(texts),
        steering: () => undefined,
        compact: async () => undefined,
      },
      never,
    );
    expect(killed).toBe(true);
    expect(outcome.end).toEqual({ kind: 'answered' });
    expect(launches).toBe(2);
  });

  it('gives up after a few crashes, with the end of the log', async () => {
    const link = makeLink({ script: path.join(import.meta.dirname, 'no-such-script.js') });
    await expect(link.model(never)).rejects.toMatchObject({ code: 'daemon.unreachable' });
    expect(link.current).toMatchObject({ state: 'failed' });
    expect(link.current.text).toContain('The engine did not start');
  });

  it('starts one also where its log cannot be written', async () => {
    const link = makeLink({ logFolder: '/dev/null/log' });
    expect((await link.model(never)).facts.name).toBe('nano');
  });

  it('says which model is not there', async () => {
    await expect(makeLink({ model: 'no-such-model' }).model(never)).rejects.toMatchObject({ code: 'model.missing' });
  });

  it('stops waiting when the user stops', async () => {
    const stop = new AbortController();
    const waiting = makeLink().model(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  it('restarts the daemon when told, and gives one model for each load', async () => {
    const link = makeLink();
    const model = await link.model(never);
    expect(await link.model(never)).toBe(model);
    const pid = discovered()?.pid;
    await link.restart();
    expect(discovered()?.pid).not.toBe(pid);
    expect(link.current.state).toBe('ready');
    expect(await link.model(never)).not.toBe(model);
  });
});

describe.runIf(process.platform !== 'win32')('a daemon that hangs', () => {
  const quick: LinkLimits = { hang: { intervalMs: 250, missedMax: 12 }, stopMs: 1000, endMs: 15_000 };
  const patient: LinkLimits = { ...quick, hang: { intervalMs: 60_000, missedMax: 60 } };
  const log = (): string => readFileSync(logFile(path.join(folder, 'log')), 'utf8');

  it('is killed and started again, for every window, and conversations go on', async () => {
    const [first, second] = [makeLink({ limits: quick }), makeLink({ limits: patient })];
    await first.model(never);
    const session = await (await second.model(never)).open({ tools: [], label: 'test' });
    await session.append([system, { role: 'user', content: 'hi' }]);
    const hung = discovered()?.pid ?? 0;
    stopProcess(hung);
    await waitFor(() => discovered() !== undefined && discovered()?.pid !== hung);
    await waitFor(() => first.current.state === 'ready' && second.current.state === 'ready');
    expect((await session.generate({ maxTokens: 5 }, () => undefined, never)).ids.length).toBeGreaterThan(0);
    expect(log()).toContain(`The engine (process ${hung}) is ended: it does not answer any more.`);
    expect(() => process.kill(hung, 0)).toThrow('ESRCH');
  });

  it('is killed by a restart that it does not obey', async () => {
    const link = makeLink({ limits: patient });
    await link.model(never);
    const hung = discovered()?.pid ?? 0;
    stopProcess(hung);
    await link.restart();
    expect(link.current.state).toBe('ready');
    expect(discovered()?.pid).not.toBe(hung);
    expect(log()).toContain(`The engine (process ${hung}) is ended: it was told to stop, and did not.`);
  });

  it('makes nobody wait who connects to it, or leaves it', async () => {
    const link = makeLink({ limits: patient });
    await link.model(never);
    const { pid, ...endpoint } = discovered()!;
    const client = await RpcClient.connect(endpoint);
    stopProcess(pid);
    try {
      await expect(RpcClient.connect(endpoint, { limitMs: 200 })).rejects.toMatchObject({ code: 'daemon.unreachable' });
      await Promise.all([client.close(), link.dispose()]);
      expect(await client.closed).toMatchObject({ code: 1006 });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});

describe('a session', () => {
  it("forks and rewinds like the daemon's", async () => {
    const model = await makeLink().model(never);
    const session = await model.open({ tools: [], label: 'test' });
    await session.append([system, { role: 'user', content: 'hi' }]);
    const fork = await session.fork(1);
    await fork.append([{ role: 'user', content: 'thanks' }]);
    await session.rewind(1);
    expect(session.entries).toHaveLength(1);
    expect(fork.entries).toHaveLength(2);
    await session.append([{ role: 'user', content: 'thanks' }]);
    const [one, two] = [
      await session.generate({ maxTokens: 10 }, () => undefined, never),
      await fork.generate({ maxTokens: 10 }, () => undefined, never),
    ];
    expect(one.ids).toEqual(two.ids);
    await fork.close();
    await session.close();
  });

  it('stopped while it speaks is as it was before', async () => {
    const model = await makeLink().model(never);
    const session = await model.open({ tools: [], label: 'test' });
    await session.append([system, { role: 'user', content: 'what can you do?' }]);
    const stop = new AbortController();
    await expect(
      session.generate(
        { maxTokens: 400 },
        (event) => {
          if (event.kind === 'text') stop.abort();
        },
        stop.signal,
      ),
    ).rejects.toMatchObject({ code: 'request.cancelled' });
    expect(session.entries).toHaveLength(2);
    expect((await session.generate({ maxTokens: 5 }, () => undefined, never)).ids.length).toBeGreaterThan(0);
  });
});

async function waitFor(condition: () => boolean) {
  for (let round = 0; !condition(); round++) {
    if (round > 3000) throw new Error('the condition never came true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
