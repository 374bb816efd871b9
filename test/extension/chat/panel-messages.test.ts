import { describe, expect, it } from 'vitest';
import { parseFromPanel } from '../../../extension/chat/panel-messages.ts';

describe('a message of the panel', () => {
  it('is passed on when it is one of the protocol', () => {
    for (const message of [
      { type: 'ready' },
      { type: 'send', text: 'Fix it', steer: false },
      { type: 'keepFiles' },
      { type: 'open', path: 'src/a.js', line: 3 },
    ])
      expect(parseFromPanel(message)).toEqual(message);
  });

  it('is refused with an unknown type, a field too many or too few, or a value out of bounds', () => {
    for (const message of [
      undefined,
      'stop',
      {},
      { type: 'toString' },
      { type: 'runCommand', command: 'rm' },
      { type: 'stop', more: 1 },
      { type: 'send', text: 'Fix it' },
      { type: 'choose', callId: 'a', choice: 1 },
      { type: 'open', path: 'a', line: 0 },
      { type: 'openLink', url: 'file:///etc/passwd' },
      { type: 'undoTurn', turn: -1 },
    ])
      expect(parseFromPanel(message)).toBeUndefined();
  });
});
