import path from 'node:path';
import { onOneLine } from '../printed-value.ts';
import type { TestFailure, TestOutcome } from '../test-outcome.ts';
import { diffSides } from './printed-diff.ts';
import type { TapPoint } from './tap-report.ts';

export interface TapReading {
  readonly folder: string;
  /**
   * True where a test point is one assertion of a test, as with tap and tape: a failure has the test's name
   * then, and its description is the assertion's message.
   */
  readonly assertions: boolean;
}

/** The outcomes of the innermost test points. */
export function tapOutcomes(points: readonly TapPoint[], reading: TapReading): TestOutcome[] {
  return points.flatMap((point) => outcomesOf(point, point.group, reading));
}

/** The point of a whole file, as tap reports one: what is directly in it has no test around it. */
const fileName = /\.([cm]?[jt]sx?)$/;

function outcomesOf(point: TapPoint, test: string, reading: TapReading): TestOutcome[] {
  const around = fileName.test(point.name) ? '' : point.name;
  const inner = point.children.flatMap((child) => outcomesOf(child, child.group || around, reading));
  // A test point after subtests sums them up. One that failed although they passed says why itself.
  const sums = point.result !== 'failed' || inner.some((outcome) => outcome.result === 'failed');
  if (inner.length > 0 && sums) return inner;
  const name = reading.assertions && test !== '' ? test : point.name;
  if (point.result !== 'failed') return [...inner, { name, result: point.result }];
  const fields = diagnosticFields(point.diagnostics);
  const description = name === point.name ? '' : point.name;
  return [
    ...inner,
    { name, result: 'failed', ...placeIn(fields, reading.folder), failure: failureOf(fields, description, point) },
  ];
}

/**
 * The scalar values of YAML diagnostics by their keys; nested ones with dots between (`at.fileName`). Only the plain
 * part of YAML that TAP producers write; other lines are left out.
 */
function diagnosticFields(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const parents: { readonly indent: number; readonly key: string }[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, space = '', quoted, bare, value = ''] =
      /^(\s*)(?:'((?:[^']|'')*)'|([\w$./ -]+?)):(?:\s+(.*))?$/.exec(lines[at] ?? '') ?? [];
    const own = quoted?.replaceAll("''", "'") ?? bare;
    if (own === undefined) continue;
    while (parents.length > 0 && (parents.at(-1)?.indent ?? 0) >= space.length) parents.pop();
    const key = [...parents.map((parent) => parent.key), own].join('.');
    const block = /^[|>]\d?[+-]?$/.test(value) || value === '' ? blockBelow(lines, at, space.length) : [];
    if (value === '') {
      parents.push({ indent: space.length, key: own });
      continue;
    }
    if (block.length === 0) {
      fields.set(key, value.trim());
      continue;
    }
    fields.set(key, value.startsWith('>') ? block.map((line) => line.trim()).join(' ') : block.join('\n'));
    at += block.length;
  }
  return fields;
}

/** The lines below that are indented more, without their common indentation. */
function blockBelow(lines: readonly string[], at: number, indent: number): string[] {
  const block: string[] = [];
  for (const line of lines.slice(at + 1)) {
    if (line.trim() !== '' && line.length - line.trimStart().length <= indent) break;
    block.push(line);
  }
  const depths = block.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const common = Math.min(...depths, 1000);
  return block.map((line) => line.slice(common));
}

function failureOf(fields: ReadonlyMap<string, string>, description: string, point: TapPoint): TestFailure {
  const message = unquoted(fields.get('message') ?? '') || description;
  const own = message === '' || message.startsWith('should ') ? {} : { message };
  const pair = pairIn(fields);
  if (pair !== undefined) return { kind: 'compared', ...pair, ...own };
  const [key = '', detail = ''] = [...fields].find(([name]) => name.startsWith('details.')) ?? [];
  const title = key.slice('details.'.length);
  const cause = fields.get('cause.message');
  const said = [
    // Ava's words for the kind of failure are in both.
    ...(message === '' || title.startsWith(message) ? [] : [message]),
    ...(detail === '' ? [] : [`${title} ${onOneLine(unquoted(detail))}`]),
    ...(cause === undefined ? [] : [`(cause: ${unquoted(cause)})`]),
  ];
  const [line = ''] = point.diagnostics.filter((text) => text.trim() !== '');
  return { kind: 'message', text: said.join(' ') || (fields.size > 0 ? '' : line) || 'failed without a message' };
}

type Pair = { readonly expected: string; readonly actual: string };

/** The two values: under their usual keys, or in a diff. */
function pairIn(fields: ReadonlyMap<string, string>): Pair | undefined {
  for (const [expected, actual] of [
    ['expected', 'actual'],
    ['wanted', 'found'],
    ['expected', 'got'],
  ] as const) {
    const values = { expected: fields.get(expected), actual: fields.get(actual) };
    if (values.expected !== undefined && values.actual !== undefined)
      return { expected: onOneLine(values.expected), actual: onOneLine(values.actual) };
  }
  const unified = fields.get('diff');
  if (unified !== undefined && unified.startsWith('--- expected\n+++ actual\n'))
    return diffSides(unified.split('\n').slice(2), { expected: '-', actual: '+' });
  const marked = [...fields].find(([key]) => key.includes('Difference (- actual, + expected)'))?.[1];
  return marked === undefined ? undefined : diffSides(marked.split('\n'), { expected: '+', actual: '-' });
}

function placeIn(fields: ReadonlyMap<string, string>, folder: string): Pick<TestOutcome, 'file' | 'line'> {
  const named = fields.get('at.fileName') ?? fields.get('file');
  const line = Number(fields.get('at.lineNumber') ?? fields.get('line'));
  if (named !== undefined)
    return { file: path.resolve(folder, unquoted(named)), ...(Number.isInteger(line) && { line }) };
  const frames = [fields.get('at') ?? '', ...(fields.get('stack') ?? '').split('\n')];
  for (const frame of frames) {
    const place = /(?:^|[\s('])(?:file:\/\/)?([^\s()':]*[^\s():']):(\d+):\d+\)?'?$/.exec(frame.trim());
    if (place !== null && !/node_modules|^node:/.test(place[1] ?? ''))
      return { file: path.resolve(folder, place[1] ?? ''), line: Number(place[2]) };
  }
  return {};
}

function unquoted(text: string): string {
  return /^'[^]*'$/.test(text) ? text.slice(1, -1).replaceAll("''", "'") : text.replace(/^"([^]*)"$/, '$1');
}
