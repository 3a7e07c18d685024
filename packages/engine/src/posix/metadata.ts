import type { Attributes, Kind, Restorable } from './tree.ts';

export function toMetadata(attributes: Attributes): Record<string, string> {
  throw new Error(`not built yet: ${attributes.kind}`);
}

export function fromMetadata(metadata: Readonly<Record<string, string>>): {
  kind?: Kind;
  restorable: Restorable;
} {
  throw new Error(`not built yet: ${Object.keys(metadata).join()}`);
}
