import type { Input, OperationName } from '@drt/contract';

import type { Fsx } from './fsx-client.ts';
import type { Lane } from './rate-limit.ts';

const isRead = (operation: OperationName) => operation.startsWith('Describe') || operation.startsWith('List');

interface Answer {
  readonly asked: number;
  readonly answer: Promise<unknown>;
}

/**
 * Several tabs that ask the same thing at about the same time make one request of it. Whatever changes something makes
 * all answers stale.
 * @param age how old an answer may be, in ms.
 */
export const shareReads = (fsx: Pick<Fsx, 'call'>, age: number): Pick<Fsx, 'call'> => {
  const answers = new Map<string, Answer>();

  const forgetOld = (now: number) => {
    // In the order in which they were asked.
    for (const [key, { asked }] of answers) {
      if (now - asked < age) return;
      answers.delete(key);
    }
  };

  return {
    async call<Name extends OperationName>(operation: Name, input: Input<Name>, lane?: Lane) {
      if (!isRead(operation)) {
        try {
          return await fsx.call(operation, input, lane);
        } finally {
          answers.clear();
        }
      }
      const key = `${operation} ${JSON.stringify(input)}`;
      const now = performance.now();
      forgetOld(now);
      const shared = answers.get(key)?.answer;
      if (shared) return shared;
      const answer = fsx.call(operation, input, lane);
      answers.set(key, { asked: now, answer });
      // The next one tries again.
      answer.catch(() => answers.get(key)?.answer === answer && answers.delete(key));
      return answer;
    },
  };
};
