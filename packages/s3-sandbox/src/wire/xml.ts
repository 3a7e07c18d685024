import { S3Error } from './errors.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n';

// Control characters and line ends as character references: a parser would fold a bare CR into LF.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const SPECIAL = /[&<>"\u0000-\u001f\u007f]/g;
const NAMED = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

const escape = (text: string) =>
  text.replace(SPECIAL, (character) => NAMED.get(character) ?? `&#x${character.charCodeAt(0).toString(16)};`);

/** One element with text; nothing at all for `undefined`. */
export const element = (name: string, text: string | number | boolean | undefined) =>
  text === undefined ? '' : `<${name}>${escape(String(text))}</${name}>`;

/** One element around XML that is already escaped. */
export const parent = (name: string, ...inner: readonly string[]) => `<${name}>${inner.join('')}</${name}>`;

/** A whole answer in S3's namespace. */
export const document = (name: string, ...inner: readonly string[]) =>
  `${HEADER}<${name} xmlns="${NAMESPACE}">${inner.join('')}</${name}>`;

/** S3's error body, which has no namespace. `details` are further elements, such as `Key`. */
export const errorDocument = (code: string, message: string, details: Readonly<Record<string, string>>) =>
  HEADER +
  parent(
    'Error',
    element('Code', code),
    element('Message', message),
    ...Object.entries(details).map(([name, text]) => element(name, text)),
  );

/** An element of a request body; namespaces and attributes are dropped. */
export interface XmlElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

const TOKEN = /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([^\s<>/!?]+)(?:\s[^<>]*?)?(\/?)>|([^<]+)/y;

/**
 * Reads the few kinds of XML that S3 takes: elements and text, no document type, no entities of its own.
 * @throws S3Error MalformedXML
 */
export function parseXml(source: string): XmlElement {
  const top: XmlElement = { name: '', children: [], text: '' };
  const open: XmlElement[] = [];
  let current = top;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const token = TOKEN.exec(source);
    if (token === null) throw new S3Error('MalformedXML');
    const [, closing, qualified, selfClosing, text] = token;
    if (text !== undefined) current.text += unescape(text);
    if (qualified === undefined) continue;
    const name = qualified.slice(qualified.indexOf(':') + 1);
    if (closing === '/') {
      const outer = open.pop();
      if (outer === undefined || current.name !== name) throw new S3Error('MalformedXML');
      current = outer;
      continue;
    }
    const child: XmlElement = { name, children: [], text: '' };
    current.children.push(child);
    if (selfClosing === '/') continue;
    open.push(current);
    current = child;
  }
  const [root] = top.children;
  if (root === undefined || open.length > 0 || top.children.length > 1) throw new S3Error('MalformedXML');
  return root;
}

/** The text of the named child, or `undefined`. */
export const childText = (of: XmlElement, name: string) => of.children.find((child) => child.name === name)?.text;

const ENTITIES = new Map([...NAMED].map(([character, entity]) => [entity, character]));

function unescape(text: string): string {
  return text.replace(/&[^;]*;?/g, (entity) => {
    if (entity === '&apos;') return "'";
    const number = /^&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));$/i.exec(entity);
    const code = number === null ? Number.NaN : Number.parseInt(number[1] ?? number[2] ?? '', number[1] ? 16 : 10);
    const character = code <= 0x10ffff ? String.fromCodePoint(code) : ENTITIES.get(entity);
    if (character === undefined) throw new S3Error('MalformedXML');
    return character;
  });
}
