// Faked: the model (a script, said in pieces) and the document (in memory). Real: the review, the journal and tree-sitter.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import type { OneShot, OneShotKind, OneShotOptions } from '../../../extension/agent/one-shot-request.ts';
import { PendingEdits } from '../../../extension/edits/pending-edits.ts';
import { EditJournal } from '../../../extension/inline/edit-journal.ts';
import { EditLedger } from '../../../extension/inline/edit-ledger.ts';
import type { Span } from '../../../extension/rewrite/edit-target.ts';
import { InlineSession } from '../../../extension/inline/inline-session.ts';
import { Refusal } from '../../../extension/rewrite/refusal.ts';
import { nowhere } from '../../support/folder-review.ts';
import { MemoryBuffer } from '../../support/memory-buffer.ts';
import { realSyntax } from '../../support/real-syntax.ts';

const math = 'export function add(a, b) {\n  return a + b;\n}\n\nexport function half(n) {\n  return n / 2;\n}\n';
const arrow = 'export const add = (a, b) => a + b;';
const withArrow = `${arrow}${math.slice(math.indexOf('\n\n'))}`;
const block = (code: string): string => `\`\`\`js\n${code}\n\`\`\``;

interface Asked {
  readonly kind: OneShotKind;
  readonly messages: readonly ChatMessage[];
  readonly options: OneShotOptions;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'inline-session-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface SetUp {
  readonly text?: string;
  readonly selection?: Span;
  readonly profile?: 'compact' | 'full';
  readonly refusal?: Refusal;
  readonly problems?: readonly { readonly line: number; readonly message: string; readonly isError: boolean }[];
}

/** `answers`: what the model says, one after the other; a function is given control after each piece of its text. */
function setUp(
  answers: readonly (
    | string
    | Error
    | { readonly text: string; readonly after: (piece: number, signal: AbortSignal) => Promise<void> | void }
  )[],
  { text = math, selection = { from: 30, to: 30 }, profile = 'compact', refusal, problems = [] }: SetUp = {},
) {
  const buffer = new MemoryBuffer(text);
  const asked: Asked[] = [];
  const left = [...answers];
  const oneShot: OneShot = {
    facts: async () => ({ name: 'nano', fingerprint: 'x', profile, contextTokens: 8192 }),
    run: async (kind, messages, options) => {
      asked.push({ kind, messages: [...messages], options });
      const next = left.shift() ?? 'nothing left to say';
      if (next instanceof Error) throw next;
      const { text: said, after = () => undefined } = typeof next === 'string' ? { text: next } : next;
      const pieces = said.match(/[\s\S]{1,7}/g) ?? [];
      for (const [at, piece] of pieces.entries()) {
        if (options.signal.aborted) throw new CodedError('request.cancelled', 'Stopped.');
        options.onText?.(piece);
        await new Promise((resolve) => setTimeout(resolve, 1));
        await after(at, options.signal);
      }
      if (options.signal.aborted) throw new CodedError('request.cancelled', 'Stopped.');
      return said;
    },
  };
  const pending: PendingEdits = new PendingEdits(
    {
      read: async () => buffer.text,
      write: async (_uri, wanted) => {
        buffer.text = wanted;
      },
    },
    nowhere,
    (thrown) => {
      throw thrown;
    },
  );
  const journal = new EditJournal(path.join(folder, 'journal.json'));
  let confirms = true;
  const session: InlineSession = new InlineSession(
    {
      oneShot,
      syntax: realSyntax(),
      ledger: new EditLedger(pending, journal, (thrown) => {
        throw thrown;
      }),
      document: {
        buffer,
        path: 'src/math.js',
        language: 'javascript',
        refusal: async () => refusal,
        problems: () => problems,
        surroundings: async () => ({ before: '', after: '', imports: [], definitions: [], problems: [] }),
      },
      view: { changed: () => undefined, confirmLoss: async () => confirms },
    },
    selection,
  );
  pending.onChange(() => void session.settledElsewhere());
  const pendingNow = async (): Promise<number> => {
    await pending.settled();
    await pending.changed(buffer.uri);
    return pending.file(buffer.uri)?.hunks.length ?? 0;
  };
  const journalled = (): unknown => JSON.parse(readFileSync(path.join(folder, 'journal.json'), 'utf8'));
  return {
    buffer,
    asked,
    session,
    pending,
    pendingNow,
    journalled,
    lastNote: () => session.entries.at(-1)?.note ?? '',
    confirm: (answer: boolean) => {
      confirms = answer;
    },
  };
}

