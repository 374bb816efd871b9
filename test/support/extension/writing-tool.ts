import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ChatBench } from './chat-bench.ts';
import type { ScriptedTool } from './scripted-tools.ts';

/** A tool that writes a file the way real ones do: checkpoint before, change, checkpoint after. */
export function writing(bench: ChatBench): ScriptedTool {
  return {
    access: { kind: 'write', paths: [] },
    run: async ({ path: name, content }) => {
      const file = path.join(bench.work, String(name));
      await mkdir(bench.work, { recursive: true });
      await bench.checkpoints?.before(file);
      await writeFile(file, String(content));
      await bench.checkpoints?.after(file);
      return { text: `Wrote ${String(name)} (1 lines).`, failed: false, changed: [String(name)] };
    },
  };
}
