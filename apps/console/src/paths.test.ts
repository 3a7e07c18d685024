import { expect, test } from 'vitest';

import { type Crumb, type CreateTaskFrom, crumbs, paths, readCreateTaskFrom } from './paths.ts';

const fileSystemId = 'fs-0123456789abcdef0';
const taskId = 'task-0123456789abcdef0';
const associationId = 'dra-0123456789abcdef0';
const duplicate: CreateTaskFrom = { duplicate: taskId };
const fromFileSystem: CreateTaskFrom = { fileSystemId, associationIds: [associationId, 'dra-1111111111'] };

const line = (path: string, trail: readonly Crumb[]) => `${path}  |  ${trail.map((each) => each.text).join(' > ')}`;

test('every page has one URL and one trail of breadcrumbs', () => {
  const pages = [
    line(paths.tasks(), crumbs.tasks()),
    line(paths.task(taskId), crumbs.task(taskId)),
    line(paths.createTask('export'), crumbs.createTask('export', {})),
    line(paths.createTask('import', fromFileSystem), crumbs.createTask('import', fromFileSystem)),
    line(paths.createTask('export', duplicate), crumbs.createTask('export', duplicate)),
    line(paths.createTask('release'), crumbs.createTask('release', {})),
    line(paths.fileSystems(), crumbs.fileSystems()),
    line(paths.fileSystem(fileSystemId), crumbs.fileSystem(fileSystemId)),
    line(paths.fileSystem(fileSystemId, 'tags'), crumbs.fileSystem(fileSystemId)),
    line(paths.association(associationId), crumbs.association(associationId, fileSystemId)),
    line(paths.createFileSystem(), crumbs.createFileSystem()),
    line(paths.createAssociation(fileSystemId), crumbs.createAssociation(fileSystemId)),
    line(paths.updateAssociation(associationId), crumbs.updateAssociation(associationId, fileSystemId)),
  ];
  expect(pages.join('\n')).toMatchInlineSnapshot(`
    "/fsx/data-repository-tasks  |  Amazon FSx > Data repository tasks
    /fsx/data-repository-tasks/task-0123456789abcdef0  |  Amazon FSx > Data repository tasks > task-0123456789abcdef0
    /fsx/data-repository-tasks/create/export  |  Amazon FSx > Data repository tasks > Create export data repository task
    /fsx/data-repository-tasks/create/import?fileSystemId=fs-0123456789abcdef0&associationId=dra-0123456789abcdef0&associationId=dra-1111111111  |  Amazon FSx > File systems > fs-0123456789abcdef0 > Create import data repository task
    /fsx/data-repository-tasks/create/export?duplicate=task-0123456789abcdef0  |  Amazon FSx > Data repository tasks > Create export data repository task
    /fsx/data-repository-tasks/create/release  |  Amazon FSx > Data repository tasks > Create release data repository task
    /fsx/file-systems  |  Amazon FSx > File systems
    /fsx/file-systems/fs-0123456789abcdef0?tab=data-repository  |  Amazon FSx > File systems > fs-0123456789abcdef0
    /fsx/file-systems/fs-0123456789abcdef0?tab=tags  |  Amazon FSx > File systems > fs-0123456789abcdef0
    /fsx/data-repository-associations/dra-0123456789abcdef0  |  Amazon FSx > File systems > fs-0123456789abcdef0 > dra-0123456789abcdef0
    /fsx/file-systems/create  |  Amazon FSx > File systems > Create file system
    /fsx/file-systems/fs-0123456789abcdef0/associations/create  |  Amazon FSx > File systems > fs-0123456789abcdef0 > Create data repository association
    /fsx/data-repository-associations/dra-0123456789abcdef0/update  |  Amazon FSx > File systems > fs-0123456789abcdef0 > dra-0123456789abcdef0 > Update data repository association"
  `);
});

test('an ID that is no ID cannot leave its place in the path', () => {
  expect(paths.task('../../x?y#z')).toBe('/fsx/data-repository-tasks/..%2F..%2Fx%3Fy%23z');
});

test.each([[{}], [duplicate], [fromFileSystem]])('what a create page starts from survives the URL: %j', (from) => {
  const url = new URL(paths.createTask('export', from), 'http://localhost');
  expect(readCreateTaskFrom(url.searchParams)).toEqual({ associationIds: [], ...from });
});
