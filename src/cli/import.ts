import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import process from 'node:process'
import { pipeline } from 'node:stream/promises'

import { Command, InvalidArgumentError } from 'commander'

import { importedJobs } from '../core/enrichment/jobs.ts'
import { InvalidInputError } from '../core/errors.ts'
import { columnsFrom } from '../core/import/column-words.ts'
import type { DryRun } from '../core/import/dry-run.ts'
import { createImports, type ImportReport, type Imports, type NewImport } from '../core/import/imports.ts'
import type { ImportCounts, UndoReport } from '../core/import/report.ts'
import type { RunProgress } from '../core/import/run.ts'
import { createDayOf } from '../core/time.ts'
import { type Context, failed, plain, positive, print, progressLine, say, withDatabase } from './context.ts'

interface Options {
  readonly campaign?: string
  readonly tag: readonly string[]
  readonly columns?: string
  readonly overwrite?: true
  readonly dryRun?: true
  readonly rejected?: string
  readonly undo?: number
  readonly json?: true
}

export function importCommand(): Command {
  return new Command('import')
    .description('bring contacts in from CSV, text or interchange JSON, or take an import back')
    .argument('[file]', 'a CSV, a list of addresses or a contacts.json; - for standard input')
    .option('--campaign <name>', 'the campaign of contacts that name none')
    .option(
      '--tag <tag>',
      'a tag for every contact; may be repeated',
      (tag: string, tags: string[]) => [...tags, tag],
      [],
    )
    .option('--columns <columns>', 'what columns hold, as in "Nickname=firstName, Notes=-"; - leaves one out')
    .option('--overwrite', 'replace what people entered, too')
    .option('--dry-run', 'say what would happen and change nothing')
    .option('--rejected <file>', 'write the rows that made no contact there, as CSV with the reasons')
    .option('--undo <import>', 'take an import back, by its number', undoable)
    .option('--json', 'print the counts as JSON')
    .action((file: string | undefined, options: Options) =>
      withDatabase(async (context) => {
        const imports = importsIn(context)
        if (options.undo !== undefined) await undo(imports, options.undo, options)
        else if (file === undefined) throw new InvalidInputError('Name a file to import, or - for standard input.')
        else await bringIn(context, imports, file, options)
      }),
    )
}

function undoable(text: string): number {
  try {
    return positive(text)
  } catch {
    throw new InvalidArgumentError('It has to be the number that the import was given.')
  }
}

function importsIn({ config, database, clock }: Context): Imports {
  return createImports({
    ...{ database, now: clock, dayOf: createDayOf(config.timeZone) },
    // Only a server carries it out.
    jobsFor: (ids) => importedJobs(ids, clock()),
  })
}

async function bringIn({ config }: Context, imports: Imports, file: string, options: Options): Promise<void> {
  const order = {
    ...(await given(file)),
    ...{ by: null, campaign: options.campaign ?? null, tags: options.tag, overwrite: options.overwrite ?? false },
    enrich: config.enrichment.on.has('import'),
  }
  const kept = await imports.begin(order)
  const id = (await goingOn(imports, kept, order)) ?? kept
  try {
    const inspection = await imports.inspection(id)
    for (const warning of inspection.warnings) say(plain(warning))
    // One that goes on has its columns already, and half of it is written by them.
    if (options.columns !== undefined && id === kept)
      await imports.setColumns(id, columnsFrom(options.columns, inspection))
    if (options.dryRun) await tryOut(imports, id, options)
    else await carryOut(imports, id, inspection.unit, options)
  } finally {
    // Nobody is left to say yes to it.
    const { stage } = (await imports.state(id)) ?? {}
    if (stage === 'ready') await imports.cancel(id)
  }
}

