import { Command } from 'commander'

import type { Config } from '../core/config.ts'
import { ANOTHER_KEY } from '../core/erasure/erase-contact.ts'
import { keepKey, keyFileOf, keyMark } from '../core/erasure/key.ts'
import { ConfigError, CrmError, InvalidInputError } from '../core/errors.ts'
import { type Counts, copyDatabase, isEmpty } from '../core/store/copy.ts'
import type { Database } from '../core/store/database.ts'
import { erasureState } from '../core/store/erasure.ts'
import { jobsUnderWay } from '../core/store/jobs.ts'
import { openDatabase } from '../core/store/open.ts'
import { counted } from '../core/text.ts'
import { databaseOf, readConfig } from '../environment.ts'
import { type Context, ctrlC, failed, plain, print, progress, say, withDatabase } from './context.ts'
import { fileAt } from './output.ts'

interface Options {
  readonly to: string
  readonly json?: true
}

export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      'move everything into an empty database, SQLite or Postgres; stop the server first, or what it writes meanwhile stays behind',
    )
    .requiredOption('--to <url>', 'sqlite:data/other.db or postgres://user:password@host/name')
    .option('--json', 'print one JSON object')
    .action(migrate)
}

async function migrate(options: Options): Promise<void> {
  if (!/^(sqlite:.+|postgres(ql)?:\/\/.+)/.test(options.to))
    throw new InvalidInputError(
      '--to is not a database: use sqlite:data/other.db or postgres://user:password@host/name',
    )
  await assertThere(readConfig({ needsSlack: false }))
  await withDatabase((context) => moved(context, options))
}

/** Opened, it would be made. */
async function assertThere({ databaseUrl }: Config): Promise<void> {
  const path = databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : undefined
  if (path !== undefined && !(await fileAt(path))) throw new ConfigError(`DATABASE_URL: there is no database ${path}`)
}

async function moved(context: Context, { to, json }: Options): Promise<void> {
  const { config, database, now, clock } = context
  if (await isEmpty(database))
    throw new InvalidInputError('DATABASE_URL: that database is empty, there is nothing to move')
  const working = await jobsUnderWay(database, now)
  if (working > 0)
    throw new CrmError(
      `The server is at work (${counted(working, 'job')} under way). Stop it; if it was killed, wait a minute.`,
    )
  const url = databaseOf(to)
  await using target = await opened(url, config)
  const signal = ctrlC()
  say('The server has to stand still meanwhile: what it writes from now on stays behind.')
  const keyFile = await keyOf(database, target, { from: config.databaseUrl, to: url })
  let counts: Counts
  try {
    counts = await copyDatabase(database, target, { onProgress: progress('rows'), signal })
  } catch (error) {
    if (!signal.aborted) throw error
    return failed('Stopped; nothing was moved.')
  }
  report(counts, { to, keyFile, tookMs: clock() - now, json })
}

/** What is wrong with the other database is told of `--to`. */
async function opened(url: string, { erasureKey }: Config): Promise<Database> {
  try {
    return await openDatabase(url, { erasureSecret: erasureKey })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new InvalidInputError(error.message.replace(/^DATABASE_URL/, '--to'), { cause: error })
  }
}

/**
 * Without their key, nobody who was erased is recognised. Beside a file it is laid before anything else;
 * for Postgres, the file that has to stay is given back.
 */
async function keyOf(
  source: Database,
  target: Database,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<string | undefined> {
  const { keyMark: mark } = await erasureState(source, { hold: false })
  const key = source.erasureKey.known()
  if (mark === null) return undefined
  if (key === undefined || keyMark(key) !== mark) throw new ConfigError(ANOTHER_KEY)
  const there = target.erasureKey.known()
  if (there === key) return undefined
  const file = keyFileOf(to)
  if (there !== undefined)
    throw new InvalidInputError(`${plain(file ?? to)} holds the key of other erased people: move it away`)
  if (file === undefined) return keyFileOf(from)
  keepKey(file, key)
  return undefined
}

interface Report {
  readonly to: string
  readonly keyFile: string | undefined
  readonly tookMs: number
  readonly json: true | undefined
}

function report(counts: Counts, { to, keyFile, tookMs, json }: Report): void {
  const { contacts = 0, events = 0 } = counts
  const env = { DATABASE_URL: to, ...(keyFile === undefined ? {} : { CRM_ERASURE_KEY_FILE: keyFile }) }
  const seconds = Math.round(tookMs / 100) / 10
  if (json) {
    print(JSON.stringify({ contacts, events, seconds, tables: counts, env }))
    return
  }
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  print(`${counted(contacts, 'contact')} and ${counted(events, 'event')} moved in ${counted(seconds, 'second')}.`)
  print('Every table has as many rows as before. In .env has to stand from now on:')
  for (const line of lines) print(line)
  say('The old database is as it was. Delete it when the new one has proven itself: it holds whoever is erased later.')
}
