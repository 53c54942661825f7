import { readFileSync } from 'node:fs'
import process from 'node:process'

import { Command } from 'commander'

import { InvalidInputError } from '../core/errors.ts'
import { type ImportResult, importContacts } from '../core/import-contacts.ts'
import type { InterchangeContact } from '../core/interchange.ts'
import { fromInterchange, type ReadContact } from '../core/read-interchange.ts'
import { createDayOf } from '../core/time.ts'
import { failed, plain, print, say, withDatabase } from './context.ts'

interface Options {
  readonly campaign?: string
  readonly tag: readonly string[]
  readonly dryRun?: true
  readonly json?: true
}

export function importCommand(): Command {
  return new Command('import')
    .description('bring contacts in from interchange JSON')
    .argument('<file>', 'a contacts.json, or - for standard input')
    .option('--campaign <name>', 'the campaign of contacts that name none')
    .option(
      '--tag <tag>',
      'a tag for every contact; may be repeated',
      (tag: string, tags: string[]) => [...tags, tag],
      [],
    )
    .option('--dry-run', 'count what would happen and change nothing')
    .option('--json', 'print the counts as JSON')
    .action((file: string, options: Options) =>
      withDatabase(async ({ config, database, now }) => {
        const { contacts, problems } = separate(readEntries(file))
        for (const { key, problem } of problems) say(plain(`left out ${key}: ${problem}`))
        const progress = progressLine(contacts.length)
        const result = await importContacts(database, contacts, {
          dayOf: createDayOf(config.timeZone),
          now,
          dryRun: options.dryRun ?? false,
          campaign: options.campaign ?? null,
          tags: options.tag,
          onProgress: progress,
        })
        const counts = { ...result, invalid: problems.length, dry_run: options.dryRun ?? false }
        print(options.json ? JSON.stringify(counts) : summary(result, problems.length, options.dryRun ?? false))
        if (contacts.length === 0 && problems.length > 0) failed('Nothing could be imported.')
      }),
    )
}

/** Throws `InvalidInputError` unless the file is one JSON object keyed by address. */
function readEntries(file: string): ReadContact[] {
  const parsed = parse(read(file), file)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new InvalidInputError(
      `${file} is JSON, but not the interchange format: it has to be an object keyed by address.`,
    )
  }
  return Object.entries(parsed).map(([key, value]) => fromInterchange(key, value))
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\ufeff/, '')
  } catch (error) {
    throw new InvalidInputError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const detail = error instanceof Error ? error.message : error
    throw new InvalidInputError(`${file} is not JSON (${detail}). Only the interchange JSON can be imported.`)
  }
}

function separate(entries: readonly ReadContact[]) {
  const contacts: InterchangeContact[] = []
  const problems: { readonly key: string; readonly problem: string }[] = []
  for (const entry of entries) {
    if ('contact' in entry) contacts.push(entry.contact)
    else problems.push(entry)
  }
  return { contacts, problems }
}

/** A line that rewrites itself on a terminal; nothing elsewhere, since the result says it all. */
function progressLine(total: number): (done: number) => void {
  if (!process.stderr.isTTY) return () => {}
  return (done) => process.stderr.write(`\r${done} of ${total}${done >= total ? '\n' : ''}`)
}

function summary({ created, changed, unchanged, events }: ImportResult, invalid: number, dryRun: boolean): string {
  const counts = `${created} new, ${changed} changed, ${unchanged} unchanged, ${invalid} invalid, ${events} new engagements`
  return dryRun ? `${counts} (dry run: nothing was changed)` : counts
}
