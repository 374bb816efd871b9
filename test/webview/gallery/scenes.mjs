// Recorded situations of the panel: each is a list of messages as the extension sends them.

import { before, user, answer, call, end, diff, init } from './scene-parts.mjs';

const fix = [
  user(0, 'Fix the failing test.'),
  call('1', 'run_tests', 'Run tests', {
    result: '1 failed, 3 passed\n\nFAIL add works (test/math.test.js:6)\n  expected: 5\n  actual: -1',
  }),
  call('2', 'read_file', 'Read src/math.js', { result: before }),
  call('3', 'edit_file', 'Edit src/math.js', {
    view: diff,
    result: 'Edited src/math.js (1 replacement).',
    paths: ['src/math.js'],
  }),
  call('4', 'run_tests', 'Run tests', { result: '4 passed' }),
  answer('a1', 'I fixed `add` in `src/math.js:3`: it subtracted instead of adding. All **4 tests** pass now.'),
  end(0, { files: [{ path: 'src/math.js', change: 'edited', added: 1, removed: 1 }] }),
];

const markdown = `## What \`clamp\` does

It keeps a value *between* two bounds, see [the test](test/math.test.js#L12) and [the docs](https://example.com/clamp).

1. smaller than \`min\`: gives \`min\`
2. larger than \`max\`: gives \`max\`
   - also for \`Infinity\`

\`\`\`js src/math.js
// A shorter way to write it
export function clamp(value, min, max) {
  const text = \`\${value} is between \${min} and \${max}\`;
  return Math.min(Math.max(value, min), max); // 42
}
\`\`\`

| input | result |
|---|---|
| \`clamp(5, 0, 3)\` | 3 |
| \`clamp(-1, 0, 3)\` | 0 |

> Beware of \`NaN\`.

![diagram](https://evil.example/x.png) <script>alert(1)</script>`;

