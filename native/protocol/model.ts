/** Models, their memory, and the devices they run on. Sizes in bytes, times in seconds unless stated. */

export type KvType = 'f16' | 'q8_0';
export type BackendName = 'cpu' | 'vulkan' | 'cuda' | 'metal';

export interface DeviceInfo {
  readonly name: string;
  readonly description: string;
  readonly kind: 'cpu' | 'gpu' | 'igpu' | 'accel';
  readonly memoryFree: number | undefined; // undefined: the driver does not say
  readonly memoryTotal: number | undefined;
}

/** The chosen backend, and for every candidate whether it is usable and why. */
export interface BackendReport {
  readonly backend: BackendName;
  readonly candidates: readonly { readonly backend: BackendName; readonly usable: boolean; readonly reason: string }[];
  readonly devices: readonly DeviceInfo[];
}

export interface ModelSummary {
  readonly name: string;
  readonly family: string;
  readonly path: string | undefined; // undefined: not on this machine
  readonly sizeBytes: number | undefined;
  readonly contextTokens: number;
  readonly licence: string;
  readonly source: string | undefined; // where to get it
  readonly loaded: boolean;
  readonly description: string;
}

export interface MemoryPlan {
  readonly model: string;
  readonly contextTokens: number; // per session
  readonly poolTokens: number; // KV cells in all
  readonly kvType: KvType;
  readonly kvBytesPerToken: number;
  readonly gpuLayers: number;
  readonly cpuExpertLayers: number;
  readonly parts: readonly MemoryPart[];
  readonly fits: boolean;
  /** One sentence per decision: what was decided, why, and what would help. */
  readonly notes: readonly string[];
  /** Only in a plan that was asked for, not where a model is loaded. */
  readonly speed: SpeedEstimate | undefined;
}

/** Bytes on one device ("CPU" or the device's name). */
export interface MemoryPart {
  readonly device: string;
  readonly weights: number;
  readonly kv: number;
  readonly compute: number;
  readonly available: number | undefined;
}

/** Expected tokens per second, from bytes read per token and memory bandwidth: an upper bound. */
export interface SpeedEstimate {
  readonly decodeTokensPerSecond: number;
  readonly basis: string;
}
