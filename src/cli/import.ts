import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

import { Command } from 'commander'

import type { GivenFile } from '../core/decode-text.ts'
import { importedJobs } from '../core/enrichment/jobs.ts'
import { InvalidInputError } from '../core/errors.ts'
import { type ImportResult, importContacts } from '../core/import-contacts.ts'
import { readImportFile } from '../core/read-import.ts'
import { createDayOf } from '../core/time.ts'
import { failed, plain, print, progressLine, say, withDatabase } from './context.ts'

interface Options {
  readonly campaign?: string
  readonly tag: readonly string[]
  readonly dryRun?: true
  readonly json?: true
}

export function importCommand(): Command {
  return new Command('import')
    .description('bring contacts in from CSV, text or interchange JSON')
    .argument('<file>', 'a CSV, a list of addresses or a contacts.json; - for standard input')
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
        const { contacts, leftOut, unit, onlyAddresses } = await readImportFile(read(file))
        for (const { at, value, reason } of leftOut) say(plain(`left out ${unit} ${at} (${value}): ${reason}`))
        if (onlyAddresses) say('No row names the columns: only the addresses are read.')
        const progress = progressLine(contacts.length)
        const result = await importContacts(database, contacts, {
          dayOf: createDayOf(config.timeZone),
          now,
          dryRun: options.dryRun ?? false,
          campaign: options.campaign ?? null,
          tags: options.tag,
          // Only a server carries it out.
          jobsFor: (ids) => (config.enrichment.on.has('import') ? importedJobs(ids, now) : []),
          onProgress: progress,
        })
        const counts = { ...result, invalid: leftOut.length, dry_run: options.dryRun ?? false }
        print(options.json ? JSON.stringify(counts) : summary(result, leftOut.length, options.dryRun ?? false))
        if (contacts.length === 0 && leftOut.length > 0) failed('Nothing could be imported.')
      }),
    )
}

/** Throws `InvalidInputError` where the file cannot be read. */
function read(file: string): GivenFile {
  try {
    return file === '-'
      ? { name: 'standard input', bytes: readFileSync(0) }
      : { name: basename(file), bytes: readFileSync(file) }
  } catch (error) {
    throw new InvalidInputError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

function summary(
  { created, changed, unchanged, events, erased = 0 }: ImportResult,
  invalid: number,
  dryRun: boolean,
): string {
  const out = erased > 0 ? `, ${erased} left out: erased on request` : ''
  const counts = `${created} new, ${changed} changed, ${unchanged} unchanged, ${invalid} invalid, ${events} new engagements${out}`
  return dryRun ? `${counts} (dry run: nothing was changed)` : counts
}
