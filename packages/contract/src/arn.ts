/**
 * ARNs as the Service Authorization Reference writes them:
 * `arn:<partition>:fsx:<region>:<account>:task/<TaskId>`, `file-system/<id>`, `association/<fs-id>/<dra-id>`.
 */

export interface ArnScope {
  /** `aws` if left out. */
  readonly partition?: string;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

type Resource =
  | { readonly kind: 'file-system'; readonly id: string }
  | { readonly kind: 'association'; readonly id: string; readonly fileSystemId: string }
  | { readonly kind: 'task'; readonly id: string };

const path = (resource: Resource) =>
  resource.kind === 'association'
    ? `association/${resource.fileSystemId}/${resource.id}`
    : `${resource.kind}/${resource.id}`;

export const arnOf = ({ partition = 'aws', region, account }: ArnScope, resource: Resource) =>
  `arn:${partition}:fsx:${region}:${account}:${path(resource)}`;

/** The resource an ARN names, whatever its scope; undefined when it is no file system, association or task. */
export const parseArn = (arn: string): Resource | undefined => {
  const [prefix, , service, , , ...rest] = arn.split(':');
  if (prefix !== 'arn' || service !== 'fsx') return undefined;
  const [kind, first, second, ...more] = rest.join(':').split('/');
  if (!first || more.length > 0) return undefined;
  if (kind === 'association') return second ? { kind, id: second, fileSystemId: first } : undefined;
  if (second !== undefined) return undefined;
  return kind === 'file-system' || kind === 'task' ? { kind, id: first } : undefined;
};
