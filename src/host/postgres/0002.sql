ALTER TABLE usage_day ADD COLUMN received bigint NOT NULL DEFAULT 0, ADD COLUMN failed bigint NOT NULL DEFAULT 0;
ALTER TABLE usage_day SET (fillfactor = 10);
CREATE TABLE host (
  id text COLLATE "C" PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  url text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  started bigint NOT NULL,
  last_seen bigint NOT NULL,
  stopped bigint NOT NULL
);
CREATE TABLE setting_change (
  name text COLLATE "C" PRIMARY KEY,
  before text COLLATE "C",
  time bigint NOT NULL,
  changed_by text COLLATE "C" NOT NULL
);
