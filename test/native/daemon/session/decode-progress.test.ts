import { expect, it } from 'vitest';
import { decodeProgress } from '../../../../native/daemon/session/decode-progress.ts';
import type { GenerateEvent } from '../../../../native/protocol/generation.ts';

it('tells twice a second how many tokens came since the first', () => {
  const events: GenerateEvent[] = [];
  let time = 1000;
  const pace = decodeProgress(
    (event) => events.push(event),
    () => time,
  );
  pace(1);
  time = 1400;
  pace(4);
  expect(events).toEqual([]);
  time = 1520;
  pace(5);
  time = 1900;
  pace(5);
  time = 2020;
  pace(5);
  expect(events).toEqual([
    { kind: 'decode', generated: 10, ms: 520 },
    { kind: 'decode', generated: 20, ms: 1020 },
  ]);
});
