import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

import BetterSqlite3 from 'better-sqlite3'

import { sendgridEvents } from './events.ts'

/**
 * What SQLite can do with nothing in the way: contact upsert and event insert with two unique
 * keys and one index, as two set-based statements in a transaction of `size` events, FULL.
 */
export function rawInsertsPerSecond(total: number, size: number, people: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'touchpoint-raw-'))
  const db = new BetterSqlite3(join(folder, 'raw.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(`
    create table contacts (id integer primary key, email text not null unique, opens integer not null, last_at integer not null) strict;
    create table events (
      seq integer primary key, provider text not null, id text not null, contact_id integer not null,
      type text not null, occurred_at integer not null, url text, unique (provider, id)
    ) strict;
    create index events_contact on events (contact_id, occurred_at);`)
  const upsert = db.prepare(`
    insert into contacts (email, opens, last_at)
    select value ->> 'email', 1, value ->> 'timestamp' from json_each(?) where true
    on conflict (email) do update set opens = opens + 1, last_at = max(last_at, excluded.last_at)`)
  const insert = db.prepare(`
    insert into events (provider, id, contact_id, type, occurred_at, url)
    select 'sendgrid', value ->> 'sg_event_id', contacts.id, value ->> 'event', value ->> 'timestamp', value ->> 'url'
    from json_each(?) join contacts on contacts.email = value ->> 'email' where true
    on conflict (provider, id) do nothing`)
  const batches = Array.from({ length: total / size }, (_, n) => JSON.stringify(sendgridEvents(n * size, size, people)))
  const started = performance.now()
  for (const batch of batches) {
    db.exec('begin immediate')
    upsert.run(batch)
    insert.run(batch)
    db.exec('commit')
  }
  const seconds = (performance.now() - started) / 1000
  db.close()
  rmSync(folder, { recursive: true })
  return total / seconds
}

/** The least that an HTTP server on this machine can do with a POST: parse its JSON and answer. */
export async function startNoOp(): Promise<{ readonly url: URL } & AsyncDisposable> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'no-op.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return {
    url: new URL(String(line)),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
