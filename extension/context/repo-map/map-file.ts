import type { SourceFile } from '../../workspace/source-index.ts';
import { isTestCode } from '../../workspace/test-file-name.ts';

export interface MapFile {
  readonly name: string; // workspace-relative, `/`
  readonly source: SourceFile;
  /** The definitions that a map may show are the graph's rows from `first` to before `end`. */
  readonly first: number;
  readonly end: number;
  /** Weight of the file itself: low for tests and generated files. */
  readonly standing: number;
}

export const standings = { source: 1, test: 0.05, generated: 0.02 };
/** Code beside the product: it counts as little as tests do. */
const besidePath = /(^|\/)(__mocks__|fixtures?|testdata|bench|benchmarks?|examples?|demo)\//;
const generatedPaths = [
  /(^|\/)(dist|build|out|vendor|third_party|node_modules|generated|gen|__generated__|__snapshots__|coverage)\//i,
  /[.-](min|bundle|generated|gen|pb)\.\w+$|_pb2?(_grpc)?\.\w+$|\.g\.\w+$|\.designer\.\w+$/i,
];
/** `name`: workspace-relative, with `/`. */
export function standingOf(name: string, isTest: boolean): number {
  if (generatedPaths.some((pattern) => pattern.test(name))) return standings.generated;
  return isTest || isTestCode(name) || besidePath.test(name) ? standings.test : standings.source;
}
