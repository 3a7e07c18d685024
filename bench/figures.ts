/** How often each thing is measured. */
export const TIMES = 20;

export interface Figure {
  readonly what: string;
  /** Milliseconds. */
  readonly median: number;
  readonly p95: number;
  readonly worst: number;
  /** Of the server, per request: what a busy machine does not change. */
  readonly cpu?: number;
  /** What the project promises, in milliseconds. */
  readonly goal?: number | undefined;
}

export const figureOf = (what: string, milliseconds: readonly number[], goal?: number): Figure => {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
  return { what, median: at(0.5), p95: at(0.95), worst: at(1), goal };
};

/** Measures one thing over and over, one after another. */
export const measure = async (
  what: string,
  once: (run: number) => Promise<number>,
  { times = TIMES, goal }: { readonly times?: number; readonly goal?: number } = {},
): Promise<Figure> => {
  const milliseconds: number[] = [];
  for (let run = 0; run < times; run += 1) milliseconds.push(await once(run));
  return figureOf(what, milliseconds, goal);
};

export const keepsGoal = ({ p95, goal }: Figure) => goal === undefined || p95 <= goal;

const number = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));

/** The figures as a table of a markdown document. */
export const tableOf = (title: string, figures: readonly Figure[]) =>
  [
    `\n| ${title}, ms | median | p95 | worst | at most | CPU time |\n| --- | --: | --: | --: | --: | --: |`,
    ...figures.map((figure) => {
      const { what, median, p95, worst, goal, cpu } = figure;
      const promised = goal === undefined ? '' : `${goal}${keepsGoal(figure) ? '' : ' (missed)'}`;
      return `| ${what} | ${number(median)} | ${number(p95)} | ${number(worst)} | ${promised} | ${cpu === undefined ? '' : number(cpu)} |`;
    }),
  ].join('\n');
