import type { CharacterSet } from '../text/character-set.ts';
import type { Machine } from '../text/machine.ts';

const remaindersMax = 1_200;
const placesMax = 6;

const codes = { minus: 0x2d, point: 0x2e, zero: 0x30, nine: 0x39 } as const;
const sets: readonly CharacterSet[] = [
  [[codes.minus, codes.minus]],
  [[codes.point, codes.point]],
  ...Array.from({ length: 10 }, (_, digit): CharacterSet => [[codes.zero + digit, codes.zero + digit]]),
];

/**
 * A machine for numbers, written with digits and a point, that are multiples of `step`: what is left of the division,
 * and how many digits came behind the point. Undefined for a step that has too many of them.
 */
export function multipleMachine(step: number): Machine | undefined {
  const places = placesOf(step);
  if (places === undefined) return undefined;
  const whole = Math.round(step * 10 ** places);
  if (whole < 1 || whole * (places + 2) > remaindersMax) return undefined;
  const state = (rest: number, behind: number): string => `${rest},${behind}`;
  return {
    sets,
    start: state(0, -1), // -1: no point yet
    step: (from, code) => {
      if (from === '') return '';
      const [rest = 0, behind = -1] = from.split(',').map(Number);
      if (code === codes.minus) return from;
      if (code === codes.point) return behind === -1 ? state(rest, 0) : '';
      if (code < codes.zero || code > codes.nine) return '';
      const digit = code - codes.zero;
      if (behind >= places) return digit === 0 ? from : '';
      return state((rest * 10 + digit) % whole, behind === -1 ? -1 : behind + 1);
    },
    accepts: (at) => {
      if (at === '') return false;
      const [rest = 0, behind = -1] = at.split(',').map(Number);
      return (rest * 10 ** (places - Math.max(behind, 0))) % whole === 0;
    },
  };
}

/** Digits behind the point of a number; undefined if there are too many. */
export function placesOf(step: number): number | undefined {
  for (let places = 0; places <= placesMax; places += 1) {
    const shifted = step * 10 ** places;
    if (Number.isSafeInteger(Number(shifted.toPrecision(15)))) return places;
  }
  return undefined;
}
