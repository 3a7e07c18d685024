-- Times are milliseconds since 1970 (bigint), JSON is text, booleans are 0 and 1.

CREATE TABLE file_systems (
  id text PRIMARY KEY,
  created_at bigint NOT NULL,
  lifecycle text NOT NULL,
  failure text,
  -- The absolute directory that is this file system.
  root text NOT NULL,
  -- 1: a directory that was there before (tag drt:root); its data is never deleted.
  adopted integer NOT NULL,
  -- st_dev and st_ino of the root, "dev:ino", once a worker has seen it; a root that was replaced is not worked on.
  identity text,
  -- The request, as JSON: capacity, subnets, Lustre settings, shown again in answers.
  settings text NOT NULL
);

CREATE TABLE associations (
  id text PRIMARY KEY,
  file_system_id text NOT NULL REFERENCES file_systems (id),
  created_at bigint NOT NULL,
  lifecycle text NOT NULL,
  failure text,
  -- Relative to the root, without slashes at its ends; '' is the root.
  directory text NOT NULL,
  bucket text NOT NULL,
  -- Key prefix, '' or ending with '/'.
  prefix text NOT NULL,
  import_on_create integer NOT NULL,
  chunk_size integer NOT NULL,
  -- JSON of the member S3.
  policies text NOT NULL
);
CREATE INDEX associations_by_file_system ON associations (file_system_id, created_at, id);

CREATE TABLE tasks (
  -- Grows by one per task: the order of the queue and of pages.
  seq bigint PRIMARY KEY,
  id text NOT NULL UNIQUE,
  -- No foreign key: tasks outlive their file system.
  file_system_id text NOT NULL,
  type text NOT NULL,
  lifecycle text NOT NULL,
  created_at bigint NOT NULL,
  started_at bigint,
  ended_at bigint,
  -- JSON array, as requested.
  paths text NOT NULL,
  -- What makes two tasks exact copies of each other.
  identity text NOT NULL,
  -- JSON of the member Report.
  report text NOT NULL,
  failure text,
  total bigint NOT NULL,
  succeeded bigint NOT NULL,
  failed bigint NOT NULL,
  bytes bigint NOT NULL,
  updated_at bigint,
  -- PLAN: entries are still being found. FILES, DIRECTORIES: batches of that stage are at work. FINISH: the report.
  stage text NOT NULL,
  -- Where planning goes on: everything up to this scope and key is in batches or settled.
  cursor text,
  -- 1: planning waits until batches are worked off.
  parked integer NOT NULL,
  -- Who may write: grows each time a worker takes up planning or finishing.
  attempt bigint NOT NULL,
  -- Why the completion report could not be delivered.
  report_failure text
);
CREATE INDEX tasks_by_file_system ON tasks (file_system_id, seq);
CREATE INDEX tasks_by_lifecycle ON tasks (lifecycle, seq);

CREATE TABLE task_associations (
  association_id text NOT NULL,
  task_seq bigint NOT NULL,
  PRIMARY KEY (association_id, task_seq)
);

-- Work that is planned and not done. A row goes in the transaction that counts its last entry.
CREATE TABLE batches (
  task_id text NOT NULL,
  number bigint NOT NULL,
  stage text NOT NULL,
  association_id text NOT NULL,
  -- Who may write: grows each time a worker takes up the batch. 0: nobody yet.
  attempt bigint NOT NULL,
  -- JSON array of what is left to do.
  entries text NOT NULL,
  PRIMARY KEY (task_id, number)
);

-- One row per entry that failed: the completion report.
CREATE TABLE failures (
  task_id text NOT NULL,
  path text /*postgres: COLLATE "C" */ NOT NULL,
  code text NOT NULL,
  detail text NOT NULL,
  PRIMARY KEY (task_id, path)
);

-- What each side looked like when an entry was last exported or imported.
CREATE TABLE catalog (
  association_id text NOT NULL,
  -- The object's key without the association's prefix; a directory's ends with '/'.
  key text /*postgres: COLLATE "C" */ NOT NULL,
  -- The entry's attributes as packed by catalog.ts.
  attributes text NOT NULL,
  etag text NOT NULL,
  -- Seconds since 1970: no LastModified of the object that is known to us is later.
  modified bigint NOT NULL,
  PRIMARY KEY (association_id, key)
) /*sqlite: WITHOUT ROWID */;

CREATE TABLE tags (
  resource_id text NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (resource_id, key)
);

-- Idempotency: which request made which resource.
CREATE TABLE requests (
  operation text NOT NULL,
  token text NOT NULL,
  body text NOT NULL,
  resource_id text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (operation, token)
);

-- The queue where no other is configured (jobs/local.ts).
CREATE TABLE jobs (
  id text PRIMARY KEY,
  -- Order of claiming.
  seq bigint NOT NULL,
  kind text NOT NULL,
  payload text NOT NULL,
  -- Free to be claimed from this time on; a worker at work keeps moving it ahead.
  free_at bigint NOT NULL,
  attempt bigint NOT NULL,
  worker text
);
CREATE INDEX jobs_by_turn ON jobs (seq);
