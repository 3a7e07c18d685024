import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';
import { z } from 'zod/mini';

import { ERRORS, MAX_MESSAGE, type ErrorMembers } from './errors.ts';
import { operations, type OperationName } from './operations.ts';
import { integer, text } from './wire.ts';

/**
 * Compares the contract with the FSx API model 2018-03-01 as botocore carries it: members, required members, types,
 * enums, lengths, numbers of items, patterns and bounds of every request; members and enums of every answer.
 *
 * Every model on this machine is compared. Debian's is of 2022, pip's may be of yesterday, and the contract has to fit
 * both: what differs stands below with its reason, and a line that no model needs any more turns the test red.
 */

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly fault?: boolean;
}

interface Model {
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly input: { readonly shape: string };
        readonly output: { readonly shape: string };
        readonly errors: readonly { readonly shape: string }[];
      }
    >
  >;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Where the contract refuses or leaves out, on purpose, what every model has. */
const ON_PURPOSE: Readonly<Record<string, string>> = {
  'CreateFileSystem.WindowsConfiguration is not looked into': 'Lustre only: the engine refuses it whole',
  'CreateFileSystem.OntapConfiguration is not looked into': 'Lustre only: the engine refuses it whole',
  'CreateFileSystem.OpenZFSConfiguration is not looked into': 'Lustre only: the engine refuses it whole',
  'DeleteFileSystem.WindowsConfiguration is not looked into': 'Lustre only: the engine refuses it whole',
  'DeleteFileSystem.OpenZFSConfiguration is not looked into': 'Lustre only: the engine refuses it whole',
  'DescribeDataRepositoryAssociations.Filters[].Name is required, in the model optional': 'a filter by nothing',
  'DescribeDataRepositoryAssociations.Filters[].Values is required, in the model optional': 'a filter for nothing',
  'DescribeDataRepositoryTasks.Filters[].Name is required, in the model optional': 'a filter by nothing',
  'DescribeDataRepositoryTasks.Filters[].Values is required, in the model optional': 'a filter for nothing',
};

/** What came to FSx after the model that Debian 12 ships (botocore 1.29, December 2022). */
const NEWER_THAN_2022: readonly string[] = [
  'CreateFileSystem.StorageType has INTELLIGENT_TIERING, the model not',
  'CreateFileSystem.StorageCapacity is optional, in the model required',
  'CreateFileSystem.NetworkType is not in the model',
  'CreateFileSystem.LustreConfiguration.EfaEnabled is not in the model',
  'CreateFileSystem.LustreConfiguration.MetadataConfiguration is not in the model',
  'CreateFileSystem.LustreConfiguration.ThroughputCapacity is not in the model',
  'CreateFileSystem.LustreConfiguration.DataReadCacheConfiguration is not in the model',
  'CreateDataRepositoryTask.ReleaseConfiguration is not in the model',
  'answer to CreateFileSystem.FileSystem.StorageType has INTELLIGENT_TIERING, the model not',
  'answer to DescribeFileSystems.FileSystems[].StorageType has INTELLIGENT_TIERING, the model not',
  'answer to CreateDataRepositoryTask.DataRepositoryTask.ReleaseConfiguration is not in the model',
  'answer to DescribeDataRepositoryTasks.DataRepositoryTasks[].ReleaseConfiguration is not in the model',
];

const MODEL = 'data/fsx/2018-03-01/service-2.json';

/** The directories that may hold a botocore: Debian's, the AWS CLI's own copy, and what `python3` imports. */
const botocores = (): string[] => {
  const imported = () => {
    try {
      const script = 'import botocore, os; print(os.path.dirname(botocore.__file__))';
      return [
        execFileSync('python3', ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(),
      ];
    } catch {
      return [];
    }
  };
  return [
    '/usr/lib/python3/dist-packages/botocore',
    '/usr/lib/python3/dist-packages/awscli/botocore',
    '/usr/local/aws-cli/v2/current/dist/awscli/botocore',
    ...imported(),
  ];
};

const readModel = (file: string): Model => {
  const bytes = fs.readFileSync(file);
  // The file is Amazon's and its form is fixed; a wrong guess here shows as a failing comparison.
  return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()) as Model;
};

const models = [
  ...new Set(
    botocores()
      .flatMap((directory) => [path.join(directory, MODEL), path.join(directory, `${MODEL}.gz`)])
      .filter((file) => fs.existsSync(file))
      .map((file) => fs.realpathSync(file)),
  ),
].map((file) => ({ file, model: readModel(file) }));

