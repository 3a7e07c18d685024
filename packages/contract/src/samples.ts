/** How much of a task's history is told and kept. */

/** A chart cannot show more, and a browser that follows a task for days must not carry more. */
const MOST = 400;
/** What speeds are computed from is kept whole. */
const RECENT_MS = 90_000;

/**
 * Samples, oldest first, as they are when there are few; of many the recent ones and, evenly over time, some of those
 * before. The first and the last always stay.
 */
export const thinned = <Sample extends { readonly Time: Date }>(samples: readonly Sample[]): Sample[] => {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last || samples.length <= MOST) return [...samples];
  const end = last.Time.getTime();
  const step = (end - first.Time.getTime()) / (MOST / 2);
  let next = 0;
  return samples.filter((sample) => {
    const time = sample.Time.getTime();
    if (time < next && time < end - RECENT_MS) return false;
    next = time + step;
    return true;
  });
};
