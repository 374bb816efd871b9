/** A test point of TAP with its subtests. */
export interface TapPoint {
  /** Its description; empty when it has none. */
  readonly name: string;
  /** `skipped` for what is marked to be skipped or done later, whatever it came to. */
  readonly result: 'passed' | 'failed' | 'skipped';
  /** The last comment before it at its level: the name of its group for tools without subtests, such as tape. */
  readonly group: string;
  /** The lines of its YAML diagnostics, without their common indentation; else the comments below it. */
  readonly diagnostics: readonly string[];
  readonly children: readonly TapPoint[];
}

export interface TapReport {
  readonly points: readonly TapPoint[];
  /** Why tests are missing: `Bail out!` with its reason, or fewer tests than planned. */
  readonly incomplete?: string;
}

/** Deeper subtests than anybody writes. */
const depthMax = 50;
const pointPattern = /^(not )?ok\b(?:\s+\d+\b)?(?:\s*-(?=\s))?\s*(.*)$/;
const directivePattern = /(?<!\\)#\s*(?:skip|todo)\S*(?:\s.*)?$/i;
/** Comments of runners about the whole run, not the name of a group. */
const summaryPattern =
  /^#\s*(tests?|pass|fail|skip(ped)?|todo|ok|time|duration_ms|suites|cancelled)\b\s*[=:]?\s*[\d.]*/i;

interface Level {
  readonly indent: number;
  readonly points: { -readonly [Key in keyof TapPoint]: TapPoint[Key] }[];
  planned: number | undefined;
  group: string;
  /** The subtests of the next point. */
  subtests: readonly TapPoint[];
  /** True while the last point's braces are open: the subtests are its own. */
  braces: boolean;
}

/**
 * Reads the Test Anything Protocol, versions 12 to 14: subtests (indented by 4, announced or in braces), plans, YAML
 * diagnostics, directives and `Bail out!`. Any other line is what the tests print.
 */
export function tapReport(text: string): TapReport {
  const levels: Level[] = [levelAt(0)];
  let incomplete: string | undefined;
  /** The indentation of the open YAML block. */
  let yaml: number | undefined;
  const close = () => {
    const inner = levels.pop();
    const outer = levels.at(-1);
    if (inner === undefined || outer === undefined) return;
    incomplete ??= shortOfPlan(inner);
    const owner = outer.points.at(-1);
    if (outer.braces && owner !== undefined) owner.children = inner.points;
    else outer.subtests = [...outer.subtests, ...inner.points];
    outer.braces = false;
  };
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trimEnd();
    const indent = line.length - line.trimStart().length;
    const said = line.slice(indent);
    const last = levels.at(-1)?.points.at(-1);
    if (yaml !== undefined && last !== undefined) {
      if (said === '...' && indent <= yaml) yaml = undefined;
      else if (said === '' || indent >= yaml) last.diagnostics = [...last.diagnostics, line.slice(yaml)];
      // A block that was never closed.
      else yaml = undefined;
      if (yaml !== undefined || said === '...') continue;
    }
    if (said === '---' && last !== undefined && indent > (levels.at(-1)?.indent ?? 0)) {
      yaml = indent;
      last.diagnostics = [];
      continue;
    }
    const kind = kindOf(said);
    if (kind === undefined || indent % 4 !== 0) continue;
    if (kind === 'bail') return { points: closed(levels), incomplete: `it bailed out${reasonOf(said)}` };
    while (levels.length > 1 && indent < (levels.at(-1)?.indent ?? 0)) close();
    if (indent > (levels.at(-1)?.indent ?? 0) && levels.length < depthMax) levels.push(levelAt(indent));
    const level = levels.at(-1);
    if (level !== undefined) readLine(level, kind, said);
  }
  const top = levels[0];
  const points = closed(levels);
  incomplete ??= top && shortOfPlan(top);
  return { points, ...(incomplete !== undefined && { incomplete }) };
}

function levelAt(indent: number): Level {
  return { indent, points: [], planned: undefined, group: '', subtests: [], braces: false };
}

type LineKind = 'point' | 'plan' | 'comment' | 'bail';

function kindOf(said: string): LineKind | undefined {
  if (/^(not )?ok\b/.test(said)) return 'point';
  if (/^1\.\.\d+(\s|$)/.test(said)) return 'plan';
  if (said.startsWith('#')) return 'comment';
  return said.startsWith('Bail out!') ? 'bail' : undefined;
}

function readLine(level: Level, kind: LineKind, said: string): void {
  const last = level.points.at(-1);
  if (kind === 'plan') level.planned = Number(/^1\.\.(\d+)/.exec(said)?.[1]);
  if (kind === 'comment') {
    const comment = said.replace(/^#\s?/, '');
    if (summaryPattern.test(said) || comment.startsWith('Subtest')) return;
    level.group = comment.trim();
    if (last?.result === 'failed' && last.diagnostics.length < 200) last.diagnostics = [...last.diagnostics, comment];
  }
  if (kind !== 'point') return;
  const [, not, rest = ''] = pointPattern.exec(said) ?? [];
  const opensBraces = /\s\{$/.test(rest);
  const description = opensBraces ? rest.replace(/\s*\{$/, '') : rest;
  const name = description
    .replace(directivePattern, '')
    // What node-tap adds.
    .replace(/\s+# time=[\d.]+m?s$/, '')
    .replaceAll(/\\([#\\])/g, '$1')
    .trim();
  const judged = not === undefined ? 'passed' : 'failed';
  level.points.push({
    name,
    result: directivePattern.test(description) ? 'skipped' : judged,
    group: level.group,
    diagnostics: [],
    children: level.subtests,
  });
  level.subtests = [];
  level.braces = opensBraces;
}

/** Closes the levels that the end of the output left open: their tests have no point of their own. */
function closed(levels: readonly Level[]): readonly TapPoint[] {
  return levels.flatMap((level) => [...level.points, ...level.subtests]);
}

function shortOfPlan({ planned, points }: Level): string | undefined {
  if (planned === undefined || points.length >= planned) return undefined;
  return `${points.length} of ${planned} tests ran`;
}

function reasonOf(said: string): string {
  const reason = said.slice('Bail out!'.length).trim();
  return reason === '' ? '' : `: ${reason}`;
}
