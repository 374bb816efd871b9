// Faked: another extension that offers tools.
import { describe, expect, it } from 'vitest';
import { externalTools, type ExternalTool } from '../../../extension/tools/external-tools.ts';
import { Toolbox } from '../../../extension/tools/toolbox.ts';
import { looked } from '../../support/extension/scripted-tools.ts';

const weather: ExternalTool = {
  name: 'mcp_weather',
  description: 'The weather.',
  inputSchema: {
    $schema: 'x',
    type: 'object',
    properties: { city: { type: 'string', description: 'City' } },
    required: ['city'],
  },
  invoke: async (input) => `sunny in ${JSON.stringify(input)}`,
};
const signal = new AbortController().signal;

describe('a tool of another extension', () => {
  it('is shown with its own schema', () => {
    const [definition] = new Toolbox(externalTools([weather], new Set()), 'full').definitions();
    expect(definition).toEqual({
      name: 'mcp_weather',
      description: 'The weather.',
      parameters: { type: 'object', properties: { city: { type: 'string', description: 'City' } }, required: ['city'] },
    });
  });

  it('needs permission by its name, and shows what it would get', async () => {
    const toolbox = new Toolbox(externalTools([weather], new Set()), 'full');
    const resolved = await looked(toolbox.resolve({ id: '0', name: 'mcp_weather', arguments: '{"city":"Oslo"}' }));
    expect(resolved.access).toEqual({ kind: 'external', tool: 'mcp_weather' });
    expect(resolved.preview).toEqual({ kind: 'text', text: '{\n  "city": "Oslo"\n}' });
    expect((await resolved.run({ signal, onOutput: () => undefined })).text).toBe('sunny in {"city":"Oslo"}');
  });

  it('that fails is a result', async () => {
    const broken = {
      ...weather,
      invoke: async () => {
        throw new Error('no network');
      },
    };
    const resolved = await looked(
      new Toolbox(externalTools([broken], new Set()), 'full').resolve({
        id: '0',
        name: 'mcp_weather',
        arguments: '{}',
      }),
    );
    expect(await resolved.run({ signal, onOutput: () => undefined })).toEqual({
      text: 'Error: no network',
      failed: true,
    });
  });

  it('never takes the place of another one, and is not offered to small models', () => {
    expect(
      externalTools([weather, weather, { ...weather, name: 'bad name' }], new Set(['x'])).map((tool) => tool.name),
    ).toEqual(['mcp_weather']);
    expect(externalTools([weather], new Set(['mcp_weather']))).toEqual([]);
    expect(new Toolbox(externalTools([weather], new Set()), 'compact').definitions()).toEqual([]);
  });
});
