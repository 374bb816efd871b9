// A program that writes to a store until it is killed: KIND FOLDER FIRST. Each line that it prints is a confirmation.
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { ConversationStore } from '../../../extension/chat/conversation-store.ts';
import { FileCheckpoints } from '../../../extension/edits/file-checkpoints.ts';
import { PendingStore } from '../../../extension/edits/pending-store.ts';
import { folderReview } from './folder-review.ts';
import { FolderStates } from './folder-states.ts';
import { storedEntry, storedName, storedText } from './stored-texts.ts';

function fail(thrown: unknown): never {
  throw thrown;
}

async function writeConversation(folder: string, at: number): Promise<void> {
  const item = { kind: 'user', id: storedName(at), turn: at, text: storedText(at), queued: false } as const;
  await new ConversationStore(folder, fail).append({ id: 'c', created: 1 }, [{ type: 'item', item }]);
}

async function writePending(folder: string, at: number): Promise<void> {
  await new PendingStore(path.join(folder, 'pending.jsonl'), fail).save([storedEntry('a', at), storedEntry('b', at)]);
}

async function writeCheckpoint(folder: string, at: number): Promise<void> {
  const states = new FolderStates();
  const work = path.join(folder, 'work');
  const review = folderReview(states, work);
  const checkpoints = new FileCheckpoints(path.join(folder, 'store'), states, (file) => file, review.turns, fail);
  const file = path.join(work, storedName(at));
  mkdirSync(work, { recursive: true });
  writeFileSync(file, `before ${at}`);
  await checkpoints.resume('c', at);
  await checkpoints.before(file);
  writeFileSync(file, storedText(at));
  await checkpoints.after(file);
}

const writers = { conversations: writeConversation, pending: writePending, checkpoints: writeCheckpoint };
const [kind, folder = '', first] = process.argv.slice(2);
const write = writers[kind as keyof typeof writers];
for (let at = Number(first); ; at++) {
  await write(folder, at);
  writeSync(1, `${at}\n`);
}
