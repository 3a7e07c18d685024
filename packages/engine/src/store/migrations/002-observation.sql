-- What the console shows beyond FSx: how a task's work goes, and questions that only a worker can answer.

-- Entries that planning has looked at, whether or not there was anything to do about them.
ALTER TABLE tasks ADD COLUMN scanned bigint NOT NULL DEFAULT 0;

-- The counters over time. Samples are a second apart at first and wider apart in long tasks.
CREATE TABLE task_samples (
  task_id text NOT NULL,
  at bigint NOT NULL,
  scanned bigint NOT NULL,
  total bigint NOT NULL,
  succeeded bigint NOT NULL,
  failed bigint NOT NULL,
  bytes bigint NOT NULL,
  PRIMARY KEY (task_id, at)
);

CREATE TABLE task_activity (
  task_id text NOT NULL,
  seq bigint NOT NULL,
  at bigint NOT NULL,
  event text NOT NULL,
  detail text NOT NULL,
  PRIMARY KEY (task_id, seq)
);

-- A question to a worker, and its answer.
CREATE TABLE questions (
  id text PRIMARY KEY,
  asked_at bigint NOT NULL,
  question text NOT NULL,
  -- NULL until a worker has answered. JSON.
  answer text
);
