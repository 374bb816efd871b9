import { expect, it } from 'vitest';
import { hermesQwen } from '../../../../native/daemon/chat/formats/hermes-qwen.ts';
import { toolFormats } from '../../../../native/daemon/chat/formats/registry.ts';
import { RepeatStop } from '../../../../native/daemon/session/repeat-stop.ts';
import { familyReplies } from '../../../support/daemon/family-replies.ts';
import { sampleTools } from '../../../support/daemon/reply-reading.ts';
import type { ToolFormat } from '../../../../native/daemon/chat/formats/tool-format.ts';

const options = { prompt: '', tools: sampleTools, nextCallIndex: 0, choice: 'required' } as const;

/** The events of a reply that comes in characters, with the text after which it was over. */
function read(format: ToolFormat, text: string) {
  const parser = new RepeatStop(format.parser(options));
  const events = [];
  let over: string | undefined;
  for (const [at, character] of [...text].entries()) {
    events.push(...parser.push(character));
    if (parser.isOver) over ??= text.slice(0, at + 1);
  }
  events.push(...parser.end(false));
  const done = events.flatMap((event) => (event.kind === 'callDone' ? [`${event.name} ${event.arguments}`] : []));
  const started = new Set(events.flatMap((event) => (event.kind === 'call' ? [event.id] : [])));
  return { done, started: started.size, isOver: parser.isOver, over };
}

const call = (name: string, values: object, space = ''): string =>
  `<tool_call>{"name": "${name}", "arguments": ${JSON.stringify(values, undefined, space)}}</tool_call>`;

it('ends a reply at a call that repeats the one before, and shows nothing of it', () => {
  const [a, b] = [call('read_file', { path: 'a' }), call('read_file', { path: 'a' }, ' ')];
  const { over, ...rest } = read(hermesQwen, `${a}\n${b}\n${call('run_tests', {})}`);
  expect(rest).toEqual({ done: ['read_file {"path":"a"}'], started: 1, isOver: true });
  expect(over).toBe(`${a}\n${b}`);
});

it('lets other calls pass, also of the same tool or with another between', () => {
  const text = [{ path: 'a' }, { path: 'ab' }, { path: 'a' }].map((values) => call('read_file', values)).join('\n');
  expect(read(hermesQwen, text)).toMatchObject({ isOver: false, started: 3 });
  const between = `${call('run_tests', {})}${call('read_file', { path: 'a' })}${call('run_tests', {})}`;
  expect(read(hermesQwen, between)).toMatchObject({ isOver: false, started: 3 });
});

it.each(Object.entries(familyReplies).flatMap(([name, { two }]) => (two === undefined ? [] : [[name, two] as const])))(
  'makes a call of %s once, or both where they differ',
  (name, two) => {
    const format = toolFormats.find((one) => one.name === name) as ToolFormat;
    const { done, started } = read(format, two);
    expect(new Set(done).size).toBe(done.length);
    expect(started).toBe(done.length);
  },
);
