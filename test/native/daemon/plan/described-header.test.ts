// Plans from published numbers beside plans from headers: nano's real file, and the shapes of the generated models.
import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DeviceInfo } from '../../../../native/protocol/model.ts';
import { readHeader } from '../../../../native/daemon/gguf/read-header.ts';
import { catalogueEntries, catalogueEntry, shapeOf } from '../../../../native/daemon/models/catalogue.ts';
import type { CatalogueEntry } from '../../../../native/daemon/models/catalogue.ts';
import { describedHeader } from '../../../../native/daemon/plan/described-header.ts';
import { describedParameters } from '../../../../native/daemon/plan/described-weights.ts';
import type { WeightSizes } from '../../../../native/daemon/plan/described-weights.ts';
import { planMemory } from '../../../../native/daemon/plan/memory-plan.ts';
import type { ModelPlan } from '../../../../native/daemon/plan/memory-plan.ts';
import { modelFacts } from '../../../../native/daemon/plan/model-facts.ts';
import type { PlannedHeader } from '../../../../native/daemon/plan/model-facts.ts';
import { quantisationSizes } from '../../../../native/daemon/plan/quantisation-bits.ts';
import { shapeHeader, shapes } from '../../../support/models/model-shapes.ts';
import type { ModelShape } from '../../../support/models/model-shapes.ts';

const gibibyte = 2 ** 30;

function planOn(header: PlannedHeader, gpuGibibytes: number): ModelPlan {
  const gpu: DeviceInfo = {
    name: 'CUDA0',
    description: 'simulated',
    kind: 'gpu',
    memoryFree: gpuGibibytes * gibibyte,
    memoryTotal: gpuGibibytes * gibibyte,
  };
  return planMemory({
    model: 'm',
    header,
    devices: gpuGibibytes === 0 ? [] : [gpu],
    ram: { totalBytes: 128 * gibibyte, availableBytes: 120 * gibibyte },
    options: {},
    bandwidths: { ram: 60e9, ramMeasured: false },
  });
}

function described(entry: CatalogueEntry, contextTokens: number, weights: WeightSizes): PlannedHeader {
  return describedHeader({ architecture: entry.architecture, contextTokens, shape: shapeOf(entry), weights });
}

/** Every number of the plan within `share` of the other's, and the same decisions. */
function expectNear(plan: ModelPlan, real: ModelPlan, share: number): void {
  const near = (a: number, b: number): void => expect(Math.abs(a - b)).toBeLessThanOrEqual(Math.max(a, b) * share);
  const { layers, kvType, contextTokens, kvBytesPerToken, gpuLayers, fits } = real;
  expect(plan).toMatchObject({ layers, kvType, contextTokens, kvBytesPerToken, gpuLayers, fits });
  near(plan.weightBytes, real.weightBytes);
  near(plan.speed!.decodeTokensPerSecond, real.speed!.decodeTokensPerSecond);
  expect(plan.parts.map((part) => part.device)).toEqual(real.parts.map((part) => part.device));
  const sum = ({ weights, kv, compute }: ModelPlan['parts'][number]): number => weights + kv + compute;
  for (const [at, part] of real.parts.entries()) near(sum(plan.parts[at]!), sum(part));
  expect(Math.abs(plan.cpuExpertLayers - real.cpuExpertLayers)).toBeLessThanOrEqual(1);
}

describe('a plan from published numbers', () => {
  it('is for nano the plan from its file', async () => {
    const real = await readHeader('native/models/nano.gguf');
    const bytes = statSync('native/models/nano.gguf').size;
    const header = described(catalogueEntry('nano')!, 131_072, quantisationSizes('Q8_0', bytes));
    expectNear(planOn(header, 0), planOn(real, 0), 0.02);
    expectNear(planOn(header, 8), planOn(real, 8), 0.02);
  });

  const generated: readonly (readonly [string, ModelShape, number])[] = [
    ['moonlight', shapes.moonlight, 4.5],
    ['qwen3-coder', shapes.qwen3Coder, 4.5],
    ['gpt-oss-20b', shapes.gptOss20b, 4.25],
    ['gpt-oss-120b', shapes.gptOss120b, 4.25],
    ['glm-4.5-air', shapes.glm45Air, 4.5],
    ['kimi-linear', shapes.kimiLinear, 4.5],
    ['qwen3-coder-next', shapes.qwen3Next, 4.5],
  ];
  it.each(generated.flatMap((each) => [0, 8, 24].map((gpu) => [...each, gpu] as const)))(
    'is for %s the plan from a header (%#)',
    (name, shape, expertBits, gpu) => {
      const header = described(catalogueEntry(name)!, shape.context, { expertBits, otherBits: 8.5 });
      expectNear(planOn(header, gpu), planOn(shapeHeader(shape), gpu), 0.05);
    },
  );
});

