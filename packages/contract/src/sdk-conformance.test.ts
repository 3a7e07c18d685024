import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

import * as sdk from '@aws-sdk/client-fsx';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod/mini';

import { ERRORS, type ErrorCode } from './errors.ts';
import { decodeInput, encodeOutput, operations, type Input, type OperationName, type Output } from './operations.ts';

/** The words of the contract are those of the AWS SDK, in types and on the wire. */

/** What the SDK takes and gives for each operation. */
interface Sdk {
  CreateFileSystem: { input: sdk.CreateFileSystemCommandInput; output: sdk.CreateFileSystemCommandOutput };
  DescribeFileSystems: { input: sdk.DescribeFileSystemsCommandInput; output: sdk.DescribeFileSystemsCommandOutput };
  DeleteFileSystem: { input: sdk.DeleteFileSystemCommandInput; output: sdk.DeleteFileSystemCommandOutput };
  CreateDataRepositoryAssociation: {
    input: sdk.CreateDataRepositoryAssociationCommandInput;
    output: sdk.CreateDataRepositoryAssociationCommandOutput;
  };
  DescribeDataRepositoryAssociations: {
    input: sdk.DescribeDataRepositoryAssociationsCommandInput;
    output: sdk.DescribeDataRepositoryAssociationsCommandOutput;
  };
  UpdateDataRepositoryAssociation: {
    input: sdk.UpdateDataRepositoryAssociationCommandInput;
    output: sdk.UpdateDataRepositoryAssociationCommandOutput;
  };
  DeleteDataRepositoryAssociation: {
    input: sdk.DeleteDataRepositoryAssociationCommandInput;
    output: sdk.DeleteDataRepositoryAssociationCommandOutput;
  };
  CreateDataRepositoryTask: {
    input: sdk.CreateDataRepositoryTaskCommandInput;
    output: sdk.CreateDataRepositoryTaskCommandOutput;
  };
  DescribeDataRepositoryTasks: {
    input: sdk.DescribeDataRepositoryTasksCommandInput;
    output: sdk.DescribeDataRepositoryTasksCommandOutput;
  };
  CancelDataRepositoryTask: {
    input: sdk.CancelDataRepositoryTaskCommandInput;
    output: sdk.CancelDataRepositoryTaskCommandOutput;
  };
  TagResource: { input: sdk.TagResourceCommandInput; output: sdk.TagResourceCommandOutput };
  UntagResource: { input: sdk.UntagResourceCommandInput; output: sdk.UntagResourceCommandOutput };
  ListTagsForResource: { input: sdk.ListTagsForResourceCommandInput; output: sdk.ListTagsForResourceCommandOutput };
}

/** Configurations of file system types that are not served: the contract only knows that they exist. */
type NotLustre = 'WindowsConfiguration' | 'OntapConfiguration' | 'OpenZFSConfiguration';

type Keys<Type> = Type extends unknown ? keyof Type : never;

/** The operations whose request, as the contract has it, the SDK would not take. */
type RefusedBySdk = {
  [Name in OperationName]: Omit<Input<Name>, NotLustre> extends Sdk[Name]['input'] ? never : Name;
}[OperationName];

/** The operations of which the contract knows members that the SDK does not. */
type UnknownToSdk = {
  [Name in OperationName]: Exclude<Keys<Input<Name>>, Keys<Sdk[Name]['input']>> extends never ? never : Name;
}[OperationName];

/** The operations of which the SDK knows members that the contract would refuse. */
type UnknownToUs = {
  [Name in OperationName]: Exclude<Keys<Sdk[Name]['input']>, Keys<Input<Name>>> extends never ? never : Name;
}[OperationName];

/** The operations whose answer, as the contract has it, is not one of the SDK's. */
type NotAnAnswer = {
  [Name in OperationName]: Output<Name> extends Omit<Sdk[Name]['output'], '$metadata'> ? never : Name;
}[OperationName];

describe('types', () => {
  test('the operations of the contract are commands of the SDK', () => {
    expectTypeOf<keyof Sdk>().toEqualTypeOf<OperationName>();
  });

  test('a request of the contract can be given to the SDK, which has no member more and none less', () => {
    expectTypeOf<RefusedBySdk>().toBeNever();
    expectTypeOf<UnknownToSdk>().toBeNever();
    expectTypeOf<UnknownToUs>().toBeNever();
  });

  test('an answer of the contract is an answer of the SDK', () => {
    expectTypeOf<NotAnAnswer>().toBeNever();
    expectTypeOf<Output<'CreateDataRepositoryTask'>['DataRepositoryTask']>().toExtend<
      sdk.DataRepositoryTask | undefined
    >();
  });
});

