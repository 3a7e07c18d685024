// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/g;

/** What changes the direction of text, breaks lines or cannot be seen. The joiner of emoji is left alone. */
const HIDDEN =
  /[\u0080-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]/g;

const picture = (control: string) => {
  const code = control.charCodeAt(0);
  return String.fromCharCode(code === 0x7f ? 0x2421 : 0x2400 + code);
};

const named = (hidden: string) => `⟨U+${hidden.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

/**
 * A name from a disk or a bucket, so that people see what it is: line breaks and other controls as their pictures,
 * invisible and direction-changing characters by number, spaces at the ends as open boxes. For showing only: copy, send
 * and compare the name itself.
 */
export const visibleText = (name: string): string =>
  name
    .replaceAll(CONTROL, picture)
    .replaceAll(HIDDEN, named)
    .replace(/^ +| +$/g, (spaces) => '␣'.repeat(spaces.length));
