import { describe, expect, it } from 'vitest';
import { junitCases } from '../../../../../extension/tools/test-runners/formats/junit-report.ts';
import { xmlDocument } from '../../../../../extension/tools/test-runners/formats/xml-document.ts';

describe('an XML report', () => {
  it('has its references resolved once, in attributes and text, and CDATA as it is', () => {
    const root = xmlDocument(
      '\uFEFF<?xml version="1.0"?><!-- a > b --><r:a x="1 &lt; 2&#10;&#x1F600;" y=\'"\'>one <![CDATA[<b>&amp;]]> &amp;lt;</r:a>\n',
    );
    expect(root).toMatchObject({ name: 'a', attributes: { x: '1 < 2\n\u{1F600}', y: '"' }, text: 'one <b>&amp; &lt;' });
  });

  it.each([
    ['is cut off', '<a><b>text'],
    ['is cut off in a tag', '<a><b name="'],
    ['is cut off in CDATA', '<a><![CDATA[text'],
    ['closes what is not open', '<a></b>'],
    ['has entities of its own', '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'],
    ['names a file of this machine', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
    ['is no XML', 'Error: the runner crashed'],
    ['is empty', ''],
    ['is deeper than any report', '<a>'.repeat(5000) + '</a>'.repeat(5000)],
  ])('is not read when it %s', (_, text) => {
    expect(xmlDocument(text)).toBeUndefined();
  });

  it('is read in time in proportion to its length', () => {
    const unclosed = `<a ${' x="1"'.repeat(200_000)}`;
    const used = process.cpuUsage();
    expect(xmlDocument(unclosed)).toBeUndefined();
    expect(xmlDocument(`<a${' '.repeat(500_000)}`)).toBeUndefined();
    expect(xmlDocument(`<a>${'<b c'.repeat(200_000)}</a>`)).toBeUndefined();
    expect(process.cpuUsage(used).user / 1000).toBeLessThan(3000);
  });
});

describe('a JUnit report', () => {
  it('may nest suites, and its cases take the file from the suite around them', () => {
    const cases = junitCases(`<testsuites><testsuite name="outer" file="/w/a.php"><testsuite name="inner">
<testcase name="one" classname="A" line="7"><failure message="m &amp; n" type="T">text</failure></testcase>
<testcase name="two" file="/w/b.php"/></testsuite><testcase name="three"><skipped/></testcase>
</testsuite></testsuites>`);
    expect(cases.map(({ name, file, line, result, message }) => [name, file, line, result, message])).toEqual([
      ['one', '/w/a.php', 7, 'failed', 'm & n'],
      ['two', '/w/b.php', undefined, 'passed', ''],
      ['three', '/w/a.php', undefined, 'skipped', ''],
    ]);
  });

  it('tells errors from failures, what was printed, and a suite that failed outside of its cases', () => {
    const cases = junitCases(`<testsuite name="Suite"><error message="set-up"/><testcase name="a"><error type="E"/>
<system-out>printed</system-out></testcase><testcase name="b" status="notrun"/></testsuite>`);
    expect(cases.map(({ name, result, output }) => [name, result, output])).toEqual([
      ['Suite', 'error', ''],
      ['a', 'error', 'printed'],
      ['b', 'skipped', ''],
    ]);
  });
});
