import { randomUUID } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import pg from 'pg'
import { inject } from 'vitest'

import type { Database } from '../../src/core/store/database.ts'
import { type OpenOptions, openDatabase } from '../../src/core/store/open.ts'
import { scratch } from './scratch.ts'

/** An empty place for a database: opening its URL twice gives two connections to the same one. */
export interface DatabasePlace extends AsyncDisposable {
  readonly url: string
}

/** A database of the server with all tables and no rows: copying it takes half the time of making them. */
export const TEMPLATE = 'migrated'

/** Every backend the program supports, opened empty. */
export const databases: readonly {
  readonly name: string
  readonly open: (options?: OpenOptions) => Promise<Database>
}[] = [
  { name: 'SQLite', open: openSqlite },
  { name: 'Postgres', open: (options) => openPlace(() => postgresPlace({ template: TEMPLATE }), options) },
]

export async function openSqlite(options?: OpenOptions): Promise<Database> {
  return await openPlace(async () => sqlitePlace({ template: inject('sqliteTemplate') }), options)
}

async function openPlace(makePlace: () => Promise<DatabasePlace>, options?: OpenOptions): Promise<Database> {
  const place = await makePlace()
  const database = await openDatabase(place.url, options)
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await place[Symbol.asyncDispose]()
    },
  }
}

export function sqlitePlace({ template }: { readonly template?: string } = {}): DatabasePlace {
  const folder = mkdtempSync(join(scratch(), 'touchpoint-'))
  const path = join(folder, 'test.db')
  if (template) copyFileSync(template, path)
  return {
    url: `sqlite:${path}`,
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true })
    },
  }
}

export async function postgresPlace({ template = 'template1' } = {}): Promise<DatabasePlace> {
  const server = inject('postgresUrl')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  // Copied as files: nothing of it has to outlive the run.
  await administer(server, `create database ${name} template ${template} strategy file_copy`)
  return {
    url: `${server}/${name}`,
    [Symbol.asyncDispose]: () => administer(server, `drop database ${name} with (force)`),
  }
}

export async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${server}/postgres` })
  await client.connect()
  await client.query(statement)
  await client.end()
}
