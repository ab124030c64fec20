-- SPDX-License-Identifier: GPL-3.0-or-later
-- A store of schema 1 with a machine, a job that was running, its steps, events and idempotency key. Never
-- changed: every later sevend must open it.
CREATE TABLE jobs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  machine_name TEXT,
  machine_uuid TEXT,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  phase TEXT,
  progress INTEGER NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
  parameters TEXT,
  cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
  outcome TEXT CHECK (outcome IN ('failed', 'cancelled')),
  evidence_kept INTEGER NOT NULL DEFAULT 0 CHECK (evidence_kept IN (0, 1)),
  created TEXT NOT NULL,
  started TEXT,
  finished TEXT,
  error_code TEXT,
  error_message TEXT,
  error_phase TEXT,
  event_count INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX jobs_by_state ON jobs (state);
CREATE INDEX jobs_by_machine ON jobs (machine_name);
CREATE TABLE machines (
  uuid TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('installing', 'ready', 'failed', 'deleting')),
  template_name TEXT,
  disc TEXT,
  edition TEXT,
  architecture TEXT,
  request TEXT,
  boot_disc TEXT,
  agent TEXT,
  error_code TEXT,
  error_message TEXT,
  job TEXT REFERENCES jobs (id) DEFERRABLE INITIALLY DEFERRED,
  created TEXT NOT NULL) STRICT;
CREATE INDEX machines_by_boot_disc ON machines (boot_disc);
CREATE TABLE steps (
  job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  phase TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'done', 'failed', 'undone', 'skipped')),
  started TEXT,
  finished TEXT,
  detail TEXT,
  PRIMARY KEY (job, position),
  UNIQUE (job, phase)) STRICT, WITHOUT ROWID;
CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
  time TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('state', 'phase', 'progress', 'log', 'console')),
  data TEXT NOT NULL) STRICT;
CREATE INDEX events_by_job ON events (job,
  sequence);
CREATE INDEX events_by_kind ON events (job,
  kind,
  sequence);
CREATE TABLE idempotency_keys (
  key TEXT NOT NULL PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  created INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO jobs (number, id, kind, machine_name, machine_uuid, state, phase, progress, parameters, created, started,
  event_count)
  VALUES (7, 'job-7', 'install', 'old', 'uuid-old', 'running', 'b', 25, 'block:none', '2026-01-02T03:04:05.678Z',
  '2026-01-02T03:04:06.000Z', 2);
INSERT INTO steps VALUES (7, 0, 'a', 'done', '2026-01-02T03:04:06.000Z', '2026-01-02T03:04:07.000Z', 'detail of a');
INSERT INTO steps VALUES (7, 1, 'b', 'running', '2026-01-02T03:04:07.000Z', NULL, NULL);
INSERT INTO steps VALUES (7, 2, 'c', 'pending', NULL, NULL, NULL);
INSERT INTO events VALUES (41, 7, '2026-01-02T03:04:05.678Z', 'state', '{"time":"2026-01-02T03:04:05.678Z","state":"queued"}');
INSERT INTO events VALUES (42, 7, '2026-01-02T03:04:06.000Z', 'state', '{"time":"2026-01-02T03:04:06.000Z","state":"running"}');
INSERT INTO machines VALUES ('uuid-old', 'old', 'installing', 'win7-pro-x64', 'win7', 'PROFESSIONAL', 'amd64', '{}',
  NULL, NULL, NULL, NULL, 'job-7', '2026-01-02T03:04:05.678Z');
INSERT INTO idempotency_keys VALUES ('key', 'print', 'job-7', 4102444800);
PRAGMA user_version = 1;
