import type { DeviceInfo, KvType, SpeedEstimate } from '../../protocol/model.ts';
import { kvBytesPerToken } from './kv-cost.ts';
import type { ModelFacts } from './model-facts.ts';
import type { Placement } from './placement.ts';
import type { ModelWeights } from './weights.ts';

/** Bytes per second. `ramMeasured`: measured on this machine; false: assumed. */
export interface Bandwidths {
  readonly ram: number;
  readonly ramMeasured: boolean;
  readonly gpu?: number;
}

const gigabyte = 1e9;
const syncSeconds = 20e-6; // one hand-over between CPU and GPU per layer that is split
/** A conversation of some length: attention reads all of it for every token. */
const conversationTokens = 8192;

export interface SpeedRequest {
  readonly facts: ModelFacts;
  readonly weights: ModelWeights;
  readonly placement: Placement;
  readonly kvType: KvType;
  readonly devices: readonly DeviceInfo[];
  readonly bandwidths: Bandwidths;
}

/** Bytes of the experts that one token is routed to: 3 * embedding * width * used * layers * bits / 8. */
export function routedBytesPerToken(facts: ModelFacts, expertBytes: number): number {
  return facts.experts === undefined ? expertBytes : (expertBytes * facts.experts.used) / facts.experts.count;
}

/**
 * The roofline: a token cannot take less time than reading, from each memory, the weights and cached tokens that it
 * needs (t = routed / ram + (shared + kv) / vram + layers * sync). Computing is taken as free, so small models and
 * long prompts stay below it.
 */
export function estimateSpeed(request: SpeedRequest): SpeedEstimate {
  const { facts, weights, placement, bandwidths } = request;
  const cpu = placement.parts[0];
  const gpuParts = placement.parts.slice(1);
  const gpuBandwidth = bandwidths.gpu ?? assumedGpuBandwidth(request.devices);
  const kvRead = kvBytesPerToken(facts, request.kvType) * conversationTokens;
  const kvTotal = placement.parts.reduce((sum, part) => sum + part.kv, 0);
  const kvShare = kvTotal === 0 ? 0 : placement.kvOnGpu / kvTotal;
  const cpuShared = Math.max(0, (cpu?.weights ?? 0) - placement.experts.inRam - weights.input);
  const gpuShared = gpuParts.reduce((sum, part) => sum + part.weights, 0) - placement.experts.onGpu;
  const cpuBytes = routedBytesPerToken(facts, placement.experts.inRam) + cpuShared + kvRead * (1 - kvShare);
  const gpuBytes = routedBytesPerToken(facts, placement.experts.onGpu) + gpuShared + kvRead * kvShare;
  const seconds = cpuBytes / bandwidths.ram + gpuBytes / gpuBandwidth + placement.cpuExpertLayers.length * syncSeconds;
  const ram = `${rate(bandwidths.ram)} of RAM bandwidth ${bandwidths.ramMeasured ? 'measured here' : 'assumed'}`;
  const gpu = gpuParts.length === 0 ? '' : ` and ${rate(gpuBandwidth)} of GPU bandwidth assumed`;
  const onGpu = gpuParts.length === 0 ? '' : `, ${size(gpuBytes)} on the GPU`;
  return {
    decodeTokensPerSecond: 1 / seconds,
    basis:
      `upper bound from bytes read per token (${size(cpuBytes)} from RAM${onGpu}) ` +
      `with ${ram}${gpu}, ${conversationTokens} tokens in the context`,
  };
}

function assumedGpuBandwidth(devices: readonly DeviceInfo[]): number {
  const discrete = devices.some((device) => device.kind === 'gpu' && !/^(MTL|Metal)/i.test(device.name));
  const apple = devices.some((device) => /^(MTL|Metal)/i.test(device.name));
  if (discrete) return 350 * gigabyte;
  return apple ? 200 * gigabyte : 60 * gigabyte;
}

function rate(bytesPerSecond: number): string {
  return `${(bytesPerSecond / gigabyte).toFixed(0)} GB/s`;
}

function size(bytes: number): string {
  return bytes >= gigabyte ? `${(bytes / gigabyte).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;
}