/** Throws `InvalidInputError` where the file cannot be read. */
async function given(file: string): Promise<Pick<NewImport, 'name' | 'bytes'>> {
  if (file === '-') return { name: 'standard input', bytes: process.stdin }
  try {
    if ((await stat(file)).isDirectory()) throw new Error('it is a folder')
  } catch (error) {
    throw new InvalidInputError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
  return { name: basename(file), bytes: createReadStream(file) }
}

/** The import of the same bytes, asked for in the same way, that a process before this one did not end. */
async function goingOn(imports: Imports, id: number, order: Omit<NewImport, 'bytes'>): Promise<number | undefined> {
  const like = await imports.unfinishedLike(id)
  const isSame =
    like &&
    like.campaign === order.campaign &&
    like.overwrite === order.overwrite &&
    like.tags.join('\n') === order.tags.join('\n')
  if (!isSame) return undefined
  await imports.cancel(id)
  say(`Import ${like.id} of the same list was not finished. It goes on after row ${like.done}.`)
  return like.id
}

async function tryOut(imports: Imports, id: number, options: Options): Promise<void> {
  const dryRun = await imports.dryRun(id, { onProgress: progress('rows') })
  for (const line of linesOf(dryRun)) say(plain(line))
  if (options.json) print(JSON.stringify({ ...dryRun.counts, dry_run: true }))
  else print(`${summary(dryRun.counts)} (dry run: nothing was changed)`)
  if (isNobody(dryRun.counts)) failed('Nothing could be imported.')
}

async function carryOut(imports: Imports, id: number, unit: string, options: Options): Promise<void> {
  const interrupted = () => void imports.cancel(id)
  process.once('SIGINT', interrupted)
  try {
    const report = await imports.run(id, { onProgress: progress('rows') })
    await tell(imports, report, unit, options)
    if (report.stage === 'cancelled') failed(`Stopped after ${report.done} of ${report.total} rows.`)
  } finally {
    process.off('SIGINT', interrupted)
  }
}

async function tell(imports: Imports, report: ImportReport, unit: string, options: Options): Promise<void> {
  const { id, counts } = report
  if (options.rejected !== undefined)
    await pipeline(imports.rejectedCsv(id), createWriteStream(options.rejected, { mode: 0o600 }))
  else {
    let told = 0
    for await (const { at, value, reason } of imports.rejected(id)) {
      if (told === MOST_LINES) break
      say(plain(`left out ${unit} ${at} (${value}): ${reason}`))
      told += 1
    }
    const more = counts.invalid + counts.duplicate - told
    if (more > 0) say(`left out ${more} more; --rejected <file> lists them all`)
  }
  if (options.json) print(JSON.stringify({ ...counts, dry_run: false, import: id }))
  else print(`${summary(counts)}. Import ${id}: crm import --undo ${id} takes it back.`)
  if (isNobody(counts)) failed('Nothing could be imported.')
}

const MOST_LINES = 20

async function undo(imports: Imports, id: number, { json }: Options): Promise<void> {
  const report = await imports.undo(id, null, { onProgress: progress('contacts') })
  for await (const { email, reason } of imports.kept(id)) say(plain(`kept ${email}: ${reason}`))
  if (json) print(JSON.stringify({ ...countsOf(report), import: id }))
  else print(`${report.removed} removed, ${report.restored} restored, ${report.kept} kept`)
}

function countsOf({ removed, restored, kept }: UndoReport) {
  return { removed, restored, kept }
}

/** A bar on a terminal, and elsewhere a line for every tenth of what is long. */
function progress(what: string): (progress: Pick<RunProgress, 'done' | 'total'>) => void {
  let bar: ReturnType<typeof progressLine> | undefined
  let tenths = 0
  return ({ done, total }) => {
    if (total === null) return
    bar ??= progressLine(total)
    bar(done)
    const now = Math.floor((10 * done) / total)
    if (!process.stderr.isTTY && total >= LONG && now > tenths) say(`${done} of ${total} ${what}`)
    tenths = now
  }
}

const LONG = 10_000

function isNobody({ created, changed, unchanged, invalid }: ImportCounts): boolean {
  return created + changed + unchanged === 0 && invalid > 0
}

function summary(counts: ImportCounts): string {
  const { created, changed, unchanged, duplicate, invalid, events, erased, suppressed, spared } = counts
  return [
    `${created} new, ${changed} changed, ${unchanged} unchanged, ${duplicate} duplicate, ${invalid} invalid`,
    `${events} new engagements`,
    ...(suppressed > 0 ? [`${suppressed} suppressed`] : []),
    ...(spared > 0 ? [`${spared} with what people entered, which stays`] : []),
    ...(erased > 0 ? [`${erased} left out: erased on request`] : []),
  ].join(', ')
}

/** The first rows of each kind. */
function linesOf({ first, counts, suggestions }: DryRun): string[] {
  const rows = (word: string, all: readonly { readonly at: number; readonly value: string }[], count: number) => [
    ...all.map(({ at, value }) => `${word} ${at}: ${value}`),
    ...(count > all.length && all.length > 0 ? [`${word} … ${count - all.length} more`] : []),
  ]
  return [
    ...rows('new', first.created, counts.created),
    ...first.changed.map(
      ({ at, value, changes }) =>
        `changed ${at}: ${value}: ${changes.map(({ field, before, after }) => `${field} ${before ?? '-'} → ${after}`).join('; ')}`,
    ),
    ...(counts.changed > first.changed.length ? [`changed … ${counts.changed - first.changed.length} more`] : []),
    ...rows('suppressed', first.suppressed, counts.suppressed),
    ...rows('kept as people entered it', first.spared, counts.spared),
    ...first.duplicate.map(({ at, value, reason }) => `duplicate ${at} (${value}): ${reason}`),
    ...first.invalid.map(({ at, value, reason }) => `invalid ${at} (${value}): ${reason}`),
    ...first.suggested.map(({ at, value, reason }) => `look at ${at}: ${value}: ${reason}`),
    ...(suggestions > first.suggested.length ? [`look at … ${suggestions - first.suggested.length} more`] : []),
  ]
}
