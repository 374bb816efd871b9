// A transcript of thousands of entries with an answer that streams: counts what is in the document and how much time of
// the processor the longest task takes (the clock would also count what else runs on the machine).
// `node test/webview/gallery/long-transcript.mjs` prints the numbers and fails above the limits.
import { pathToFileURL } from 'node:url';
import { buildGallery, launch, openScene } from './gallery.mjs';
import { baseState } from './scene-parts.mjs';

const prose = 'The function `clamp` keeps a value **between** two bounds; see src/math.js for how.\n\n- one\n- two\n\n';
const code =
  '```js\nexport function clamp(value, min, max) {\n  return Math.min(Math.max(value, min), max); // between\n}\n```\n\n';

/** `turns` turns of five entries each, about twelve lines in every answer. */
export function longTranscript(turns) {
  return Array.from({ length: turns }, (_, turn) => [
    { kind: 'user', id: `user-${turn}`, turn, text: `Request number ${turn}`, queued: false },
    {
      kind: 'call',
      id: `call-${turn}`,
      name: 'read_file',
      title: 'Read src/math.js',
      state: 'done',
      result: 'x\n'.repeat(40),
      output: '',
      view: undefined,
      paths: [],
      dropped: false,
    },
    {
      kind: 'call',
      id: `edit-${turn}`,
      name: 'edit_file',
      title: 'Edit src/math.js',
      state: 'done',
      result: 'Edited',
      output: '',
      view: { kind: 'diff', path: 'src/math.js', before: `a\nb\n${turn}\nd\n`, after: `a\nb\n${turn + 1}\nd\n` },
      paths: [],
      dropped: false,
    },
    { kind: 'answer', id: `answer-${turn}`, text: prose + code, reasoning: '', streaming: false, dropped: false },
    {
      kind: 'turnEnd',
      id: `end-${turn}`,
      turn,
      outcome: 'answered',
      text: '',
      reused: 10,
      computed: 5,
      generated: 3,
      seconds: 1,
      files: [],
      state: 'pending',
    },
  ]).flat();
}

/** Streams `lines` lines into a long transcript, then scrolls through it. Returns the greatest counts and durations. */
export async function measureLongTranscript(browser, file, { turns, lines }) {
  const init = { type: 'init', strings: {}, state: { ...baseState, running: true }, items: longTranscript(turns) };
  const { page, errors } = await openScene(browser, file, [init]);
  const streaming = await traced(page, () =>
    page.evaluate(
      async ({ lines, prose, code }) => {
        const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
        let rows = 0;
        const look = () => {
          rows = Math.max(rows, document.querySelectorAll('.list-row').length);
        };
        window.feed([
          {
            type: 'items',
            items: [{ kind: 'answer', id: 'stream', text: '', reasoning: '', streaming: true, dropped: false }],
          },
        ]);
        let offset = 0;
        const send = (text) => {
          window.feed([{ type: 'append', id: 'stream', field: 'text', offset, text }]);
          offset += text.length;
        };
        const whole = (prose + code).repeat(Math.ceil(lines / 12)).match(/.{1,12}|\n/gs);
        for (let at = 0; at < whole.length; at++) {
          send(whole[at]);
          if (at % 40 === 0) {
            await frame();
            look();
          }
        }
        send('```js\n');
        for (let at = 0; at < 2000; at++) {
          send(`const line${at} = ${at};\n`);
          if (at % 40 === 0) {
            await frame();
            look();
          }
        }
        await frame();
        await frame();
        const list = document.querySelector('.list');
        const followed = list.scrollTop + list.clientHeight >= list.scrollHeight - 60;
        return { rows, followed };
      },
      { lines, prose, code },
    ),
  );
  const scrolling = await traced(page, () =>
    page.evaluate(async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const list = document.querySelector('.list');
      const height = list.scrollHeight;
      let rows = 0;
      for (let at = 0; at <= 60; at++) {
        list.scrollTop = height - (height / 60) * at;
        await frame();
        rows = Math.max(rows, document.querySelectorAll('.list-row').length);
      }
      return { rows, elements: document.querySelectorAll('*').length, height };
    }),
  );
  await page.close();
  return { streaming, scrolling, errors };
}

/** Runs something and adds the processor time of the page's three longest tasks meanwhile, in milliseconds. */
async function traced(page, run) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) =>
    events.push(...value.filter((event) => event.name === 'RunTask' || event.name === 'thread_name')),
  );
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline', 'toplevel'] },
  });
  const result = await run();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  const threadOf = (event) => `${event.pid}/${event.tid}`;
  const main = new Set(
    events.filter((event) => event.name === 'thread_name' && event.args.name === 'CrRendererMain').map(threadOf),
  );
  const tasks = events
    .filter((event) => event.name === 'RunTask' && event.tdur !== undefined && main.has(threadOf(event)))
    .map((event) => event.tdur / 1000);
  return { ...result, tasks: tasks.length, longest: tasks.sort((a, b) => b - a).slice(0, 3) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const pages = await buildGallery();
  const browser = await launch();
  const measured = await measureLongTranscript(browser, pages.dark, { turns: 2000, lines: 4000 });
  await browser.close();
  console.log(measured);
  process.exitCode =
    measured.streaming.rows <= 200 && measured.scrolling.rows <= 200 && measured.streaming.longest[0] < 100 ? 0 : 1;
}
