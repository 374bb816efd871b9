// Reads nano for real; devices are simulated and nothing is loaded.
import { describe, expect, it } from 'vitest';
import type { DeviceInfo } from '../../../../native/protocol/model.ts';
import type { ModelFolders } from '../../../../native/daemon/models/model-folders.ts';
import { copyBandwidth, machineMemory, measureBandwidths } from '../../../../native/daemon/plan/machine.ts';
import { planModel, runPlanCommand } from '../../../../native/daemon/plan/plan-model.ts';
import { planMemory } from '../../../../native/daemon/plan/memory-plan.ts';
import { planReport, sentenceSize } from '../../../../native/daemon/plan/plan-report.ts';
import { shapeHeader, shapes } from '../../../support/models/model-shapes.ts';

const nano = 'native/models/nano.gguf';
const devices: readonly DeviceInfo[] = [
  { name: 'CPU', description: '', kind: 'cpu', memoryFree: undefined, memoryTotal: undefined },
];
const folders: ModelFolders = { own: [], repositories: () => [], caches: [], ollama: [] };

describe('planModel', () => {
  it('plans nano on this machine without loading it', async () => {
    const plan = await planModel({
      model: { path: nano },
      devices,
      options: {},
      bandwidths: await measureBandwidths(),
    });
    expect(plan).toMatchObject({
      model: 'nano',
      contextTokens: 131_072,
      kvType: 'f16',
      kvBytesPerToken: 2560,
      gpuLayers: 0,
      fits: true,
      yarn: undefined,
      layers: 8,
    });
    expect(plan.weightBytes).toBeLessThan(28_790_976);
    expect(plan.speed!.decodeTokensPerSecond).toBeGreaterThan(1);
  });

  it('measures nothing when only a placement is wanted', async () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(await planModel({ model: { path: nano }, devices, options: {} })).toMatchObject({
      fits: true,
      speed: undefined,
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 2 ** 20);
  });

  it('passes on what a file is refused for', async () => {
    await expect(planModel({ model: { path: 'package.json' }, devices, options: {} })).rejects.toMatchObject({
      code: 'model.invalid',
    });
  });
});

describe('this machine', () => {
  it('says how much memory it has', async () => {
    const memory = await machineMemory();
    expect(memory.availableBytes).toBeGreaterThan(0);
    expect(memory.availableBytes).toBeLessThanOrEqual(memory.totalBytes);
  });

  it('measures a bandwidth while the event loop goes on', async () => {
    let turns = 0;
    const turning = setInterval(() => turns++, 0);
    const bytesPerSecond = await copyBandwidth();
    clearInterval(turning);
    expect(bytesPerSecond).toBeGreaterThan(1e8);
    expect(turns).toBeGreaterThan(5);
  });
});

describe('the plan as text', () => {
  it('names model, context, placement, memory and verdict', async () => {
    const text = await runPlanCommand({ load: { model: nano, contextTokens: 8192, kvType: 'q8_0' }, devices, folders });
    expect(text.split('\n').slice(0, 4)).toEqual([
      'nano: 27 MiB of weights, 8 layers',
      'context     8192 tokens per session, pool of 8192',
      'KV cache    q8_0, 1360 bytes per token',
      'placement   everything in RAM',
    ]);
    expect(text).toContain('It fits.');
    expect(text).toMatch(/Expected: up to \d+ tokens per second/);
  });

  it('shows GPUs and notes', () => {
    const gpu: DeviceInfo = {
      name: 'CUDA0',
      description: '',
      kind: 'gpu',
      memoryFree: 15.5 * 2 ** 30,
      memoryTotal: 16 * 2 ** 30,
    };
    const ram = { totalBytes: 64 * 2 ** 30, availableBytes: 60 * 2 ** 30 };
    const text = planReport(
      planMemory({
        model: 'coder',
        header: shapeHeader(shapes.qwen3Coder),
        devices: [...devices, gpu],
        ram,
        options: {},
        bandwidths: { ram: 60e9, ramMeasured: false },
      }),
    );
    expect(text).toMatch(/placement {3}all layers on the GPU, the experts of \d+ of them in RAM/);
    expect(text).toMatch(/^CUDA0 +\d+\.\d GiB +\d+\.\d GiB +\d+ MiB +\d+\.\d GiB +14\.9 GiB$/m);
    expect(text).toMatch(/^- The KV cache is kept in q8_0/m);
  });

  it('says what is wrong with a name', async () => {
    await expect(runPlanCommand({ load: { model: 'nanoo' }, devices, folders })).rejects.toMatchObject({
      code: 'model.missing',
      message: expect.stringContaining('nano, qwen3.5-4b'),
    });
  });

  it('writes sizes for people', () => {
    expect([512, 9_000_000, 2 ** 30, 13.5 * 2 ** 30].map(sentenceSize)).toEqual([
      '0.0 MiB',
      '8.6 MiB',
      '1.0 GiB',
      '13.5 GiB',
    ]);
  });
});
