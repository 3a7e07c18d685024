import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { childText, document, element, parent, parseXml } from './xml.ts';

const character = fc.integer({ min: 0, max: 0x10ffff }).filter((code) => code < 0xd800 || code > 0xdfff);
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('<', '>', '&', '"', "'", '\r', '\n', '\0'),
    character.map((code) => String.fromCodePoint(code)),
  ),
});

describe('xml', () => {
  it('reads back what it writes, whatever the text', () => {
    fc.assert(
      fc.property(text, text, (one, two) => {
        const root = parseXml(document('Root', element('One', one), parent('Outer', element('Two', two))));
        expect(root.name).toBe('Root');
        expect(childText(root, 'One')).toBe(one);
        expect(root.children[1]?.children).toEqual([{ name: 'Two', text: two, children: [] }]);
      }),
    );
  });

  it('takes what clients write: declarations, comments, attributes, prefixes, empty elements', () => {
    const source = `<?xml version="1.0"?>\n<!-- c --><s3:Delete xmlns:s3="x" a='b'>\n <s3:Quiet/><Key>a&#x41;&#66;&apos;</Key ></s3:Delete>\n`;
    const root = parseXml(source);
    expect(root.name).toBe('Delete');
    expect(root.children.map(({ name, text }) => [name, text])).toEqual([
      ['Quiet', ''],
      ['Key', "aAB'"],
    ]);
  });

  it.each([
    '',
    'text',
    '<a>',
    '</a>',
    '<a></b>',
    '<a/><b/>',
    '<a>&unknown;</a>',
    '<a>&</a>',
    '<!DOCTYPE a><a/>',
    '<a b="<"/>',
  ])('refuses %j', (source) => {
    expect(() => parseXml(source)).toThrow('The XML of the body');
  });
});