/** The part of JSON Schema that `z.toJSONSchema` writes for the contract. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}

const schemaOf = (name: OperationName, side: 'input' | 'output'): Schema =>
  // zod types its JSON Schema wider (booleans as schemas); the contract has no such thing.
  z.toJSONSchema(operations[name][side], { io: 'input', unrepresentable: 'any' }) as Schema;

/** zod bounds every integer by what a double holds exactly; the model's long has no such words. */
const bound = (value: number | undefined) =>
  value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? undefined : value;

/** One spelling for patterns that mean the same: without backslashes that need not be, with those that may. */
const normal = (pattern: string | undefined) => {
  let isInClass = false;
  return pattern?.replace(/\\.|[[\]]|-(?=\])/gsu, (piece) => {
    if (piece === '\\/') return '/';
    if (piece === '-') return isInClass ? '\\-' : '-';
    if (isInClass && /^\\[*.?_[]$/.test(piece)) return piece.slice(1);
    if (piece === '[') isInClass = true;
    if (piece === ']') isInClass = false;
    return piece;
  });
};

const TYPES: Readonly<Record<string, string>> = {
  structure: 'object',
  list: 'array',
  string: 'string',
  boolean: 'boolean',
  integer: 'integer',
  long: 'integer',
  timestamp: 'number',
};

class Comparison {
  readonly differences: string[] = [];
  readonly #shapes: Model['shapes'];
  readonly #isRequest: boolean;

  constructor(model: Model, side: 'input' | 'output') {
    this.#shapes = model.shapes;
    this.#isRequest = side === 'input';
  }

  compare(at: string, schema: Schema, name: string): void {
    const shape = this.#shapes[name];
    if (!shape) throw new Error(`the model has no shape ${name}`);
    const type = schema.type === 'number' && shape.type !== 'timestamp' && !this.#isRequest ? 'integer' : schema.type;
    if (type === undefined) this.#found(`${at} is not looked into`);
    else if (type !== TYPES[shape.type]) this.#found(`${at} is ${type}, in the model ${shape.type}`);
    else if (shape.type === 'structure') this.#structure(at, schema, shape);
    else if (shape.type === 'list') this.#list(at, schema, shape);
    else if (shape.type === 'string') this.#string(at, schema, shape);
    else if (shape.type !== 'timestamp') {
      this.#limit(`${at} minimum`, bound(schema.minimum), shape.min);
      this.#limit(`${at} maximum`, bound(schema.maximum), shape.max);
    }
  }

  #found(difference: string) {
    this.differences.push(difference);
  }

  /** An answer may leave a limit unsaid: it is AWS's to keep. */
  #limit(what: string, ours: number | string | undefined, model: number | string | undefined) {
    if (ours === model || (ours === undefined && !this.#isRequest)) return;
    this.#found(`${what} is ${ours}, in the model ${model}`);
  }

  #structure(at: string, { properties = {}, required = [], additionalProperties }: Schema, shape: Shape) {
    const { members = {}, required: modelRequired = [] } = shape;
    if (this.#isRequest !== (additionalProperties === false)) {
      this.#found(`${at} ${this.#isRequest ? 'lets pass' : 'refuses'} members that it does not know`);
    }
    for (const [member, inner] of Object.entries(properties)) {
      const there = members[member];
      if (there) this.compare(`${at}.${member}`, inner, there.shape);
    }
    const [ours, theirs] = [Object.keys(properties), Object.keys(members)];
    this.#without(ours, theirs, (member) => `${at}.${member} is not in the model`);
    this.#without(required, modelRequired, (member) => `${at}.${member} is required, in the model optional`);
    // An answer need not have what the contract does not look at.
    if (!this.#isRequest) return;
    this.#without(theirs, ours, (member) => `${at}.${member} is missing`);
    this.#without(modelRequired, required, (member) => `${at}.${member} is optional, in the model required`);
  }

  #without(from: readonly string[], what: readonly string[], say: (value: string) => string) {
    for (const value of from) if (!what.includes(value)) this.#found(say(value));
  }

  #list(at: string, schema: Schema, shape: Shape) {
    this.#limit(`${at} minItems`, schema.minItems, shape.min);
    this.#limit(`${at} maxItems`, schema.maxItems, shape.max);
    if (schema.items && shape.member) this.compare(`${at}[]`, schema.items, shape.member.shape);
    else this.#found(`${at} has no items`);
  }

  #string(at: string, schema: Schema, shape: Shape) {
    this.#limit(`${at} minLength`, schema.minLength, shape.min === 0 ? undefined : shape.min);
    this.#limit(`${at} maxLength`, schema.maxLength, shape.max);
    this.#limit(`${at} pattern`, normal(schema.pattern), normal(shape.pattern));
    if (!this.#isRequest && schema.enum === undefined && shape.enum === undefined) return;
    const [ours, theirs] = [schema.enum ?? [], shape.enum ?? []];
    this.#without(ours, theirs, (value) => `${at} has ${value}, the model not`);
    this.#without(theirs, ours, (value) => `${at} lacks ${value}`);
  }
}

