/** Reads Prometheus' text format strictly; throws on any other line, or a sample without a declared type. */
export function parseMetrics(text: string): { samples: Map<string, number>; types: Map<string, string> } {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  for (const line of text.slice(0, -1).split('\n')) {
    const type = /^# TYPE ([a-z_]+) (counter|gauge)$/.exec(line);
    if (type !== null) types.set(type[1]!, type[2]!);
    if (type !== null || /^# HELP [a-z_]+ .+$/.test(line)) continue;
    const sample =
      /^(([a-z_]+)(?:\{[a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})?) (-?[0-9.e+-]+)$/.exec(line);
    if (sample === null || !types.has(sample[2]!)) throw new Error(`not a sample: ${line}`);
    samples.set(sample[1]!, Number(sample[3]));
  }
  return { samples, types };
}