const created = new Date('2026-11-22T10:20:30.123Z');
const later = new Date('2026-11-22T10:21:00Z');
const fileSystemId = 'fs-0123456789abcdef0';
const associationId = 'dra-0123456789abcdef0';
const taskId = 'task-0123456789abcdef0';
const arn = `arn:aws:fsx:eu-central-1:123456789012:task/${taskId}`;
const Tags = [
  { Key: 'Name', Value: 'nightly Läufe 東京' },
  { Key: 'drt:root', Value: '' },
];
const token = 'b2a6d0c.4f-_x';

const Report: Input<'CreateDataRepositoryTask'>['Report'] = {
  Enabled: true,
  Path: 's3://bucket/reports',
  Format: 'REPORT_CSV_20191124',
  Scope: 'FAILED_FILES_ONLY',
};

const task: Required<NonNullable<Output<'CreateDataRepositoryTask'>['DataRepositoryTask']>> = {
  TaskId: taskId,
  Lifecycle: 'EXECUTING',
  Type: 'RELEASE_DATA_FROM_FILESYSTEM',
  CreationTime: created,
  StartTime: later,
  EndTime: later,
  ResourceARN: arn,
  Tags,
  FileSystemId: fileSystemId,
  Paths: ['a,b', 'ünïcode/\u{1f600}', ''],
  FailureDetails: { Message: 'It was not to be.' },
  Status: {
    TotalCount: 2 ** 40,
    SucceededCount: 12,
    FailedCount: 0,
    LastUpdatedTime: created,
    ReleasedCapacity: 7,
  },
  Report,
  ReleaseConfiguration: { DurationSinceLastAccess: { Unit: 'DAYS', Value: 30 } },
};

const S3: Required<NonNullable<Input<'UpdateDataRepositoryAssociation'>['S3']>> = {
  AutoImportPolicy: { Events: ['NEW', 'CHANGED', 'DELETED'] },
  AutoExportPolicy: { Events: [] },
};

const association: Required<NonNullable<Output<'CreateDataRepositoryAssociation'>['Association']>> = {
  AssociationId: associationId,
  ResourceARN: arn,
  FileSystemId: fileSystemId,
  Lifecycle: 'MISCONFIGURED',
  FailureDetails: { Message: 'no bucket' },
  FileSystemPath: '/ns1/',
  DataRepositoryPath: 's3://bucket/prefix',
  BatchImportMetaDataOnCreate: false,
  ImportedFileChunkSize: 1024,
  S3,
  Tags,
  CreationTime: created,
};

const fileSystem: Required<NonNullable<Output<'CreateFileSystem'>['FileSystem']>> = {
  OwnerId: '123456789012',
  CreationTime: created,
  FileSystemId: fileSystemId,
  FileSystemType: 'LUSTRE',
  Lifecycle: 'AVAILABLE',
  FailureDetails: { Message: 'none' },
  StorageCapacity: 1200,
  StorageType: 'SSD',
  VpcId: 'vpc-00000000',
  SubnetIds: ['subnet-00000000'],
  NetworkInterfaceIds: ['eni-00000000'],
  DNSName: 'localhost',
  KmsKeyId: 'key',
  ResourceARN: arn,
  Tags,
  LustreConfiguration: {
    DeploymentType: 'PERSISTENT_2',
    MountName: 'fsx',
    WeeklyMaintenanceStartTime: '1:00:00',
    PerUnitStorageThroughput: 125,
    DailyAutomaticBackupStartTime: '00:00',
    AutomaticBackupRetentionDays: 0,
    CopyTagsToBackups: true,
    DataCompressionType: 'LZ4',
  },
  FileSystemTypeVersion: '2.15',
};

