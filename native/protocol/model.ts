/** What a model is, what it needs, and where it would run. Sizes in bytes, times in seconds unless said. */

export type KvType = 'f16' | 'q8_0';
export type BackendName = 'cpu' | 'vulkan' | 'cuda' | 'metal';

export interface DeviceInfo {
  readonly name: string;
  readonly description: string;
  readonly kind: 'cpu' | 'gpu' | 'igpu' | 'accel';
  readonly memoryFree: number | undefined; // undefined: the driver does not say
  readonly memoryTotal: number | undefined;
}

/** The backend that was chosen, and what became of every candidate. */
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
  /** What was decided and why, and what would help; one sentence each. */
  readonly notes: readonly string[];
  /** Estimated for who asks for a plan, not where a model is loaded. */
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

/** Expected tokens per second, from bytes read per token and memory bandwidth; a bound, not a promise. */
export interface SpeedEstimate {
  readonly decodeTokensPerSecond: number;
  readonly basis: string;
}