describe('the shapes of the catalogue', () => {
  it.each(catalogueEntries)('$name has as many weights as its makers say', (entry) => {
    const count = describedParameters(shapeOf(entry)) / entry.parameters;
    // Makers round, and count vision encoders and prediction blocks or do not.
    expect(count).toBeGreaterThan(0.9);
    expect(count).toBeLessThan(1.1);
  });

  it.each(catalogueEntries.filter((entry) => entry.activeParameters !== undefined))(
    '$name uses as many for a token as its makers say',
    (entry) => {
      const shape = shapeOf(entry);
      const { count, used } = shape.experts!;
      const total = describedParameters(shape);
      const alone = describedParameters({ ...shape, experts: { ...shape.experts!, count: 1 } });
      const routed = ((total - alone) / (count - 1)) * (used - 1);
      expect((alone + routed) / entry.activeParameters!).toBeGreaterThan(0.6);
      expect((alone + routed) / entry.activeParameters!).toBeLessThan(1.6);
    },
  );
});

describe('layers without a full cache', () => {
  const factsOf = (name: string) => {
    const entry = catalogueEntry(name)!;
    return modelFacts(described(entry, entry.contextNative ?? 32_768, quantisationSizes('Q4_K_M', undefined)));
  };

  it('keeps the window of Gemma 4 small, and its full layers wide', () => {
    const { cache, window } = factsOf('gemma-4-12b');
    expect(window).toBe(1024);
    expect(cache.filter(({ kind }) => kind === 'full')).toHaveLength(8);
    expect(cache[0]).toMatchObject({ kind: 'window', keyElements: 8 * 256 });
    expect(cache[5]).toMatchObject({ kind: 'full', keyElements: 512 });
  });

  it('begins the periods of Laguna with the full layer, as the engine does', () => {
    const { cache } = factsOf('laguna-xs-2.1');
    expect(cache.slice(0, 5).map(({ kind }) => kind)).toEqual(['full', 'window', 'window', 'window', 'full']);
  });

  it('gives delta nets a state, and every fourth layer a cache', () => {
    const { cache } = factsOf('qwen3.8-27b');
    expect(cache.map(({ kind }) => kind).filter((kind) => kind === 'full')).toHaveLength(16);
    expect(cache[0]).toMatchObject({ kind: 'state', channels: 6144 });
  });
});

describe('tables that are read row by row', () => {
  it('take no memory, and the plan says so', () => {
    const entry = catalogueEntry('qwen3.8-flash-next')!;
    const plan = planOn(described(entry, 262_144, quantisationSizes('IQ4_XS', 93.4e9)), 0);
    expect(plan.weightBytes / 66.4e9).toBeCloseTo(1, 2);
    expect(plan.fits).toBe(true);
    expect(plan.notes).toContainEqual(expect.stringContaining('Tables of 25.1 GiB stay on the disk'));
  });
});

describe('experts in RAM beside a small GPU', () => {
  it('runs a 35B-A3B on a card of 8 GB with 32 GB of RAM', () => {
    const entry = catalogueEntry('qwen3.6-35b-a3b')!;
    const { bytes } = entry.quantisations[0]!;
    const plan = planMemory({
      model: entry.name,
      header: described(entry, 262_144, quantisationSizes('UD-Q4_K_M', bytes)),
      devices: [{ name: 'CUDA0', description: '', kind: 'gpu', memoryFree: 7.5 * gibibyte, memoryTotal: 8 * gibibyte }],
      ram: { totalBytes: 32 * gibibyte, availableBytes: 27 * gibibyte },
      options: {},
      bandwidths: { ram: 60e9, ramMeasured: false },
    });
    expect(plan).toMatchObject({ fits: true, gpuLayers: 41, contextTokens: 131_072 });
    expect(plan.cpuExpertLayers).toBeGreaterThan(20);
    expect(plan.cpuExpertLayers).toBeLessThan(40);
    expect(plan.speed!.decodeTokensPerSecond).toBeGreaterThan(25);
  });
});
