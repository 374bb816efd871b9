// What the scenes of the gallery are made of: the panel's state, and items of a transcript.

export const before = `/** Adds two numbers. */
export function add(a, b) {
  return a - b;
}

/** Keeps a value between two bounds. */
export function clamp(value, min, max) {
  if (value < min) return min;
  if (value > max) return max;
  return value;
}
`;
const after = before.replace('a - b', 'a + b');

export const baseState = {
  conversation: { id: 'c1', title: '' },
  model: { name: 'nano', state: 'ready', fraction: 1, compact: true, text: 'CPU, 28 MB' },
  mode: 'ask',
  style: { thinking: 'default', length: 'full', levels: [], lengths: false },
  running: false,
  canContinue: false,
  trusted: true,
  approvals: [],
  context: { used: 0, total: 131072, next: 0 },
  speed: undefined,
  spent: { reused: 21400, computed: 5210, generated: 1870, reading: 14.2, writing: 41, tools: 6.3, wattHours: 0.31 },
  pending: [],
  look: { language: 'JavaScript', test: 'test/math.test.js', functionName: 'clamp' },
};

export const user = (turn, text, more = {}) => ({
  kind: 'user',
  id: `user-${turn}`,
  turn,
  text,
  queued: false,
  ...more,
});
export const answer = (id, text, more = {}) => ({
  kind: 'answer',
  id,
  text,
  reasoning: '',
  streaming: false,
  dropped: false,
  ...more,
});
export const call = (id, name, title, more = {}) => ({
  kind: 'call',
  id,
  name,
  title,
  state: 'done',
  result: '',
  output: '',
  view: undefined,
  paths: [],
  dropped: false,
  ...more,
});
export const end = (turn, more = {}) => ({
  kind: 'turnEnd',
  id: `end-${turn}`,
  turn,
  outcome: 'answered',
  text: '',
  reused: 1204,
  computed: 311,
  generated: 96,
  seconds: 4.23,
  reading: 0.6,
  writing: 2.4,
  tools: 1.1,
  wattHours: 0.019,
  files: [],
  state: 'pending',
  ...more,
});
export const diff = { kind: 'diff', path: 'src/math.js', before, after };
export const init = (state, items) => ({ type: 'init', strings: {}, state: { ...baseState, ...state }, items });
