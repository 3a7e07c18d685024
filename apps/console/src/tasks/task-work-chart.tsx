import Box from '@cloudscape-design/components/box';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import LineChart from '@cloudscape-design/components/line-chart';
import type { TaskWork } from '@drt/contract/engine-api';
import type { DataRepositoryTask } from '@drt/contract/tasks';

import { formatClock, formatTimeWithZone } from '../shell/time.ts';
import { executionSamples, rateNumber, type RatePoint, ratePoints } from './task-work.ts';
import { isActive } from './words.ts';

/** As many as can be told apart on the width of a chart. */
const MOST_POINTS = 60;

interface TaskWorkChartProps {
  readonly task: DataRepositoryTask;
  readonly work: TaskWork;
}

/** Files and bytes per second over the task's life: two charts, because one axis cannot hold both. */
export const TaskWorkChart = ({ task, work }: TaskWorkChartProps) => {
  const points = ratePoints(executionSamples(task, work.Samples), MOST_POINTS);
  const scale = bytesScale(points);
  const why = isActive(task.Lifecycle) ? 'Nothing has been transferred yet.' : 'The task had nothing to transfer.';
  return (
    <Container header={<Header variant="h2">Throughput</Header>}>
      <ColumnLayout columns={2}>
        <RateChart
          title="Files per second"
          unit="files/s"
          start={task.StartTime}
          points={points}
          valueOf={({ files }) => files}
          empty={why}
        />
        <RateChart
          title="Data per second"
          unit={scale.unit}
          start={task.StartTime}
          points={points}
          valueOf={({ bytes }) => bytes / scale.divisor}
          empty={why}
        />
      </ColumnLayout>
    </Container>
  );
};

const SCALES = [
  { unit: 'GiB/s', divisor: 2 ** 30 },
  { unit: 'MiB/s', divisor: 2 ** 20 },
  { unit: 'KiB/s', divisor: 2 ** 10 },
];

/** The unit in which the highest rate has at least one digit before the point. */
const bytesScale = (points: readonly RatePoint[]) => {
  const highest = points.reduce((most, { bytes }) => Math.max(most, bytes), 0);
  return SCALES.find(({ divisor }) => highest >= divisor) ?? { unit: 'B/s', divisor: 1 };
};

/** The time on the axis, with as much of the second as tells one mark from the next. */
const clockFor = (spanMs: number) => {
  const digits = spanMs > 8000 ? 0 : spanMs > 800 ? 1 : 3;
  if (digits === 0) return formatClock;
  return (date: Date) => `${formatClock(date)}.${String(date.getMilliseconds()).padStart(3, '0').slice(0, digits)}`;
};

interface RateChartProps {
  readonly title: string;
  readonly unit: string;
  readonly start: Date | undefined;
  readonly points: readonly RatePoint[];
  readonly valueOf: (point: RatePoint) => number;
  readonly empty: string;
}

const RateChart = ({ title, unit, start, points, valueOf, empty }: RateChartProps) => {
  const [first] = points;
  const data = points.map((point) => ({ x: point.time, y: valueOf(point) }));
  // The rate of the first stretch holds from the start on, so that even a single stretch is a line.
  if (first && start) data.unshift({ x: start, y: valueOf(first) });
  const highest = data.reduce((most, { y }) => Math.max(most, y), 0);
  const begin = data[0]?.x;
  const end = data.at(-1)?.x;
  return (
    <div>
      <Box variant="h3" padding={{ bottom: 'xs' }}>
        {title}
      </Box>
      <LineChart
        series={
          data.length > 0
            ? [{ type: 'line', title, data, valueFormatter: (value: number) => `${rateNumber(value)} ${unit}` }]
            : []
        }
        {...(begin && end ? { xDomain: [begin, end] } : {})}
        yDomain={[0, highest > 0 ? highest * 1.1 : 1]}
        xScaleType="time"
        xTitle="Time"
        yTitle={unit}
        height={180}
        hideFilter
        hideLegend
        ariaLabel={`${title} over the life of the task`}
        ariaDescription={`Highest: ${rateNumber(highest)} ${unit}.`}
        i18nStrings={{
          chartAriaRoleDescription: 'line chart',
          xAxisAriaRoleDescription: 'x axis, time',
          yAxisAriaRoleDescription: `y axis, ${unit}`,
          detailPopoverDismissAriaLabel: 'Close',
          xTickFormatter: clockFor(begin && end ? end.getTime() - begin.getTime() : 0),
          yTickFormatter: rateNumber,
        }}
        detailPopoverFooter={(x) => <Box variant="small">{formatTimeWithZone(x)}</Box>}
        empty={
          <Box textAlign="center" color="text-body-secondary">
            {empty}
          </Box>
        }
      />
    </div>
  );
};
