CREATE TABLE mak (
  key INTEGER PRIMARY KEY REFERENCES key (row),
  product TEXT NOT NULL REFERENCES product (id),
  activations INTEGER NOT NULL
);
CREATE TABLE mak_activation (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  key INTEGER NOT NULL REFERENCES key (row),
  cmid TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  name TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  times INTEGER NOT NULL,
  UNIQUE (key, cmid, fingerprint)
);