export const scenes = {
  'first-run': [init({}, [])],
  loading: [
    init({ model: { name: 'nano', state: 'loading', fraction: 0.43, compact: true, text: '12 of 28 MB' } }, []),
  ],
  failed: [
    init(
      {
        model: {
          name: 'qwen3-coder-30b',
          state: 'failed',
          fraction: 0,
          compact: false,
          text: 'The engine stopped 5 times in 10 minutes. Last line of the log: not enough memory for 18.2 GB of weights.',
        },
      },
      [user(0, 'Fix the failing test.')],
    ),
  ],
  fix: [
    init(
      { conversation: { id: 'c1', title: 'Fix the failing test.' }, context: { used: 1515, total: 131072, next: 0 } },
      fix,
    ),
  ],
  running: [
    init(
      {
        conversation: { id: 'c1', title: 'Fix the failing test.' },
        running: true,
        speed: 412.4,
        context: { used: 98304, total: 131072, next: 2048 },
      },
      [
        ...fix.slice(0, 4),
        call('4', 'run_command', 'npm run build', {
          state: 'running',
          view: { kind: 'command', command: 'npm run build', folder: '', notes: [] },
          output: '> build\n> node build.mjs\n\nbundling 14 files...\n',
        }),
        user(-1, 'Then update the changelog, please.', { id: 'queued-1', queued: true, steers: false }),
        user(-1, 'Use the fast path', { id: 'steer-1', queued: true, steers: true }),
      ],
    ),
  ],
  'approval-edit': [
    init(
      {
        conversation: { id: 'c1', title: 'Fix the failing test.' },
        running: true,
        context: { used: 900, total: 131072, next: 0 },
        approvals: [
          { callId: 'functions.edit_file:2', title: 'Edit src/math.js', view: diff, rule: 'edit(src/**)' },
          { callId: 'x', title: 'y', view: undefined, rule: undefined },
        ],
      },
      [...fix.slice(0, 3), call('3', 'edit_file', 'Edit src/math.js', { state: 'waiting', view: diff })],
    ),
  ],
  'approval-command': [
    init(
      {
        conversation: { id: 'c1', title: 'Publish' },
        mode: 'edit',
        running: true,
        approvals: [
          {
            callId: 'c',
            title: 'Run a command',
            view: {
              kind: 'command',
              command: 'rm -rf dist && npm run build -- --minify',
              folder: 'packages/web',
              notes: [
                'Files in node_modules are not covered by undo.',
                'Runs with your rights; it can reach the network.',
              ],
            },
            rule: undefined,
          },
        ],
      },
      [
        user(0, 'Build a release'),
        answer('a', 'I will clean the output folder and build again.'),
        call('3', 'run_command', 'rm -rf dist && npm run build -- --minify', {
          state: 'waiting',
          view: {
            kind: 'command',
            command: 'rm -rf dist && npm run build -- --minify',
            folder: 'packages/web',
            notes: [],
          },
        }),
      ],
    ),
  ],
  markdown: [
    init(
      {
        conversation: { id: 'c1', title: 'What does clamp do?' },
        context: { used: 124000, total: 131072, next: 1200 },
      },
      [
        user(0, 'What does clamp do?'),
        answer('a', markdown, { reasoning: 'The user asks about clamp.\nI read src/math.js first.' }),
        end(0),
      ],
    ),
  ],
  'plan-question': [
    init({ conversation: { id: 'c1', title: 'Move the parser' }, mode: 'plan', running: true }, [
      user(0, 'Move the parser into its own package'),
      {
        kind: 'plan',
        id: 'p',
        steps: [
          { text: 'Find who imports the parser', status: 'done' },
          { text: 'Make the package and move the files', status: 'active' },
          { text: 'Run the tests', status: 'pending' },
        ],
      },
      answer('r', '', { reasoning: 'Which package manager is used here?', streaming: false }),
      {
        kind: 'question',
        id: 'q',
        question: 'Should the old entry point stay as a re-export?',
        choices: ['Keep it', 'Remove it', 'Keep it for one release'],
        answer: undefined,
      },
      { kind: 'question', id: 'q2', question: 'Which name?', choices: [], answer: 'parser-core' },
    ]),
  ],
  stopped: [
    init(
      {
        conversation: { id: 'c1', title: 'Run the slow tests' },
        canContinue: true,
        trusted: false,
        mode: 'autonomous',
      },
      [
        user(0, 'Run the slow tests'),
        answer('d', 'Let me run the `slow` tests first.', { dropped: true }),
        call('1', 'run_tests', 'Run tests in test/slow', {
          state: 'cancelled',
          dropped: true,
          result: 'Error: the user stopped this call.',
        }),
        {
          kind: 'notice',
          id: 'n',
          level: 'warning',
          text: 'No progress over the last steps: the same test fails in the same way.',
        },
        {
          kind: 'notice',
          id: 'n2',
          level: 'info',
          text: 'The conversation was shortened from 1512 to 402 tokens.',
        },
        {
          kind: 'notice',
          id: 'n3',
          level: 'error',
          text: 'The engine could not be reached.',
        },
        call('5', 'edit_file', 'Edit src/math.js', {
          state: 'failed',
          result: 'Error: old_string is not in src/math.js. Read the file again.',
        }),
        call('6', 'delete_file', 'Delete src/old.js', {
          state: 'declined',
          result: 'Error: the user declined this call.',
        }),
        end(0, {
          outcome: 'limit',
          text: '30 steps were made.',
          files: [
            { path: 'packages/web/src/components/panel-view.ts', change: 'edited', added: 12, removed: 3 },
            { path: 'src/new.js', change: 'created', added: 20, removed: 0 },
            { path: 'src/old.js', change: 'deleted', added: 0, removed: 8 },
          ],
          state: 'kept',
        }),
        end(1, { outcome: 'stopped', reused: 0, computed: 12, generated: 0, seconds: 130 }),
      ],
    ),
  ],
  history: [
    init({ conversation: { id: 'c1', title: 'Fix the failing test.' } }, fix),
    {
      type: 'conversations',
      list: [
        { id: 'c1', title: 'Fix the failing test.', updated: Date.now() - 20_000, turns: 1 },
        {
          id: 'c2',
          title: 'Rename the function add to sum everywhere, in all files of the workspace',
          updated: Date.now() - 7_300_000,
          turns: 4,
        },
        { id: 'c3', title: '', updated: Date.now() - 200_000_000, turns: 0 },
      ],
    },
  ],
  mentions: [init({}, [])],
  'mention-costs': [
    init(
      {
        context: {
          used: 4100,
          total: 131072,
          next: 3120,
          forecast: {
            read: 3120,
            cached: 4100,
            time: { seconds: 4.2, low: 3.6, high: 4.8 },
            rate: 38,
            bytes: 102_000_000,
          },
          mentions: [
            { kind: 'file', label: 'packages/web/src/components/panel-view.ts', tokens: 2210, asks: false },
            { kind: 'symbol', label: 'clamp', tokens: 48, asks: false },
            { kind: 'problems', label: '@problems', tokens: 310, asks: false },
            { kind: 'terminal', label: '@terminal', tokens: 552, asks: false },
            { kind: 'file', label: '.env', tokens: 12, asks: true },
            { kind: 'folder', label: 'src/', tokens: 0, asks: false },
          ],
        },
      },
      [],
    ),
  ],
  'cost-and-level': [
    init(
      {
        conversation: { id: 'c1', title: 'Fix the failing test.' },
        model: {
          name: 'qwen3.6-35b-a3b',
          state: 'ready',
          fraction: 1,
          compact: false,
          text: '',
          elsewhere: { host: 'home:8021', reach: 'home' },
        },
        mode: 'autonomous',
        style: {
          thinking: 'medium',
          length: 'short',
          levels: ['off', 'low', 'medium', 'high', 'max'],
          lengths: true,
        },
        price: { prompt: 0.6, cachedPrompt: 0.15, completion: 2.5, currency: '$' },
        context: {
          used: 104_100,
          total: 131_072,
          next: 13_120,
          forecast: {
            read: 13_120,
            cached: 104_100,
            time: { seconds: 24, low: 12, high: 48 },
            rate: 38,
            bytes: 1_102_000_000,
          },
        },
      },
      fix,
    ),
  ],
  streaming: [
    init({ running: true, conversation: { id: 'c1', title: 'Explain' }, speed: 38.2, reading: undefined }, [
      user(0, 'Explain clamp'),
      answer('s', 'It keeps a value between', { streaming: true, reasoning: '' }),
    ]),
  ],
  reading: [
    init(
      {
        running: true,
        conversation: { id: 'c1', title: 'Explain' },
        reading: { reused: 4100, computed: 2048, total: 9000, left: 12 },
      },
      [user(0, 'Explain the whole project in detail, file by file. '.repeat(40))],
    ),
  ],
};
