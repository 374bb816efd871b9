// Test functions in the form that vLLM's have, written here. Python runs them, as it runs those of a checkout.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { printVllmResults, runVllmTests } from './vllm-tests.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const folder = mkdtempSync(path.join(os.tmpdir(), 'moonwright-vllm-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shared = `
from vllm.tool_parsers import ToolParser

def run_tool_extraction_streaming(parser, deltas):
    class Gathered:
        text = ""
        calls = []
        def append_delta(self, delta):
            self.text += delta.content or ""
            self.calls = self.calls + list(delta.tool_calls)
    gathered, before = Gathered(), ""
    for delta in deltas:
        message = parser.extract_tool_calls_streaming(before, before + delta, delta, [], [], [], None)
        if message is not None:
            gathered.append_delta(message)
        before += delta
    return gathered
`;
const tests = `
import json
import pytest
from tests.tool_parsers import utils
from vllm.tokenizers import get_tokenizer
from vllm.entrypoints.openai.protocol import ChatCompletionToolsParam, FunctionCall
from vllm.tool_parsers.hermes_tool_parser import Hermes2ProToolParser
from vllm.tool_parsers.other_tool_parser import OtherToolParser

CALL = '<tool_call>{"name": "look_up", "arguments": {"word": "tide"}}</tool_call>'

@pytest.fixture(params=[[], [ChatCompletionToolsParam(function={"name": "look_up", "parameters": {}})]])
def tools(request):
    return request.param

@pytest.fixture
def parser(tools):
    yield Hermes2ProToolParser(get_tokenizer("any"), tools=tools)

@pytest.mark.parametrize("output, words", [(CALL, ["tide"]), pytest.param("plain", [], id="text")])
def test_reads(parser, output, words):
    read = parser.extract_tool_calls(output, None)
    assert [json.loads(call.function.arguments)["word"] for call in read.tool_calls] == words

class TestStream:
    def test_in_pieces(self, parser):
        read = utils.run_tool_extraction_streaming(parser, ["so", " <tool", CALL[5:20], CALL[20:]])
        assert "".join(call.function.arguments for call in read.calls) == '{"word": "tide"}'
        assert read.text == "so"

    def test_differs(self, parser):
        read = parser.extract_tool_calls(CALL, None)
        assert read.tool_calls[0].function == FunctionCall(name="look_up", arguments="{}")

    @pytest.mark.xfail(reason="theirs")
    def test_theirs_fails(self, parser):
        assert False

def test_internals(parser):
    assert parser.current_tool_id == -1

def test_other_family():
    assert OtherToolParser(None).extract_tool_calls("x", None) is None

def test_without_a_reply():
    assert 1 == 1
`;

async function run() {
  for (const [name, content] of Object.entries({ 'utils.py': shared, 'test_one.py': tests })) {
    const file = path.join(folder, 'tests/tool_parsers', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return runVllmTests(folder, import.meta.dirname, '');
}

describe.runIf(hasPython)("vLLM's tests of its parsers", () => {
  it('judge the formats here, with their fixtures, rows and classes', async () => {
    const results = await run();
    const outcomes = Object.fromEntries(results.map(({ test, outcome }) => [test, outcome]));
    const rows = [0, 1, 2, 3].map((row) => [`test_reads[${row}]`, 'equal'] as const);
    const tool = (name: string, outcome: string) => [0, 1].map((row) => [`${name}[${row}]`, outcome] as const);
    expect(outcomes).toEqual({
      ...Object.fromEntries([...rows, ...tool('TestStream.test_in_pieces', 'equal')]),
      ...Object.fromEntries([...tool('TestStream.test_differs', 'different'), ...tool('test_internals', 'other')]),
      'TestStream.test_theirs_fails': 'other',
      test_other_family: 'other',
      test_without_a_reply: 'other',
    });
    const lines: string[] = [];
    printVllmResults(results, (line) => lines.push(line));
    expect(lines).toContain('test_one.py: 6 of 8 equal');
    expect(lines).toContain('not judged: 1 tests: no family here is that of OtherToolParser');
    expect(lines.at(-1)).toBe('13 tests of vLLM, 8 judge what a reply is read as: 6 equal.');
    const difference = lines.find((line) => line.includes('test_differs'));
    expect(difference).toContain('look_up');
  });

  it('are missed where there are none', async () => {
    await expect(runVllmTests(path.join(folder, 'nothing'), import.meta.dirname, '')).rejects.toThrow('no tests');
  });
});
