ALTER TABLE product ADD COLUMN channel TEXT NOT NULL DEFAULT 'VOLUME_KMSCLIENT';
CREATE TABLE usage_report (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  key INTEGER NOT NULL REFERENCES key (row),
  host TEXT NOT NULL,
  name TEXT NOT NULL,
  issued INTEGER NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  token TEXT NOT NULL,
  imported INTEGER NOT NULL
);
CREATE INDEX usage_report_by_host ON usage_report (host, issued);
