/** @returns whether there is a build of the present sources now. */
export function buildConsole(): Promise<boolean>;
