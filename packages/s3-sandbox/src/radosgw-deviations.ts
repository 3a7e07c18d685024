import type { Deviations } from './s3.contract.ts';

/** Where Ceph's radosgw 16 (Debian 12) does something else than AWS documents. */
export const RADOSGW_DEVIATIONS: Deviations = {};
