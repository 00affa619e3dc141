CREATE TABLE writer (
  id text COLLATE "C" PRIMARY KEY,
  write bigint NOT NULL,
  time timestamp with time zone NOT NULL
) WITH (fillfactor = 10);
