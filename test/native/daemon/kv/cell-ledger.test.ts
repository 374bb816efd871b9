import * as fc from '../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { CellLedger } from '../../../../native/daemon/kv/cell-ledger.ts';

describe('the cell ledger', () => {
  it('counts shared cells once and frees them with their last owner', () => {
    const ledger = new CellLedger(100);
    ledger.grow(0, 40);
    ledger.share(0, 1, 30);
    ledger.grow(1, 5);
    expect([ledger.used, ledger.length(0), ledger.length(1), ledger.exclusive(0), ledger.exclusive(1)]).toEqual([
      45, 40, 35, 10, 5,
    ]);
    ledger.truncate(0, 20);
    expect([ledger.used, ledger.exclusive(0), ledger.exclusive(1)]).toEqual([35, 0, 15]);
    ledger.truncate(1, 0);
    expect([ledger.used, ledger.exclusive(0), ledger.free]).toEqual([20, 20, 80]);
  });

  it('says what stays when all others go', () => {
    const ledger = new CellLedger(100);
    ledger.grow(0, 40);
    ledger.share(0, 1, 30);
    ledger.grow(1, 5);
    ledger.grow(2, 7);
    expect(ledger.held([1])).toBe(35);
    expect(ledger.held([0, 1])).toBe(45);
    expect(ledger.held([2], { sequence: 0, length: 33 })).toBe(40);
    expect(ledger.held([1, 2], { sequence: 0, length: 33 })).toBe(45);
  });

  it('refuses to grow beyond its capacity or to share what is not there', () => {
    const ledger = new CellLedger(10);
    ledger.grow(0, 8);
    expect(() => ledger.grow(0, 3)).toThrow(/free cells/);
    expect(() => ledger.share(0, 1, 9)).toThrow(/no 9 cells/);
  });

  it('agrees with a list of owned cells after any commands', () => {
    const command = fc.record({
      kind: fc.constantFrom('grow', 'truncate', 'share'),
      sequence: fc.nat(4),
      other: fc.nat(4),
      cells: fc.nat(30),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const ledger = new CellLedger(200);
        const model = new Map<number, object[]>();
        const cellsOf = (sequence: number): object[] => model.get(sequence) ?? [];
        for (const { kind, sequence, other, cells } of commands) {
          const own = cellsOf(sequence);
          if (kind === 'grow' && cells <= ledger.free) {
            ledger.grow(sequence, cells);
            model.set(sequence, [...own, ...Array.from({ length: cells }, () => ({}))]);
          } else if (kind === 'truncate') {
            ledger.truncate(sequence, cells);
            model.set(sequence, own.slice(0, cells));
          } else if (kind === 'share' && cells > 0 && cellsOf(other).length === 0 && cells <= own.length) {
            ledger.share(sequence, other, cells);
            model.set(other, own.slice(0, cells));
          }
          const all = [...model.values()].flat();
          expect(ledger.used).toBe(new Set(all).size);
          for (const [id, list] of model) {
            expect(ledger.length(id)).toBe(list.length);
            const elsewhere = new Set([...model].flatMap(([key, value]) => (key === id ? [] : value)));
            expect(ledger.exclusive(id)).toBe(list.filter((cell) => !elsewhere.has(cell)).length);
          }
          const prefix = cellsOf(other).slice(0, cells);
          const held = new Set([...cellsOf(0), ...cellsOf(1), ...prefix]).size;
          expect(ledger.held([0, 1], { sequence: other, length: prefix.length })).toBe(held);
        }
      }),
      { numRuns: 300 },
    );
  });
});