// Its keys are the operation names, which Object.keys forgets.
const NAMES = Object.keys(operations) as OperationName[];

const differencesFrom = (model: Model): string[] =>
  NAMES.flatMap((name) => {
    const operation = model.operations[name];
    if (!operation) return [`${name} is not in the model`];
    return (['input', 'output'] as const).flatMap((side) => {
      const comparison = new Comparison(model, side);
      comparison.compare(side === 'input' ? name : `answer to ${name}`, schemaOf(name, side), operation[side].shape);
      return comparison.differences;
    });
  });

test.skipIf(process.env['DRT_NO_AWSCLI'] === '1')('an FSx model is on this machine', () => {
  const how =
    'No FSx API model was found. Install Debian’s awscli (apt-get install awscli), which brings python3-botocore, ' +
    'or set DRT_NO_AWSCLI=1 to leave the comparison with the model out.';
  expect(
    models.map(({ file }) => file),
    how,
  ).not.toEqual([]);
});

/** Errors of CreateFileSystem that say what only real hardware, networks and directories can be wrong about. */
const NEVER_ANSWERED = [
  'ActiveDirectoryError',
  'InvalidImportPath',
  'InvalidExportPath',
  'InvalidNetworkSettings',
  'InvalidPerUnitStorageThroughput',
];

/** Errors that AWS JSON endpoints answer before an operation is reached: no model lists them. */
const OF_THE_PROTOCOL = [
  'UnknownOperationException',
  'SerializationException',
  'AccessDeniedException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'ThrottlingException',
  'RequestEntityTooLarge',
];

const isOf2022 = (model: Model) => model.shapes['ReleaseConfiguration'] === undefined;

describe.each(models)('the contract against $file', ({ model }) => {
  test('requests and answers are the model’s, but for what is listed', () => {
    const listed = new Set([...Object.keys(ON_PURPOSE), ...NEWER_THAN_2022]);
    expect(differencesFrom(model).filter((difference) => !listed.has(difference))).toEqual([]);
  });

  test('what is listed does differ', () => {
    const listed = [...Object.keys(ON_PURPOSE), ...(isOf2022(model) ? NEWER_THAN_2022 : [])];
    const differences = new Set(differencesFrom(model));
    expect(listed.filter((difference) => !differences.has(difference))).toEqual([]);
  });

  test('the errors of the served operations are the contract’s, but for what is listed', () => {
    const modelled = new Set(NAMES.flatMap((name) => model.operations[name]?.errors.map((error) => error.shape) ?? []));
    expect([...modelled].sort()).toEqual(
      [...Object.keys(ERRORS).filter((code) => !OF_THE_PROTOCOL.includes(code)), ...NEVER_ANSWERED].sort(),
    );
  });

  test('an error is 500 when the model calls it a fault, else 400; its message is as long as the model allows', () => {
    const modelled = Object.entries(ERRORS).flatMap(([code, status]) => {
      const shape = model.shapes[code];
      const message = shape?.members?.['Message']?.shape ?? '';
      return shape ? [{ code, status, expected: shape.fault ? 500 : 400, longest: model.shapes[message]?.max }] : [];
    });
    expect(modelled.map(({ longest }) => longest)).toEqual(modelled.map(() => MAX_MESSAGE));
    expect(modelled.filter(({ status, expected }) => status !== expected)).toEqual([]);
  });

  test('what an error needs beside its message is what the contract knows', () => {
    const members = new Set(Object.keys(ERRORS).flatMap((code) => model.shapes[code]?.required ?? []));
    const known: Required<ErrorMembers> = { Parameter: '', Limit: '', ResourceARN: '' };
    expect([...members].sort()).toEqual(Object.keys(known).sort());
  });
});