/** One request and one answer of each operation with every member that the contract has. */
const samples: { readonly [Name in OperationName]: { readonly input: Input<Name>; readonly output: Output<Name> } } = {
  CreateFileSystem: {
    input: {
      ClientRequestToken: token,
      FileSystemType: 'LUSTRE',
      StorageCapacity: 1200,
      StorageType: 'SSD',
      SubnetIds: ['subnet-00000000'],
      SecurityGroupIds: ['sg-00000000'],
      Tags,
      KmsKeyId: 'key',
      LustreConfiguration: {
        WeeklyMaintenanceStartTime: '7:23:59',
        ImportPath: 's3://bucket/in',
        ExportPath: 's3://bucket/out',
        ImportedFileChunkSize: 1,
        DeploymentType: 'SCRATCH_2',
        AutoImportPolicy: 'NEW_CHANGED',
        PerUnitStorageThroughput: 200,
        DailyAutomaticBackupStartTime: '05:30',
        AutomaticBackupRetentionDays: 90,
        CopyTagsToBackups: false,
        DriveCacheType: 'READ',
        DataCompressionType: 'NONE',
        EfaEnabled: false,
        LogConfiguration: { Level: 'WARN_ERROR', Destination: 'arn:aws:logs:eu-central-1:123456789012:log-group:/x' },
        RootSquashConfiguration: { RootSquash: '65534:65534', NoSquashNids: ['10.0.[1-3].6@tcp'] },
        MetadataConfiguration: { Iops: 1500, Mode: 'USER_PROVISIONED' },
        ThroughputCapacity: 4000,
        DataReadCacheConfiguration: { SizingMode: 'USER_PROVISIONED', SizeGiB: 32 },
      },
      FileSystemTypeVersion: '2.15',
      NetworkType: 'DUAL',
      WindowsConfiguration: { ThroughputCapacity: 8 },
      OntapConfiguration: { DeploymentType: 'SINGLE_AZ_1' },
      OpenZFSConfiguration: { DeploymentType: 'SINGLE_AZ_1', ThroughputCapacity: 64 },
    },
    output: { FileSystem: fileSystem },
  },
  DescribeFileSystems: {
    input: { FileSystemIds: [fileSystemId], MaxResults: 7, NextToken: 'AAAA' },
    output: { FileSystems: [fileSystem, {}], NextToken: 'BBB=' },
  },
  DeleteFileSystem: {
    input: {
      FileSystemId: fileSystemId,
      ClientRequestToken: token,
      LustreConfiguration: { SkipFinalBackup: true, FinalBackupTags: Tags },
      WindowsConfiguration: { SkipFinalBackup: true },
      OpenZFSConfiguration: { SkipFinalBackup: true },
    },
    output: { FileSystemId: fileSystemId, Lifecycle: 'DELETING', LustreResponse: { FinalBackupId: 'backup-0' } },
  },
  CreateDataRepositoryAssociation: {
    input: {
      FileSystemId: fileSystemId,
      FileSystemPath: '/ns1',
      DataRepositoryPath: 's3://bucket/prefix/',
      BatchImportMetaDataOnCreate: true,
      ImportedFileChunkSize: 512_000,
      S3,
      ClientRequestToken: token,
      Tags,
    },
    output: { Association: association },
  },
  DescribeDataRepositoryAssociations: {
    input: {
      AssociationIds: [associationId],
      Filters: [{ Name: 'file-system-id', Values: [fileSystemId] }],
      MaxResults: 25,
      NextToken: 'AAAA',
    },
    output: { Associations: [association], NextToken: 'AAAA' },
  },
  UpdateDataRepositoryAssociation: {
    input: { AssociationId: associationId, ClientRequestToken: token, ImportedFileChunkSize: 1, S3 },
    output: { Association: association },
  },
  DeleteDataRepositoryAssociation: {
    input: { AssociationId: associationId, ClientRequestToken: token, DeleteDataInFileSystem: true },
    output: { AssociationId: associationId, Lifecycle: 'DELETING', DeleteDataInFileSystem: true },
  },
  CreateDataRepositoryTask: {
    input: {
      Type: 'EXPORT_TO_REPOSITORY',
      Paths: ['path1,path2/file1', 'dir with spaces/ü', ''],
      FileSystemId: fileSystemId,
      Report,
      ClientRequestToken: token,
      Tags,
      CapacityToRelease: 5,
      ReleaseConfiguration: { DurationSinceLastAccess: { Unit: 'DAYS', Value: 0 } },
    },
    output: { DataRepositoryTask: task },
  },
  DescribeDataRepositoryTasks: {
    input: {
      TaskIds: [taskId],
      Filters: [{ Name: 'task-lifecycle', Values: ['PENDING', 'EXECUTING'] }],
      MaxResults: 2_147_483_647,
      NextToken: 'AAAA',
    },
    output: { DataRepositoryTasks: [task], NextToken: 'AA==' },
  },
  CancelDataRepositoryTask: {
    input: { TaskId: taskId },
    output: { Lifecycle: 'CANCELING', TaskId: taskId },
  },
  TagResource: { input: { ResourceARN: arn, Tags }, output: {} },
  UntagResource: { input: { ResourceARN: arn, TagKeys: ['Name'] }, output: {} },
  ListTagsForResource: {
    input: { ResourceARN: arn, MaxResults: 3, NextToken: 'AAAA' },
    output: { Tags, NextToken: 'AAAA' },
  },
};

