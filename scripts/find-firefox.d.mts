/** Its path; undefined where there is none. */
export function findFirefox(): string | undefined;
