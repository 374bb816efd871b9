import { describe, expect, it } from 'vitest';
import { fewPlaces, placesIn } from '../../../../extension/context/parsing/source-listing.ts';

describe('places in a folder', () => {
  it('are relative to it, without those elsewhere', () => {
    expect(placesIn('/w/app', ['/w/app/a.js', '/w/app/b/c', '/w/apple/d.js', '/w/x'])).toEqual(['a.js', 'b/c']);
    expect(placesIn('/w/app', ['/w/app/..a/b.js'])).toEqual(['..a/b.js']);
  });

  it('are all of it where one is the folder itself or around it', () => {
    for (const place of ['/w/app', '/w', '/']) expect(placesIn('/w/app', ['/w/app/a.js', place])).toBeUndefined();
  });
});

it('many places become the folders around them', () => {
  const places = ['/w/a/1.js', '/w/a/2.js', '/w/b/c/3.js'];
  expect(fewPlaces(places, 3)).toEqual(places);
  expect(fewPlaces(places, 2)).toEqual(['/w/a', '/w/b']);
  expect(fewPlaces(places, 1)).toEqual(['/w']);
});
