import { link, lstat, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'

import { Command } from 'commander'
import { keyFileOf } from '../core/erasure/key.ts'
import { CrmError, InvalidInputError, StorageError } from '../core/errors.ts'
import { backUpSqlite } from '../core/store/sqlite-backup.ts'
import { counted, figure } from '../core/text.ts'
import { readConfig } from '../environment.ts'
import { ctrlC, doing, failed, plain, print, progressLine, say } from './context.ts'
import { checkOutput, databaseIn, fileAt, isOfFiles, partOf, STANDARD, why } from './output.ts'

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the SQLite database of one moment into a file, beside a running server; it replaces no file')
    .argument('<file>', 'where the copy goes')
    .option('--json', 'print one JSON object')
    .action(backup)
}

/** Nothing is opened for writing and nothing migrated: a back-up is made before the program is brought up to date. */
async function backup(name: string, { json }: { json?: true }): Promise<void> {
  const config = readConfig({ needsSlack: false })
  const { databaseUrl, erasureKey } = config
  if (!databaseUrl.startsWith('sqlite:'))
    throw new InvalidInputError(
      'This copies SQLite. Postgres has its own: pg_dump --format=custom --file=crm.dump, with the address that DATABASE_URL has',
    )
  const database = databaseUrl.slice('sqlite:'.length)
  const path = resolve(name)
  await checkOutput(name, [await databaseIn(config)])
  await checkFree(name, path, database)

  const signal = ctrlC()
  const copied = await madeWhole(name, path, (part) => copyInto(part, database, signal), signal)
  if (copied === undefined) return failed(`Stopped; ${plain(name)} was not written.`)
  const { contacts, bytes } = copied
  if (json) print(JSON.stringify({ file: path, contacts, bytes }))
  else print(`${counted(contacts, 'contact')}, ${figure(bytes / 1_000_000)} MB in ${plain(name)}.`)
  say('Whoever is erased later is still in it: after restoring, crm forget --reapply (docs/erasure.md).')
  const key = keyFileOf(databaseUrl)
  if (erasureKey === undefined && key !== undefined && (await fileAt(key)))
    say(`What erased people are recognised by is not in it: keep ${plain(basename(key))} as well, in another place.`)
}

const BESIDE = ['-wal', '-shm', '-journal', '.key']

async function checkFree(name: string, path: string, database: string): Promise<void> {
  const refused = (reason: string) => new InvalidInputError(`${name} cannot be written: ${reason}`)
  if (name === STANDARD) throw refused('a back-up needs a file')
  if (BESIDE.some((end) => path === `${database}${end}`)) throw refused('it belongs to the database')
  // Not what a link leads to: also a link that leads nowhere is something.
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  )
  if (isThere) throw refused('it is there already, and a back-up replaces nothing')
}

async function copyInto(part: string, database: string, signal: AbortSignal): Promise<{ contacts: number }> {
  let bar: ReturnType<typeof progressLine> | undefined
  return await backUpSqlite(database, part, {
    signal,
    onProgress({ done, total }) {
      bar ??= progressLine(total)
      bar(done, 'pages')
    },
    onCopied: () => doing('Looking through the copy …'),
  })
}

/** The file is there when `make` has filled it and the disk has it; undefined where somebody stopped it. */
async function madeWhole<T>(
  name: string,
  path: string,
  make: (part: string) => Promise<T>,
  signal: AbortSignal,
): Promise<(T & { readonly bytes: number }) | undefined> {
  const part = await partOf(path)
  try {
    await (await open(part, 'wx', 0o600)).close()
    const made = await make(part)
    const bytes = await flushed(part)
    signal.throwIfAborted()
    await put(part, path)
    return { ...made, bytes }
  } catch (error) {
    if (signal.aborted) return undefined
    if (isOfFiles(error)) throw new CrmError(`${name} cannot be written: ${why(error)}`, { cause: error })
    throw error instanceof StorageError
      ? new CrmError(`${name} cannot be written: ${error.message}`, { cause: error })
      : error
  } finally {
    for (const end of ['', '-journal', '-wal', '-shm']) await rm(`${part}${end}`, { force: true })
  }
}

async function flushed(part: string): Promise<number> {
  await using file = await open(part, 'r+')
  await file.sync()
  return (await file.stat()).size
}

/** A link never replaces what somebody put there meanwhile; where a disk knows no links, a new name has to do. */
async function put(part: string, path: string): Promise<void> {
  try {
    await link(part, path)
  } catch (error) {
    if (!isOfFiles(error) || error.code === 'EEXIST') throw error
    await rename(part, path)
  }
  // The name is on the disk with its folder, where the disk can do that at all.
  const folder = await open(dirname(path), 'r')
  await folder.sync().catch(() => {})
  await folder.close()
}
