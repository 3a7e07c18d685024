import { describe, expect, it } from 'vitest';

import { authenticationContract } from './contract/authentication.contract.ts';
import { bucketContract } from './contract/buckets.contract.ts';
import { conditionContract } from './contract/conditions.contract.ts';
import { integrityContract } from './contract/integrity.contract.ts';
import { keyContract } from './contract/keys.contract.ts';
import { listingContract } from './contract/listing.contract.ts';
import { multipartContract } from './contract/multipart.contract.ts';
import { objectContract } from './contract/objects.contract.ts';
import { type Check, type ContractEndpoint, createWorld } from './contract/world.ts';

export type { ContractEndpoint } from './contract/world.ts';

/** Titles of tests that a store is known to fail, with the reason. */
export type Deviations = Readonly<Record<string, string>>;

/**
 * What this project relies on in an S3 store, as tests through the AWS SDK. `open` brings the store; the suite makes
 * buckets of its own there and removes them. A test named in `deviations` must fail, so that the list stays true.
 */
export function s3Contract(name: string, open: () => Promise<ContractEndpoint>, deviations: Deviations = {}): void {
  describe(`S3 contract: ${name}`, () => {
    const world = createWorld(open);
    const unused = new Set(Object.keys(deviations));
    const check: Check = (title, test) => {
      const reason = deviations[title];
      unused.delete(title);
      const add = reason === undefined ? it : it.fails;
      add(reason === undefined ? title : `${title} [deviates: ${reason}]`, test);
    };
    describe('buckets', () => {
      bucketContract(world, check);
    });
    describe('objects', () => {
      objectContract(world, check);
    });
    describe('conditions', () => {
      conditionContract(world, check);
    });
    describe('keys', () => {
      keyContract(world, check);
    });
    describe('listing', () => {
      listingContract(world, check);
    });
    describe('multipart', () => {
      multipartContract(world, check);
    });
    describe('integrity', () => {
      integrityContract(world, check);
    });
    describe('authentication', () => {
      authenticationContract(world, check);
    });
    it('deviates only from tests that there are', () => {
      expect([...unused]).toEqual([]);
    });
  });
}
