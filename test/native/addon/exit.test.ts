import { describe, expect, it } from 'vitest';
import { runWithAddon } from '../../support/engine/addon-process.ts';

const openAndLoad = `
  addon.openLibraries(libraries, 'cpu');
  const load = (onProgress = () => {}) => addon.loadModel({ path: nano, gpuLayers: 0 }, onProgress).model;`;

describe('the end of a process', () => {
  it('is orderly with a model still loaded', () => {
    expect(runWithAddon(`${openAndLoad} load().then(() => console.log('loaded'));`)).toBe('loaded');
  });

  it('is orderly with process.exit() while a model loads', () => {
    for (const delay of [0, 1, 5, 10, 20, 40]) {
      expect(
        runWithAddon(
          `${openAndLoad} load(); setTimeout(() => { console.log('loading'); process.exit(0); }, ${delay});`,
        ),
      ).toBe('loading');
    }
    expect(runWithAddon(`${openAndLoad} load(); console.log('loading'); process.exit(0);`)).toBe('loading');
  });

  it('is orderly with an uncaught exception while a model loads, and no new load can start', () => {
    const out = runWithAddon(`${openAndLoad}
      process.on('uncaughtException', () => {
        process.on('exit', () => { try { load(); } catch (error) { console.log(error.code); } });
        process.exit(0);
      });
      load();
      throw new Error('not caught');`);
    expect(out).toBe('request.cancelled');
  });

  it('is orderly with process.exit() from the progress callback and during many calls', () => {
    expect(runWithAddon(`${openAndLoad} load(() => { console.log('progress'); process.exit(0); });`)).toBe('progress');
    expect(
      runWithAddon(`${openAndLoad} load().then((model) => {
      for (let at = 0; at < 20; at++) model.tokenizeMany(['word '.repeat(20_000)], false);
      setTimeout(() => { console.log('exit'); process.exit(0); }, 2);
    });`),
    ).toBe('exit');
  });

  it('waits for running calls, not for a log sink', () => {
    expect(
      runWithAddon(
        `addon.onLog(() => {}); ${openAndLoad}
         load().then((model) => model.tokenizeMany(['a'], false)).then(([ids]) => console.log(ids.length));`,
      ),
    ).toBe('1');
  });

  it('is orderly after several models were loaded, some closed and some not', () => {
    const out = runWithAddon(`${openAndLoad}
      require('node:v8').setFlagsFromString('--expose-gc');
      const collect = require('node:vm').runInNewContext('gc');
      (async () => {
        await (await load()).close();
        await Promise.all([load(), load()]);
        collect();
        await new Promise((resolve) => setImmediate(resolve));
        const kept = await load();
        console.log(kept.tokenize('a', false).length);
      })();`);
    expect(out).toBe('1');
  });

  it('reports an exception of a callback as uncaught', () => {
    const out = runWithAddon(`${openAndLoad}
      process.on('uncaughtException', (error) => { console.log(error.message); process.exit(0); });
      load(() => { throw new Error('from the callback'); });`);
    expect(out).toBe('from the callback');
  });
});

describe('a worker thread', () => {
  const worker = (body: string, after: string): string => `
    const { Worker } = require('node:worker_threads');
    const source = ${JSON.stringify(`
      const { parentPort, workerData } = require('node:worker_threads');
      const addon = require(workerData.addonFile);
      const { nano, libraries } = workerData;
      ${openAndLoad}
      `)} + ${JSON.stringify(body)};
    const start = () => new Worker(source, { eval: true, workerData: { addonFile, libraries, nano } });
    ${after}`;

  it('loads a model beside the main thread, and both end', () => {
    const out = runWithAddon(
      worker(
        `load().then((model) => parentPort.postMessage(model.tokenize('a b c', false).length));`,
        `${openAndLoad} load().then((model) => {
         const thread = start();
         thread.once('message', (count) => {
            const expected = model.tokenize('a b c', false).length;
            thread.once('exit', (code) => console.log(count === expected, code));
          });
       });`,
      ),
    );
    expect(out).toBe('true 0');
  });

  it('may exit in a callback while results of other calls wait', () => {
    const out = runWithAddon(
      worker(
        `load().then((model) => {
         process.on('exit', () => require('node:fs').writeSync(1, 'ending\\n'));
         addon.loadModel({ path: nano, gpuLayers: 0 }, () => process.exit(0)).model.catch(() => {});
         const busy = (until) => { while (Date.now() < until); };
         busy(Date.now() + 300); // its progress stands first in the queue
         for (let at = 0; at < 20; at++) model.tokenizeMany(['a b c'], false);
         busy(Date.now() + 300);
       });`,
        `start().once('exit', (code) => console.log('ended', code));`,
      ),
    );
    expect(out).toBe('ending\nended 0');
  });

  it('may be terminated at any time during a load', () => {
    const out = runWithAddon(
      worker(
        `parentPort.postMessage('started'); load().then(() => setInterval(() => {}, 1000));`,
        `(async () => {
         for (let at = 0; at < 12; at++) {
           const thread = start();
           await new Promise((resolve) => thread.once('message', resolve));
           await new Promise((resolve) => setTimeout(resolve, at * 4));
           await thread.terminate();
         }
         console.log('all ended');
       })();`,
      ),
    );
    expect(out).toBe('all ended');
  });

  it('frees its file locks when it ends', () => {
    const out = runWithAddon(
      worker(
        `const file = 'moonwright-worker-lock-' + process.pid;
         addon.lockFile(require('node:path').join(require('node:os').tmpdir(), file));
         parentPort.postMessage('held');
         setInterval(() => {}, 1000);`,
        `const file = require('node:path').join(require('node:os').tmpdir(), 'moonwright-worker-lock-' + process.pid);
       const thread = start();
       thread.once('message', () => {
         const during = addon.lockFile(file) === undefined;
         thread.terminate().then(() => {
            console.log(during, addon.lockFile(file) !== undefined);
            require('node:fs').rmSync(file);
          });
       });`,
      ),
    );
    expect(out).toBe('true true');
  });
});