describe('the comparison itself', () => {
  const model: Model = {
    operations: {},
    shapes: {
      Request: {
        type: 'structure',
        required: ['Name'],
        members: { Name: { shape: 'Name' }, Kind: { shape: 'Kind' }, Sizes: { shape: 'Sizes' } },
      },
      Name: { type: 'string', min: 2, max: 9, pattern: String.raw`^[a-z\.\/\-]*$` },
      Kind: { type: 'string', enum: ['A', 'B'] },
      Sizes: { type: 'list', max: 3, member: { shape: 'Size' } },
      Size: { type: 'long', min: 0, max: 10 },
    },
  };
  const compared = (schema: z.ZodMiniType, side: 'input' | 'output' = 'input') => {
    const comparison = new Comparison(model, side);
    // As for the operations' schemas above.
    comparison.compare('R', z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema, 'Request');
    return comparison.differences;
  };
  const Name = text({ min: 2, max: 9, pattern: /^[a-z./-]*$/ });
  const Kind = z.optional(z.enum(['A', 'B']));
  const Sizes = z.optional(z.array(integer(0, 10)).check(z.maxLength(3)));

  test('finds nothing where all is alike', () => {
    expect(compared(z.strictObject({ Name, Kind, Sizes }))).toEqual([]);
    expect(compared(z.object({ Name: z.string(), Kind: z.enum(['A', 'B']) }), 'output')).toEqual([
      'R.Kind is required, in the model optional',
    ]);
  });

  test.each<[string, z.ZodMiniType, string[]]>([
    ['a missing member', z.strictObject({ Name, Sizes }), ['R.Kind is missing']],
    ['a member too many', z.strictObject({ Name, Kind, Sizes, X: z.string() }), ['R.X is not in the model']],
    [
      'an optional member',
      z.strictObject({ Name: z.optional(Name), Kind, Sizes }),
      ['R.Name is optional, in the model required'],
    ],
    ['a loose object', z.object({ Name, Kind, Sizes }), ['R lets pass members that it does not know']],
    ['a lacking value', z.strictObject({ Name, Kind: z.optional(z.enum(['A'])), Sizes }), ['R.Kind lacks B']],
    [
      'a value too many',
      z.strictObject({ Name, Kind: z.optional(z.enum(['A', 'B', 'C'])), Sizes }),
      ['R.Kind has C, the model not'],
    ],
    [
      'a free text',
      z.strictObject({ Name, Kind: z.optional(z.string()), Sizes }),
      ['R.Kind lacks A', 'R.Kind lacks B'],
    ],
    [
      'another length',
      z.strictObject({ Name: text({ min: 2, max: 8, pattern: /^[a-z./-]*$/ }), Kind, Sizes }),
      ['R.Name maxLength is 8, in the model 9'],
    ],
    [
      'no least length',
      z.strictObject({ Name: text({ max: 9, pattern: /^[a-z./-]*$/ }), Kind, Sizes }),
      ['R.Name minLength is undefined, in the model 2'],
    ],
    [
      'another pattern',
      z.strictObject({ Name: text({ min: 2, max: 9, pattern: /^[a-z./]*$/ }), Kind, Sizes }),
      [String.raw`R.Name pattern is ^[a-z./]*$, in the model ^[a-z./\-]*$`],
    ],
    ['another type', z.strictObject({ Name: z.number(), Kind, Sizes }), ['R.Name is number, in the model string']],
    [
      'more items',
      z.strictObject({ Name, Kind, Sizes: z.optional(z.array(integer(0, 10)).check(z.maxLength(4))) }),
      ['R.Sizes maxItems is 4, in the model 3'],
    ],
    [
      'another bound',
      z.strictObject({ Name, Kind, Sizes: z.optional(z.array(integer(1, 10)).check(z.maxLength(3))) }),
      ['R.Sizes[] minimum is 1, in the model 0'],
    ],
    ['anything', z.strictObject({ Name: z.unknown(), Kind, Sizes }), ['R.Name is not looked into']],
  ])('finds %s', (_, schema, differences) => {
    expect(compared(schema)).toEqual(expect.arrayContaining(differences));
  });

  test('an answer must let pass what AWS adds, and must not name what AWS does not have', () => {
    expect(compared(z.strictObject({ Name: z.string() }), 'output')).toEqual([
      'R refuses members that it does not know',
    ]);
    expect(compared(z.object({ X: z.optional(z.string()) }), 'output')).toEqual(['R.X is not in the model']);
  });
});
