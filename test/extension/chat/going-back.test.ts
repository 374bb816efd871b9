import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ChatBench } from '../../support/extension/chat-bench.ts';
import { writing } from '../../support/extension/writing-tool.ts';

const write = (name: string, content: string) => ({ name: 'write', arguments: { path: name, content } });
const text = (bench: ChatBench, name: string) => readFileSync(path.join(bench.work, name), 'utf8');

describe('going back', () => {
  it('undoes a turn: files and conversation', async () => {
    const bench = new ChatBench(
      [
        { calls: [write('a', '1')] },
        { text: 'wrote 1' },
        { calls: [write('a', '2'), write('b', 'x')] },
        { text: 'wrote 2' },
      ],
      (_hooks, of) => ({ write: writing(of) }),
    );
    await bench.send('first');
    await bench.send('second');
    expect(bench.last('turnEnd')).toMatchObject({
      files: [
        { path: 'a', change: 'edited' },
        { path: 'b', change: 'created' },
      ],
    });
    await bench.do({ type: 'undoTurn', turn: 1 });
    expect(text(bench, 'a')).toBe('1');
    expect(existsSync(path.join(bench.work, 'b'))).toBe(false);
    expect(bench.items.filter((item) => item.kind === 'user').map((item) => item.text)).toEqual(['first']);
    expect(bench.model.sessions[0]?.entries).toHaveLength(5);
    expect(bench.told.at(-1)).toEqual({ type: 'draft', text: 'second', focus: true });
  });

  it('sends an edited request in place of the old one', async () => {
    const bench = new ChatBench([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
    await bench.send('first');
    await bench.send('second');
    await bench.do({ type: 'editResend', turn: 0, text: 'instead' });
    expect(bench.items.filter((item) => item.kind === 'user').map((item) => item.text)).toEqual(['instead']);
    expect(bench.model.sessions.at(-1)?.entries.map(({ message }) => message.content)).toEqual([
      'You help.',
      'instead',
      'three',
    ]);
  });

  it('overwrites a file the user changed only when asked', async () => {
    const bench = new ChatBench([{ calls: [write('a', '1')] }, { text: 'ok' }], (_hooks, of) => ({
      write: writing(of),
    }));
    await bench.send('first');
    await writeFile(path.join(bench.work, 'a'), 'mine');
    const undone = bench.do({ type: 'undoTurn', turn: 0 });
    await expect.poll(() => bench.state?.approvals.length).toBe(1);
    expect(bench.state?.approvals[0]).toMatchObject({
      view: { kind: 'text', text: 'a' },
      choices: [{ id: 'overwrite' }, { id: 'keep' }],
    });
    const [{ callId } = { callId: '' }] = bench.state?.approvals ?? [];
    await bench.do({ type: 'choose', callId, choice: 'no such choice' });
    await undone;
    expect(text(bench, 'a')).toBe('mine');
    expect(bench.state?.approvals).toEqual([]);
  });

  it('overwrites it when the user says so, and a message sent meanwhile comes after that', async () => {
    const bench = new ChatBench([{ calls: [write('a', '1')] }, { text: 'ok' }, { text: 'next' }], (_hooks, of) => ({
      write: writing(of),
    }));
    await bench.send('first');
    await writeFile(path.join(bench.work, 'a'), 'mine');
    const undone = bench.do({ type: 'undoTurn', turn: 0 });
    await expect.poll(() => bench.state?.approvals.length).toBe(1);
    const sent = bench.do({ type: 'send', text: 'second', steer: false });
    const [{ callId } = { callId: '' }] = bench.state?.approvals ?? [];
    await bench.do({ type: 'choose', callId, choice: 'overwrite' });
    await Promise.all([undone, sent]);
    expect(existsSync(path.join(bench.work, 'a'))).toBe(false);
    expect(bench.model.sessions.at(-1)?.entries.map(({ message }) => message.content)).toEqual([
      'You help.',
      'second',
      'next',
    ]);
  });

  it('keeps it when another conversation is opened instead of an answer', async () => {
    const bench = new ChatBench([{ calls: [write('a', '1')] }, { text: 'ok' }], (_hooks, of) => ({
      write: writing(of),
    }));
    await bench.send('first');
    await writeFile(path.join(bench.work, 'a'), 'mine');
    const undone = bench.do({ type: 'undoTurn', turn: 0 });
    await expect.poll(() => bench.state?.approvals.length).toBe(1);
    await bench.do({ type: 'newConversation' });
    await undone;
    expect(text(bench, 'a')).toBe('mine');
    expect(bench.state?.approvals).toEqual([]);
    expect(bench.items).toEqual([]);
  });
});
