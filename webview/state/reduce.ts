import type { Item } from '../../extension/chat/item.ts';
import type { ToPanel } from '../messages.ts';
import type { PanelModel } from './panel-model.ts';

type Append = Extract<ToPanel, { type: 'append' }>;

/** The panel's state after a message. Pure. Parts that the message does not touch stay the same objects. */
export function reduce(model: PanelModel, message: ToPanel): PanelModel {
  switch (message.type) {
    case 'init':
      return {
        ...model,
        strings: message.strings,
        state: message.state,
        items: message.items,
        transcript: model.transcript + 1,
      };
    case 'state':
      return { ...model, state: message.state };
    case 'items':
      return { ...model, items: putItems(model.items, message.items) };
    case 'append':
      return { ...model, items: appendText(model.items, message) };
    case 'reset':
      return { ...model, items: message.items, transcript: model.transcript + 1 };
    case 'conversations':
      return { ...model, conversations: message.list };
    case 'suggestions':
      return { ...model, suggestions: { request: message.request, list: message.list } };
    case 'draft':
      return {
        ...model,
        draft: {
          text: message.text,
          focus: message.focus,
          adds: message.adds === true,
          serial: model.draft.serial + 1,
        },
      };
  }
}

function putItems(items: readonly Item[], put: readonly Item[]): readonly Item[] {
  const next = [...items];
  for (const item of put) {
    const at = next.findLastIndex((candidate) => candidate.id === item.id);
    if (at >= 0) next[at] = item;
    else next.push(item);
  }
  return next;
}

/** Appends text at its offset. An overlap is overwritten. Text after a gap is ignored: the whole item follows. */
function appendText(items: readonly Item[], append: Append): readonly Item[] {
  const at = items.findLastIndex((candidate) => candidate.id === append.id);
  const item = items[at];
  if (item === undefined) return items;
  const old = fieldOf(item, append.field);
  if (old === undefined || append.offset > old.length) return items;
  const text = (append.offset === old.length ? old : old.slice(0, append.offset)) + append.text;
  const next = [...items];
  next[at] = { ...item, [append.field]: text } as Item;
  return next;
}

function fieldOf(item: Item, field: Append['field']): string | undefined {
  if (item.kind === 'answer' && field !== 'output') return item[field];
  if (item.kind === 'call' && field === 'output') return item.output;
  return undefined;
}