describe('an inline edit', () => {
  it('rewrites the definition around the cursor, and is kept when it is accepted', async () => {
    const { buffer, session, asked, pendingNow, lastNote } = setUp([block(arrow)]);
    await session.send('convert to an arrow function');
    expect(asked).toMatchObject([{ kind: 'rewrite', options: { maxTokens: 500 } }]);
    expect(asked[0]?.messages[1]?.content).toBe(
      'File: src/math.js\nInstruction: convert to an arrow function\n\n```js\nexport function add(a, b) {\n  return a + b;\n}\n```',
    );
    expect(buffer.text).toBe(withArrow);
    expect(session.phase).toBe('proposal');
    expect(lastNote()).toContain(`+ ${arrow}`);
    expect(await pendingNow()).toBe(1);
    await session.accept();
    expect(session.phase).toBe('idle');
    expect(await pendingNow()).toBe(0);
    expect(session.entries.at(-1)?.note.match(/Accepted/g)).toHaveLength(1);
    buffer.undo();
    expect(buffer.text).toBe(math);
  });

  it('puts everything back when it is rejected', async () => {
    const { buffer, session, pendingNow, journalled } = setUp([block(arrow)]);
    await session.send('convert to an arrow function');
    await session.reject();
    expect(buffer.text).toBe(math);
    expect(buffer.settled).toBe(1);
    expect(await pendingNow()).toBe(0);
    expect(journalled()).toEqual([]);
    expect(session.phase).toBe('idle');
  });

  it('is stopped with everything put back, and what was written is on disk as long as it is written', async () => {
    const { buffer, session, pendingNow, journalled, lastNote } = setUp([
      {
        text: block(arrow),
        after: async (piece) => {
          if (piece !== 4) return;
          expect(buffer.text).not.toBe(math);
          expect(journalled()).toEqual([{ uri: buffer.uri, text: math, from: 0, to: math.indexOf('\n\n') }]);
          void session.cancel();
        },
      },
    ]);
    await session.send('convert to an arrow function');
    expect(buffer.text).toBe(math);
    expect(session.phase).toBe('idle');
    expect(lastNote()).toContain('Stopped');
    expect(await pendingNow()).toBe(0);
    expect(journalled()).toEqual([]);
  });

  it('is put back when the engine fails in the middle', async () => {
    const { buffer, session, lastNote } = setUp([
      {
        text: block(arrow),
        after: (piece) => {
          if (piece === 4) throw new CodedError('engine.failed', 'The engine failed.');
        },
      },
    ]);
    await session.send('convert to an arrow function');
    expect(buffer.text).toBe(math);
    expect(lastNote()).toBe('This did not work: The engine failed.');
  });

  it('keeps what the user writes elsewhere meanwhile, accepted or not', async () => {
    for (const accepted of [true, false]) {
      const { buffer, session, pendingNow } = setUp([
        {
          text: block(arrow),
          after: (piece) => {
            if (piece === 2) buffer.type(0, '// top\n');
            if (piece === 4) buffer.type((buffer.text ?? '').length, '// end\n');
          },
        },
      ]);
      await session.send('convert to an arrow function');
      await (accepted ? session.accept() : session.reject());
      expect(buffer.text).toBe(`// top\n${accepted ? withArrow : math}// end\n`);
      expect(await pendingNow(), 'what the user wrote is theirs').toBe(0);
    }
  });

  it('leaves what others have pending in the file as it is', async () => {
    const { buffer, session, pending, pendingNow } = setUp([
      {
        text: block(arrow),
        after: (piece) => {
          if (piece === 2) buffer.type((buffer.text ?? '').length, '// end\n');
        },
      },
    ]);
    pending.begin(buffer.uri, math, 'chat');
    const agents = math.replace('n / 2', 'n * 0.5');
    buffer.text = agents;
    await pending.end(buffer.uri);
    await session.send('convert to an arrow function');
    expect(await pendingNow()).toBe(2);
    await session.accept();
    expect(await pendingNow()).toBe(1);
    expect(pending.file(buffer.uri)?.baseline).toBe(`${withArrow}// end\n`);
  });

  it('stops when the user writes into it, loses nothing of theirs without asking', async () => {
    const { buffer, session, confirm } = setUp([
      {
        text: block(arrow),
        after: (piece) => {
          if (piece === 5) buffer.type(3, 'MINE');
        },
      },
    ]);
    await session.send('convert to an arrow function');
    expect(session.phase).toBe('broken');
    expect(buffer.text).toContain('MINE');
    confirm(false);
    await session.reject();
    expect(buffer.text).toContain('MINE');
    confirm(true);
    await session.reject();
    expect(buffer.text).toBe(math);
  });

  it('that undo takes back is over, while it is written and after', async () => {
    const during = setUp([
      {
        text: block(arrow),
        after: (piece) => {
          if (piece === 5) during.buffer.undo();
        },
      },
    ]);
    await during.session.send('convert to an arrow function');
    expect(during.buffer.text).toBe(math);
    expect(during.session.phase).toBe('idle');

    const after = setUp([block(arrow)]);
    await after.session.send('convert to an arrow function');
    after.buffer.undo();
    await after.pendingNow();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(after.buffer.text).toBe(math);
    expect(after.session.phase).toBe('idle');
    expect(after.lastNote()).toContain('Undone');
  });

  it('that the review keeps or undoes is over', async () => {
    for (const act of ['keep', 'undo'] as const) {
      const { buffer, session, pending } = setUp([block(arrow)]);
      await session.send('convert to an arrow function');
      await pending[act](buffer.uri);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(session.phase).toBe('idle');
    }
  });

  it('that does not parse cannot be accepted; a small model is not asked again', async () => {
    const { buffer, session, asked, lastNote } = setUp([block('export const add = (a, b => a + b;')]);
    await session.send('convert to an arrow function');
    expect(asked).toHaveLength(1);
    expect(session.phase).toBe('broken');
    expect(lastNote()).toContain('does not parse');
    await session.accept();
    expect(session.phase).toBe('broken');
    await session.reject();
    expect(buffer.text).toBe(math);
  });

  it('that does not parse is asked for once more of larger models, with the reason', async () => {
    const broken = block('export const add = (a, b => a + b;');
    const { buffer, session, asked } = setUp([broken, block(arrow)], { profile: 'full' });
    await session.send('make it an arrow function');
    expect(asked).toHaveLength(2);
    expect(asked[1]?.messages.slice(-2)).toMatchObject([
      { role: 'assistant', content: broken },
      { role: 'user', content: expect.stringContaining('syntax errors') as string },
    ]);
    expect(buffer.text).toBe(withArrow);
    expect(session.phase).toBe('proposal');
    const stubborn = setUp([broken, broken, block(arrow)], { profile: 'full' });
    await stubborn.session.send('make it an arrow function');
    expect(stubborn.asked).toHaveLength(2);
    expect(stubborn.session.phase).toBe('broken');
  });

  it('that was cut off cannot be accepted', async () => {
    const { session, lastNote } = setUp(['```js\nexport const add = 1;']);
    await session.send('make it one');
    expect(session.phase).toBe('broken');
    expect(lastNote()).toContain('cut off');
  });

  it('that changes nothing leaves nothing', async () => {
    const { buffer, session, pendingNow, lastNote } = setUp([block('export function add(a, b) {\n  return a + b;\n}')]);
    await session.send('improve');
    expect(buffer.text).toBe(math);
    expect(session.phase).toBe('idle');
    expect(lastNote()).toBe('The model proposes no change.');
    expect(await pendingNow()).toBe(0);
  });

  it('takes the margin and the line ends of the code', async () => {
    const text = 'class A {\r\n  add(a, b) {\r\n    return a + b;\r\n  }\r\n}\r\n';
    const { buffer, session, asked } = setUp([block('/** Returns the sum. */\nadd(a, b) {\n  return a + b;\n}')], {
      text,
      selection: { from: 15, to: 15 },
    });
    await session.send('/doc');
    expect(asked[0]?.messages[1]?.content).toContain(
      'add a doc comment\n\n```js\nadd(a, b) {\n  return a + b;\n}\n```',
    );
    expect(buffer.text).toBe(
      'class A {\r\n  /** Returns the sum. */\r\n  add(a, b) {\r\n    return a + b;\r\n  }\r\n}\r\n',
    );
    await session.reject();
    expect(buffer.text).toBe(text);
  });

  it('is refused where the document may not be changed; questions are answered all the same', async () => {
    const { buffer, session, asked, lastNote } = setUp(['It adds.'], { refusal: new Refusal('No trust.', 'trust') });
    await session.send('convert to an arrow function');
    expect(asked).toEqual([]);
    expect(lastNote()).toBe('No trust.');
    expect(session.entries.at(-1)?.remedy).toBe('trust');
    await session.send('what does this do?');
    expect(session.entries.at(-1)?.text).toBe('It adds.');
    expect(buffer.text).toBe(math);
  });

  it('is refused by an editor that does not let it write', async () => {
    const { buffer, session, lastNote } = setUp([block(arrow)]);
    buffer.readOnly = true;
    await session.send('convert to an arrow function');
    expect(lastNote()).toContain('refused the change');
    expect(session.phase).toBe('idle');
    expect(buffer.text).toBe(math);
  });
});