/** Sends a command by its name: the SDK has a class for each and no other way in. */
const send = (client: sdk.FSxClient, name: OperationName, input: object): Promise<object> => {
  const Command: unknown = Reflect.get(sdk, `${name}Command`);
  if (typeof Command !== 'function') throw new Error(`the SDK has no ${name}Command`);
  const command: Parameters<typeof client.send>[0] = Reflect.construct(Command, [input]);
  return client.send(command);
};

/** An FSx that answers what the test puts into it and remembers the last request. */
const stub = {
  answer: { status: 200, body: {} as object },
  request: { target: '' as string | undefined, body: {} as unknown },
};

const server = createServer((request, response) => {
  void json(request).then((body) => {
    stub.request = { target: String(request.headers['x-amz-target']), body };
    response.writeHead(stub.answer.status, { 'Content-Type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(stub.answer.body));
  });
});
let client: sdk.FSxClient;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server has an address of this form.
  const { port } = server.address() as AddressInfo;
  client = new sdk.FSxClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
});

afterAll(async () => {
  client.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

// Its keys are the operation names, which Object.keys forgets.
const NAMES = Object.keys(operations) as OperationName[];

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** The members of a schema that a value, taken as JSON, does not show. */
const unseen = (schema: Schema, value: unknown, at = ''): string[] => {
  if (schema.items) return Array.isArray(value) ? unseen(schema.items, value[0] ?? {}, `${at}[]`) : [];
  return Object.entries(schema.properties ?? {}).flatMap(([member, inner]) => {
    const there: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, member) : undefined;
    return there === undefined ? [`${at}.${member}`] : unseen(inner, there, `${at}.${member}`);
  });
};

describe.each(NAMES)('%s through the real SDK', (name) => {
  const { input, output } = samples[name];

  test.each(['input', 'output'] as const)('the sample of its %s shows every member', (side) => {
    // As in model.test.ts: the contract uses only this part of JSON Schema.
    const schema = z.toJSONSchema(operations[name][side], { io: 'input', unrepresentable: 'any' }) as Schema;
    expect(unseen(schema, samples[name][side])).toEqual([]);
  });

  test('the request arrives as it was given, and the answer as it was encoded', async () => {
    stub.answer = { status: 200, body: Object(encodeOutput(name, output)) };
    const { $metadata, ...received }: object & { $metadata?: unknown } = await send(client, name, input);
    expect($metadata).toBeDefined();
    expect(stub.request.target).toBe(`AWSSimbaAPIService_v20180301.${name}`);
    expect(decodeInput(name, stub.request.body)).toEqual(input);
    expect(received).toEqual(output);
  });
});

/** Codes that no FSx model has: the SDK gives them the class of the service and keeps their name. */
const UNMODELLED: readonly ErrorCode[] = [
  'UnknownOperationException',
  'SerializationException',
  'AccessDeniedException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'ThrottlingException',
  'RequestEntityTooLarge',
];

// Its keys are the error codes, which Object.keys forgets.
const CODES = Object.keys(ERRORS) as ErrorCode[];

const errorFor = async (code: ErrorCode): Promise<unknown> => {
  const members = { Parameter: 'FileSystemId', Limit: 'FILE_SYSTEM_COUNT', ResourceARN: arn };
  stub.answer = { status: ERRORS[code], body: { __type: code, Message: 'That is why.', ...members } };
  return await send(client, 'CancelDataRepositoryTask', { TaskId: taskId }).catch((thrown: unknown) => thrown);
};

test.each(CODES)('the error %s arrives in the SDK with its name, message and side', async (code) => {
  const error = await errorFor(code);
  expect(error).toBeInstanceOf(sdk.FSxServiceException);
  const $fault = ERRORS[code] < 500 ? 'client' : 'server';
  expect(error).toMatchObject({ name: code, message: 'That is why.', $fault });
});

test.each(CODES.filter((code) => !UNMODELLED.includes(code)))('%s has a class of its own in the SDK', async (code) => {
  expect(await errorFor(code)).toBeInstanceOf(Reflect.get(sdk, code));
});

test.each(UNMODELLED)('%s has none', (code) => {
  expect(Reflect.has(sdk, code)).toBe(false);
});

test('the members of errors arrive too', async () => {
  expect(await errorFor('IncompatibleParameterError')).toMatchObject({ Parameter: 'FileSystemId' });
  expect(await errorFor('ServiceLimitExceeded')).toMatchObject({ Limit: 'FILE_SYSTEM_COUNT' });
  expect(await errorFor('ResourceNotFound')).toMatchObject({ ResourceARN: arn });
});
