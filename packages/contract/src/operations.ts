import { z } from 'zod/mini';

import { associationOperations } from './associations.ts';
import { decodeRequest } from './errors.ts';
import { fileSystemOperations } from './file-systems.ts';
import { tagOperations } from './tags.ts';
import { taskOperations } from './tasks.ts';

/**
 * Every FSx operation that is served, with the codec schemas of its request and its answer. The FSx endpoint, the
 * console's back end and the console read this one table; the engine must handle each entry, or it does not compile.
 *
 * Decoding turns AWS JSON (epoch seconds) into what code works with (`Date`), encoding the reverse. Requests are
 * decoded strictly (an unknown member is refused, not ignored); answers leniently, since real AWS adds to them.
 */
export const operations = {
  ...fileSystemOperations,
  ...associationOperations,
  ...taskOperations,
  ...tagOperations,
};

export type OperationName = keyof typeof operations;

/** What code passes to an operation. */
export type Input<Name extends OperationName> = z.output<(typeof operations)[Name]['input']>;

/** What an operation answers in code. */
export type Output<Name extends OperationName> = z.output<(typeof operations)[Name]['output']>;

export const isOperationName = (name: string): name is OperationName => Object.hasOwn(operations, name);

interface Schemas<Name extends OperationName> {
  readonly input: z.ZodMiniType<Input<Name>>;
  readonly output: z.ZodMiniType<Output<Name>>;
}

/** The schemas of one operation, tied to its name. */
const schemasOf = <Name extends OperationName>(name: Name): Schemas<Name> =>
  // TypeScript cannot see that indexing the table by a generic name yields that name's schemas: the one cast here.
  operations[name] as unknown as Schemas<Name>;

/** The input of an operation, from outside. @throws FsxError `BadRequest` with a sentence for each wrong member. */
export const decodeInput = <Name extends OperationName>(name: Name, json: unknown): Input<Name> =>
  decodeRequest(schemasOf(name).input, json);

/** The input of an operation, in AWS JSON. */
export const encodeInput = <Name extends OperationName>(name: Name, input: Input<Name>): unknown =>
  z.encode(schemasOf(name).input, input);

/** The answer of an operation, from AWS JSON. @throws ZodError when it is no such answer. */
export const decodeOutput = <Name extends OperationName>(name: Name, json: unknown): Output<Name> =>
  z.decode(schemasOf(name).output, json);

/** The answer of an operation, in AWS JSON. @throws ZodError when it is no such answer. */
export const encodeOutput = <Name extends OperationName>(name: Name, output: Output<Name>): unknown =>
  z.encode(schemasOf(name).output, output);