describe('a chat', () => {
  it('answers questions without an edit', async () => {
    const { buffer, session, asked } = setUp(['`add` returns the sum.']);
    await session.send('/explain');
    expect(asked).toMatchObject([{ kind: 'ask' }]);
    expect(asked[0]?.messages[1]?.content).toMatch(/^Explain this code\.\n\n```js\nexport function add/);
    expect(session.entries.at(-1)?.text).toBe('`add` returns the sum.');
    expect(session.phase).toBe('idle');
    expect(buffer.edits).toBe(0);
  });

  it('takes an answer without code for an answer', async () => {
    const { buffer, session } = setUp(['I would leave it as it is.'], { profile: 'full' });
    await session.send('tidy this');
    expect(session.entries.at(-1)?.text).toBe('I would leave it as it is.');
    expect(session.phase).toBe('idle');
    expect(buffer.text).toBe(math);
  });

  it('goes on from what was proposed, and puts back what stood there first', async () => {
    const second = 'export const add = (x, y) => x + y;';
    const { buffer, session, asked } = setUp([block(arrow), block(second)]);
    await session.send('convert to an arrow function');
    await session.send('rename a to x');
    expect(asked[1]?.messages[1]?.content).toContain(arrow);
    expect(buffer.text).toContain(second);
    await session.reject();
    expect(buffer.text).toBe(math);
  });

  it('tells larger models what was said before', async () => {
    const { session, asked } = setUp(['It adds.', block(arrow)], { profile: 'full' });
    await session.send('what is this?');
    await session.send('make it short');
    expect(asked[1]?.messages.slice(1, 3)).toEqual([
      { role: 'user', content: 'what is this?' },
      { role: 'assistant', content: 'It adds.' },
    ]);
  });

  it('tries the same again from the text as it was, with another draw', async () => {
    const { buffer, session, asked } = setUp([block('nonsense('), block(arrow)]);
    await session.send('convert to an arrow function');
    expect(session.phase).toBe('broken');
    await session.retry();
    expect(asked[1]?.messages).toEqual(asked[0]?.messages);
    expect(asked[1]?.options.sampling?.temperature).toBeGreaterThan(0);
    expect(buffer.text).toBe(withArrow);
  });

  it('tells a small model of the problem in the code', async () => {
    const { session, asked } = setUp([block(arrow)], {
      problems: [{ line: 2, message: "Cannot find name 'c'.", isError: true }],
    });
    await session.send('/fix');
    expect(asked[0]?.messages[1]?.content).toContain("Instruction: Fix this problem: Cannot find name 'c'.\n");
  });

  it('refuses what small models do not manage, and offers a larger one', async () => {
    for (const typed of ['/tests', '/simplify']) {
      const { session, asked } = setUp([]);
      await session.send(typed);
      expect(asked).toEqual([]);
      expect(session.entries.at(-1)?.remedy).toBe('model');
    }
    const blank = setUp([], { text: '\n\n', selection: { from: 1, to: 1 } });
    await blank.session.send('write a sort');
    expect(blank.asked).toEqual([]);
    expect(blank.session.entries.at(-1)?.remedy).toBe('model');
  });

  it('inserts at the cursor where there is no code, with a larger model', async () => {
    const { buffer, session } = setUp([block('const one = 1;')], {
      text: 'a();\n\n\n',
      selection: { from: 5, to: 5 },
      profile: 'full',
    });
    await session.send('declare one');
    expect(buffer.text).toBe('a();\nconst one = 1;\n\n');
    await session.reject();
    expect(buffer.text).toBe('a();\n\n\n');
  });

  it('puts a closed document back where it was saved half written', async () => {
    const { buffer, session, journalled } = setUp([
      {
        text: block(arrow),
        after: async (piece, signal) => {
          if (piece !== 5) return;
          const closed = session.documentClosed(buffer.text ?? '');
          expect(signal.aborted).toBe(true);
          await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 20))]);
        },
      },
    ]);
    await session.send('convert to an arrow function');
    expect(buffer.text).toBe(math);
    expect(journalled()).toEqual([]);
    expect(session.phase).toBe('idle');
  });
});
