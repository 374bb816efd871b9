// What templates print was taken from Python's Jinja2 3.1 with the settings of transformers.
import { describe, expect, it } from 'vitest';
import { JinjaProgram } from '../../../../../native/daemon/chat/jinja/program.ts';
import { TemplateLimit } from '../../../../../native/daemon/chat/jinja/template-work.ts';

const variables = { obj: { items: 5, a: 1, b: { c: 'x', keys: 1 }, flag: true, nil: null } };
const render = (source: string): string =>
  new JinjaProgram(source).render(variables, { steps: 10_000, now: new Date(2026, 0, 2) });

describe('a template prints what Python prints', () => {
  it.each([
    [
      'constants and containers',
      `{{ true }} {{ none }} {{ [1, 'a', "it's", none] }} {{ {'a': 1, 'b': [1.5]} }}`,
      `True None [1, 'a', "it's", None] {'a': 1, 'b': [1.5]}`,
    ],
    [
      'the filter string',
      '{{ true | string }}{{ none | string }}{{ obj.b | string }}{{ 4 / 2 }}{{ 1 / 100000 }}',
      "TrueNone{'c': 'x', 'keys': 1}2.01e-05",
    ],
    [
      'joined values',
      "{{ 'a' ~ 1 ~ none ~ true ~ [1] }} {{ [1, [2, 'x'], none, true] | join('-') }}",
      "a1NoneTrue[1] 1-[2, 'x']-None-True",
    ],
    [
      'JSON',
      `{{ obj.b | tojson }}{{ {'b': 1, 'a': [1.0, none]} | tojson(indent=2, sort_keys=true) }}{{ [1, {}] | tojson(separators=(',', ':')) }}{{ 'é<' | tojson(ensure_ascii=true) }}`,
      '{"c": "x", "keys": 1}{\n  "a": [\n    1.0,\n    null\n  ],\n  "b": 1\n}[1,{}]"\\u00e9<"',
    ],
    ['nothing for what is not there', '{{ x }}{{ obj.zz }}{{ x | trim }}{{ x | join }}|', '|'],
    [
      'all that was written before a round or a loop was left',
      '{% for i in [1, 2, 3, 4] %}{{ i }}{% if i == 2 %}a{% continue %}{% endif %}b{% if i == 3 %}c{% break %}{% endif %}{% endfor %}|{% for i in [1, 2] %}{{ i }}{% endfor %}',
      '1b2a3bc|12',
    ],
  ])('%s', (_, source, text) => expect(render(source)).toBe(text));
});

describe('a template calls methods as Python does', () => {
  it.each([
    [
      'of a dict that has a key of that name',
      '{% for k, v in obj.b.items() %}{{ k }}={{ v }},{% endfor %}{{ obj.items() | length }}{{ obj.b.keys() | list }}',
      "c=x,keys=1,5['c', 'keys']",
    ],
    [
      'and finds a key of that name where it is not called',
      "{{ obj.items }}{{ obj['items'] }}{{ obj.get('items') }}{{ obj.get('zz', 'd') }}",
      '555d',
    ],
    [
      'with the characters to strip',
      "{{ '\\n x\\n'.strip('\\n') }}|{{ 'xxaxx'.lstrip('x') }}|{{ 'xxaxx'.rstrip('x') }}|{{ ' a '.strip() }}|{{ 'xax' | trim('x') }}",
      ' x|axx|xxa|a|a',
    ],
    [
      'of text',
      "{{ '{} {}'.format('a', 1) }}{{ '{x}{{}}'.format(x='y') }}{{ 'a,b,c'.rsplit(',', 1) }}{{ 'abcabc'.rfind('c') }}{{ 'x'.join(['a', 'b']) }}{{ 'ab'.removeprefix('a') }}{{ 'a:b'.partition(':') }}{{ 'HELLO'.capitalize() }}",
      "a 1y{}['a,b', 'c']5axbb['a', ':', 'b']Hello",
    ],
  ])('%s', (_, source, text) => expect(render(source)).toBe(text));
});

describe('a template filters as Python does', () => {
  it.each([
    [
      'what is undefined or none',
      "{{ x | length }}{{ x | list }}{% for a, b in x | items %}{% endfor %}{{ none | selectattr('a') | list }}{{ x | default('d') }}{{ none | default('n', true) }}{{ x | default }}|",
      '0[][]dn|',
    ],
    [
      'any value as text',
      "{{ ['string', 'null'] | upper }}{{ none | upper }}{{ 5 | replace('5', '6') }}",
      "['STRING', 'NULL']NONE6",
    ],
    [
      'lists',
      "{{ [3, 1, 2] | max }}{{ [3, 1, 2] | min }}{{ [] | first is defined }}{{ ['a', 'b'] | map('upper') | join(',') }}{{ [1, 2, 3] | select('in', [1, 3]) | list }}{{ [{'a': {'b': 2}}] | map(attribute='a.b') | list }}",
      '31FalseA,B[1, 3][2]',
    ],
    [
      'objects by an attribute',
      "{{ [{'a': 1}, {'a': 2}, {}] | selectattr('a') | list | length }}{{ [{'a': 1}, {'a': 2}, {}] | rejectattr('a', 'equalto', 1) | list | length }}{{ [{'a': 1}, {}] | selectattr('a', 'undefined') | list | length }}",
      '221',
    ],
    ['numbers', "{{ 3.7 | int }}{{ -3.7 | int }}{{ 'x' | int }}{{ none | int(7) }}{{ 2.567 | round(1) }}", '3-3072.6'],
    [
      'a dict with numbers for keys',
      "{% for k, v in {1: 'a', 10: 'b', 9: 'c'} | dictsort %}{{ k }}{{ v }}{{ k < 10 }} {% endfor %}{{ {16: 'x'}[16] }}",
      '1aTrue 9cTrue 10bFalse x',
    ],
  ])('%s', (_, source, text) => expect(render(source)).toBe(text));
});

describe('a template compares as Python does', () => {
  it.each([
    [
      'by value',
      "{{ [1] == [1.0] }}{{ {'a': [1]} == {'a': [1]} }}{{ true == 1 }}{{ [{'a': 1}] != [{'a': 2}] }}",
      'TrueTrueTrueTrue',
    ],
    [
      'without taking one kind for another',
      "{{ x == none }}{{ '' == 0 }}{{ none == false }}{{ '1' == 1 }}",
      'FalseFalseFalseFalse',
    ],
    [
      'text and membership',
      "{{ 'a' < 'b' }}{{ 'b' <= 'a' }}{{ none in [none] }}{{ 1 in [1.0] }}{{ 'a' in obj }}{{ 1 not in obj }}",
      'TrueFalseTrueTrueTrueTrue',
    ],
    [
      'kinds',
      '{{ obj is iterable }}{{ x is iterable }}{{ 1 is iterable }}{{ 1.5 is float }}{{ true is number }}',
      'TrueTrueFalseTrueTrue',
    ],
  ])('%s', (_, source, text) => expect(render(source)).toBe(text));

  it('computes with the sign of the divisor and repeats text', () => {
    expect(render("{{ -7 % 3 }}{{ 'ab' * 2 }}{% for c in 'ab' %}{{ c }}.{% endfor %}")).toBe('2ababa.b.');
    expect(render('{% for a, b in [(1, 2), (3, 4)] %}{{ a }}{{ b }}{% endfor %}')).toBe('1234');
    expect(() => render("{{ 'ab' * 100000000 }}")).toThrow(TemplateLimit);
  });
});
