import { describe, expect, it } from 'vitest';
import { deepseekV3, deepseekV31 } from '../../../../../native/daemon/chat/formats/deepseek-v3.ts';
import { readInAllWays, readReply } from '../../../../support/daemon/reply-reading.ts';

const section = (...calls: string[]): string => `<｜tool▁calls▁begin｜>${calls.join('')}<｜tool▁calls▁end｜>`;
const v31 = (name: string, json: string): string =>
  `<｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${json}<｜tool▁call▁end｜>`;
const v3 = (name: string, json: string): string => v31('function', `${name}\n\`\`\`json\n${json}\n\`\`\``);

describe('DeepSeek', () => {
  it('reads V3.1 calls', () => {
    const read = readInAllWays(
      deepseekV31,
      `I look.${section(v31('read_file', '{"path": "a"}'), v31('run_tests', '{}'))}`,
    );
    expect(read.text).toBe('I look.');
    expect(read.calls).toEqual([
      { id: 'call_0', name: 'read_file', arguments: '{"path": "a"}', repaired: false },
      { id: 'call_1', name: 'run_tests', arguments: '{}', repaired: false },
    ]);
  });

  it('reads V3 and R1 calls', () => {
    const read = readInAllWays(
      deepseekV3,
      `I think\n</think>\n\n${section(v3('read_file', '{"path": "a"}'), `\n${v3('run_tests', '{\n}')}`)}`,
      { prompt: '<｜Assistant｜><think>\n' },
    );
    expect(read).toMatchObject({ reasoning: 'I think', text: '', broken: [] });
    expect(read.calls).toMatchObject([
      { name: 'read_file', arguments: '{"path": "a"}', repaired: false },
      { name: 'run_tests', arguments: '{\n}' },
    ]);
  });

  it.each([
    ['the other section marker', `<｜tool_calls_begin｜>${v31('read_file', '{"path": "a"}')}<｜tool▁calls▁end｜>`],
    ['a name without fence', section(v31('function', 'read_file\n{"path": "a"}'))],
    ['a fence that is not closed', section(v31('function', 'read_file\n```json\n{"path": "a"}'))],
    ['no section', v31('read_file', '{"path": "a"}')],
    ['no ends', '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>read_file<｜tool▁sep｜>{"path": "a"}'],
    ['a call in reasoning', `<think>${section(v31('read_file', '{"path": "a"}'))}`],
  ])('reads %s', (_, text) => {
    const read = readInAllWays(deepseekV3, text);
    expect(read.calls).toMatchObject([{ name: 'read_file', arguments: '{"path": "a"}' }]);
    expect(read.text).toBe('');
  });

  it('refuses an unknown tool, and repairs a name', () => {
    expect(readInAllWays(deepseekV3, section(v3('open_door', '{}'))).broken).toMatchObject([{ name: 'open_door' }]);
    expect(readInAllWays(deepseekV31, section(v31('Read_File', '{"path": "a"}'))).calls).toMatchObject([
      { name: 'read_file', repaired: true },
    ]);
  });

  it('never makes a call of what was cut by length', () => {
    const whole = section(v3('read_file', '{"path": "abc"}'));
    for (let length = 1; length < whole.indexOf('}'); length += 1) {
      expect(readReply(deepseekV3, whole.slice(0, length), { truncated: true }).calls).toEqual([]);
    }
  });
});
