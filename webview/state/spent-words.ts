import type { Spending, TokenPrice } from '../../extension/metering/spending.ts';
import { say } from '../strings.ts';
import { duration } from './wording.ts';

/** What the tokens would cost, in words: `$0.0012`, `12.40 €`. */
export function costWords(spent: Spending, price: TokenPrice): string {
  const { prompt, cachedPrompt, completion, currency } = price;
  const cost = (spent.computed * prompt + spent.reused * cachedPrompt + spent.generated * completion) / 1e6;
  // Two digits that say something, whatever the price.
  const digits = cost === 0 || cost >= 1 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(cost)));
  const amount = cost.toFixed(Math.max(2, digits));
  return currency.length === 1 && currency !== '€' ? `${currency}${amount}` : `${amount} ${currency}`;
}

/** Watt-hours with two digits that say something. */
export function energyNumber(wattHours: number): string {
  if (wattHours >= 10) return wattHours.toFixed(0);
  if (wattHours === 0) return '0';
  return wattHours.toFixed(Math.min(6, 1 - Math.floor(Math.log10(wattHours))));
}

/** All that a turn or a conversation took, one line each. */
export function spentLines(spent: Spending, price: TokenPrice | undefined): readonly string[] {
  const { reused, computed, generated, reading, writing, tools, wattHours } = spent;
  return [
    say('spentTokens', reused, computed, generated),
    // Turns that an earlier version recorded have no parts.
    ...(reading + writing + tools === 0
      ? []
      : [say('spentSeconds', duration(reading), duration(writing), duration(tools))]),
    ...(wattHours === undefined ? [] : [say('spentEnergyHint', energyNumber(wattHours))]),
    ...(price === undefined ? [] : [say('spentCost', costWords(spent, price))]),
  ];
}
