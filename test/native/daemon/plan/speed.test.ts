import { describe, expect, it } from 'vitest';
import type { DeviceInfo } from '../../../../native/protocol/model.ts';
import { planMemory } from '../../../../native/daemon/plan/memory-plan.ts';
import { modelFacts } from '../../../../native/daemon/plan/model-facts.ts';
import { routedBytesPerToken } from '../../../../native/daemon/plan/speed.ts';
import { modelWeights } from '../../../../native/daemon/plan/weights.ts';
import { shapeHeader, shapes } from '../../../support/models/model-shapes.ts';
import type { ModelShape } from '../../../support/models/model-shapes.ts';

const gibibyte = 2 ** 30;
const huge = { totalBytes: 2048 * gibibyte, availableBytes: 2000 * gibibyte };

function routed(shape: ModelShape): number {
  const header = shapeHeader(shape);
  const facts = modelFacts(header);
  return routedBytesPerToken(
    facts,
    modelWeights(header, facts).layers.reduce((sum, layer) => sum + layer.experts, 0),
  );
}

function speed(shape: ModelShape, ramBandwidth: number, devices: readonly DeviceInfo[] = []): number {
  const plan = planMemory({
    model: 'm',
    header: shapeHeader(shape),
    devices,
    ram: huge,
    options: {},
    bandwidths: { ram: ramBandwidth, ramMeasured: false },
  });
  return plan.speed!.decodeTokensPerSecond;
}

describe('bytes of routed experts per token', () => {
  it.each([
    ['Kimi K2 at 4.5 bits', shapes.kimiK2, 11.9],
    ['gpt-oss 120b at 4.25 bits', shapes.gptOss120b, 1.9],
    ['Moonlight at 4.5 bits', shapes.moonlight, 0.76],
  ])('are the published figure for %s', (_, shape, gigabytes) => {
    expect(routed(shape) / 1e9).toBeCloseTo(gigabytes, 1);
  });
});

describe('the expected speed', () => {
  const card: DeviceInfo = {
    name: 'CUDA0',
    description: '',
    kind: 'gpu',
    memoryFree: 23 * gibibyte,
    memoryTotal: 24 * gibibyte,
  };

  it('is bounded by the bytes read from RAM', () => {
    const expertsOnly = 60e9 / routed(shapes.kimiK2);
    expect(expertsOnly).toBeCloseTo(5, 0);
    expect(speed(shapes.kimiK2, 60e9)).toBeLessThan(expertsOnly);
    expect(speed(shapes.kimiK2, 120e9) / speed(shapes.kimiK2, 60e9)).toBeCloseTo(2, 1);
  });

  it('rises when attention moves to a GPU', () => {
    expect(speed(shapes.kimiK2, 60e9, [card])).toBeGreaterThan(speed(shapes.kimiK2, 60e9) * 1.3);
  });

  it('says what it assumes', () => {
    const request = { model: 'm', header: shapeHeader(shapes.qwen3Coder), devices: [card], ram: huge, options: {} };
    const assumed = planMemory({ ...request, bandwidths: { ram: 60e9, ramMeasured: false } }).speed!;
    expect(assumed.basis).toContain('60 GB/s of RAM bandwidth assumed and 350 GB/s of GPU bandwidth assumed');
    const measured = planMemory({ ...request, devices: [], bandwidths: { ram: 41e9, ramMeasured: true } }).speed!;
    expect(measured.basis).toContain('41 GB/s of RAM bandwidth measured here, 8192 tokens in the context');
  });
});
