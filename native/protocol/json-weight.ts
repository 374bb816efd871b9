/**
 * What the JSON of one request may weigh: reading more takes over 100 ms. The largest conversation has a tenth, the ids
 * of a context of a million tokens two thirds.
 */
const jsonWeightMax = 3_000_000;

/** A list, an object or a text takes about as long as so many numbers. */
const partWeight = 5;
const [quote, comma, backslash, bracket, brace] = [0x22, 0x2c, 0x5c, 0x5b, 0x7b];

/** Whether JSON holds too many values to be read at once; how long its texts are does not count. */
export function isHeavy(json: string, weightMax = jsonWeightMax): boolean {
  let weight = 0;
  for (let at = 0; at < json.length && weight <= weightMax; at++) {
    const unit = json.charCodeAt(at);
    if (unit === comma) weight += 1;
    else if (unit === bracket || unit === brace) weight += partWeight;
    else if (unit === quote) {
      weight += partWeight;
      at = endOfText(json, at);
    }
  }
  return weight > weightMax;
}

/** Offset of the quote that ends the text that begins at `start`. */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let escapes = 0;
    while (json.charCodeAt(end - 1 - escapes) === backslash) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return json.length;
}
