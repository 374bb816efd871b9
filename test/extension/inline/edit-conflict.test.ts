import { expect, it } from 'vitest';
import { conflictWith, type Neighbour } from '../../../extension/inline/edit-conflict.ts';

const uri = 'file:///w/a.js';
const chat = (more: Partial<Neighbour>): Neighbour => ({
  uri,
  phase: 'proposal',
  original: 'x',
  span: { from: 10, to: 20 },
  ...more,
});
const here = { from: 15, to: 40 };
const elsewhere = { from: 30, to: 40 };

it('while one edit is written into a document, no other is', () => {
  expect(conflictWith([chat({ phase: 'working' })], uri, elsewhere)?.message).toMatch(/being written/);
  expect(conflictWith([chat({ phase: 'working', uri: 'file:///w/b.js' })], uri, elsewhere)).toBeUndefined();
});

it('proposals stand side by side, not over each other', () => {
  expect(conflictWith([chat({})], uri, elsewhere)).toBeUndefined();
  expect(conflictWith([chat({})], uri, here)?.message).toMatch(/already/);
  expect(conflictWith([chat({ phase: 'broken' })], uri, here)?.message).toMatch(/already/);
});

it("chats that only talk are in nobody's way", () => {
  expect(
    conflictWith(
      [chat({ phase: 'working', original: undefined }), chat({ phase: 'idle', original: undefined })],
      uri,
      here,
    ),
  ).toBeUndefined();
});
