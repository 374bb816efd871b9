import type { MemoryPart } from '../../protocol/model.ts';
import type { ModelPlan } from './memory-plan.ts';

/** Bytes for people: `3.9 GiB`, `820 MiB`. */
export function sentenceSize(bytes: number): string {
  const mebibytes = bytes / (1024 * 1024);
  return mebibytes >= 1024
    ? `${(mebibytes / 1024).toFixed(1)} GiB`
    : `${mebibytes.toFixed(mebibytes < 10 ? 1 : 0)} MiB`;
}

/** The plan as plain text of some twenty lines, without a final line break. */
export function planReport(plan: ModelPlan): string {
  const lines = [
    `${plan.model}: ${sentenceSize(plan.weightBytes)} of weights, ${plan.layers} layers`,
    `context     ${plan.contextTokens} tokens per session, pool of ${plan.poolTokens}`,
    `KV cache    ${plan.kvType}, ${Math.round(plan.kvBytesPerToken)} bytes per token`,
    `placement   ${placementLine(plan)}`,
    '',
    ...table(plan.parts),
    '',
    verdict(plan),
  ];
  if (plan.speed !== undefined) {
    const rate = plan.speed.decodeTokensPerSecond;
    lines.push(
      `Expected: up to ${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)} tokens per second; ${plan.speed.basis}.`,
    );
  }
  if (plan.notes.length > 0) lines.push('', ...plan.notes.map((note) => `- ${note}`));
  return lines.join('\n');
}

function placementLine(plan: ModelPlan): string {
  if (plan.gpuLayers === 0) return 'everything in RAM';
  const layers =
    plan.gpuLayers > plan.layers
      ? 'all layers on the GPU'
      : `${plan.gpuLayers} of ${plan.layers + 1} layers on the GPU`;
  return plan.cpuExpertLayers === 0 ? layers : `${layers}, the experts of ${plan.cpuExpertLayers} of them in RAM`;
}

function table(parts: readonly MemoryPart[]): string[] {
  const width = Math.max(6, ...parts.map((part) => part.device.length));
  const row = (cells: readonly string[]): string =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(width) : cell.padStart(10))).join('  ');
  const rows = parts.map((part) => {
    const needed = part.weights + part.kv + part.compute;
    const available = part.available === undefined ? 'unknown' : sentenceSize(part.available);
    return row([
      part.device,
      sentenceSize(part.weights),
      sentenceSize(part.kv),
      sentenceSize(part.compute),
      sentenceSize(needed),
      available,
    ]);
  });
  return [row(['device', 'weights', 'KV cache', 'compute', 'needed', 'available']), ...rows];
}

function verdict(plan: ModelPlan): string {
  if (plan.fits) return 'It fits.';
  return plan.loadable ? 'It does not fit: it would run from disk.' : 'It does not fit.';
}
