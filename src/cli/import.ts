import { createReadStream, fstatSync } from 'node:fs'
import { basename } from 'node:path'
import process from 'node:process'
import { addAbortSignal } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'

import { Command, InvalidArgumentError, Option } from 'commander'

import { importedJobs } from '../core/enrichment/jobs.ts'
import { CrmError, InvalidInputError, UpstreamError } from '../core/errors.ts'
import { columnsFrom } from '../core/import/column-words.ts'
import { createImports, type ImportReport, type Imports, type NewImport } from '../core/import/imports.ts'
import type { Inspection } from '../core/import/inspection.ts'
import { Unclear } from '../core/import/opt-outs.ts'
import type { ImportCounts } from '../core/import/report.ts'
import type { RunOptions } from '../core/import/run.ts'
import { tagsOf, tooLongIn } from '../core/tags.ts'
import { createDayOf } from '../core/time.ts'
import { type Context, ctrlC, doing, failed, plain, positive, print, progress, say, withDatabase } from './context.ts'
import { handOut, stop, undo } from './import-earlier.ts'
import { isNobody, linesOf, NOTHING, summary } from './import-words.ts'
import { checkOutput, databaseIn, fileAt, isOfFiles, type Spared, STANDARD, why, writeOutput } from './output.ts'

interface Options {
  readonly campaign?: string
  readonly tag: readonly string[]
  readonly columns?: string
  readonly overwrite?: true
  readonly dryRun?: true
  readonly rejected?: string
  readonly undo?: number
  readonly stop?: number
  readonly rejectedOf?: number
  readonly json?: true
}

/** What is said of a list that comes in, and of nothing else. */
const OF_A_LIST = ['campaign', 'tag', 'columns', 'overwrite', 'dryRun']

export function importCommand(): Command {
  return new Command('import')
    .description('bring contacts in from CSV, text or interchange JSON, or take an import back')
    .argument('[file]', 'a CSV, a list of addresses or a contacts.json; - for standard input')
    .option('--campaign <name>', 'the campaign of contacts that name none')
    .option('--tag <tag>', 'a tag for every contact; may be repeated', withTags, [])
    .option('--columns <columns>', 'what columns hold, as in "Nickname=firstName, Notes=-"; - leaves one out')
    .option('--overwrite', 'replace what people entered, too')
    .addOption(new Option('--dry-run', 'say what would happen and change nothing').conflicts('rejected'))
    .option(
      '--rejected <file>',
      'write the rows that made no contact there, as CSV with the reasons; - is standard output',
    )
    .addOption(
      ofAnEarlier('--rejected-of <import>', 'write those of an earlier import there, or to standard output', 'json'),
    )
    .addOption(
      ofAnEarlier('--stop <import>', 'stop an import, also one whose process ended; what came in stays', 'rejected'),
    )
    .addOption(ofAnEarlier('--undo <import>', 'take an import back, by its number', 'rejected'))
    .option('--json', 'print the counts as JSON')
    .action((file: string | undefined, options: Options) =>
      withDatabase((context) => carriedOut(context, importsIn(context), file, options)),
    )
}

function withTags(text: string, tags: readonly string[]): string[] {
  if (tooLongIn(text)) throw new InvalidArgumentError('A tag has at most 100 characters.')
  return tagsOf([...tags, text])
}

const OF_AN_EARLIER = ['rejectedOf', 'stop', 'undo']

function ofAnEarlier(flags: string, description: string, without: string): Option {
  const option = new Option(flags, description).argParser(numberOfImport)
  const others = OF_AN_EARLIER.filter((name) => name !== option.attributeName())
  return option.conflicts([...OF_A_LIST, ...others, without])
}

function numberOfImport(text: string): number {
  try {
    return positive(text)
  } catch {
    throw new InvalidArgumentError('It has to be the number that the import was given.')
  }
}

async function carriedOut(
  context: Context,
  imports: Imports,
  file: string | undefined,
  options: Options,
): Promise<void> {
  const { rejectedOf } = options
  const earlier = options.undo ?? options.stop ?? rejectedOf
  if (earlier !== undefined && file !== undefined)
    throw new InvalidInputError(`Import ${earlier} is an earlier one, and ${file} a list of its own: name one of them.`)
  if (options.undo !== undefined) await undo(imports, options.undo, options)
  else if (options.stop !== undefined) await stop(imports, options.stop, options)
  else if (rejectedOf !== undefined) await handOut(context, imports, rejectedOf, options.rejected ?? STANDARD)
  else if (file === undefined) throw new InvalidInputError('Name a file to import, or - for standard input.')
  else await bringIn(context, imports, file, options)
}

function importsIn({ config, database, clock }: Context): Imports {
  return createImports({
    ...{ database, now: clock, dayOf: createDayOf(config.timeZone) },
    // Only a server carries it out.
    jobsFor: (ids) => importedJobs(ids, clock()),
  })
}

async function bringIn({ config }: Context, imports: Imports, file: string, options: Options): Promise<void> {
  const list: Spared = { what: 'the list itself', file: await listAt(file) }
  if (options.rejected !== undefined) await checkOutput(options.rejected, [list, await databaseIn(config)])
  const signal = ctrlC()
  const order = {
    ...{ by: null, name: file === STANDARD ? 'standard input' : basename(file) },
    ...{ campaign: options.campaign ?? null, tags: options.tag, overwrite: options.overwrite ?? false },
    enrich: config.enrichment.on.has('import'),
  }
  if (file !== STANDARD) doing(`Reading ${plain(file)} …`)
  try {
    const kept = await imports.begin({ ...order, bytes: bytesOf(file, signal) })
    await untilStopped(imports, kept, signal, () => goThrough(imports, kept, { order, options, signal }))
  } catch (error) {
    // Of a list that is given up the bytes are gone, which reads as if it had been cut off.
    if (!signal.aborted) throw error
    failed(NOTHING)
  }
}

async function listAt(file: string): Promise<Spared['file']> {
  return file === STANDARD ? fstatSync(0, { bigint: true }) : await fileAt(file)
}

/** Throws `InvalidInputError` where the file cannot be read. */
async function* bytesOf(file: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* addAbortSignal(signal, file === STANDARD ? process.stdin : createReadStream(file))
  } catch (error) {
    if (!isOfFiles(error)) throw error
    throw new InvalidInputError(`${file} cannot be read: ${why(error)}`, { cause: error })
  }
}

/** What `work` comes to. As soon as `signal` says so the import is cancelled, and when this is over that is done. */
async function untilStopped<T>(imports: Imports, id: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  let cancelled: Promise<unknown> | undefined
  const cancel = () => {
    cancelled = imports.cancel(id)
  }
  signal.addEventListener('abort', cancel)
  try {
    if (signal.aborted) cancel()
    signal.throwIfAborted()
    return await work()
  } finally {
    signal.removeEventListener('abort', cancel)
    await cancelled
  }
}

interface Wanted {
  readonly order: Omit<NewImport, 'bytes'>
  readonly options: Options
  readonly signal: AbortSignal
}

async function goThrough(imports: Imports, kept: number, wanted: Wanted): Promise<void> {
  const { options, signal } = wanted
  try {
    const inspection = await imports.inspection(kept)
    for (const warning of inspection.warnings) say(plain(warning))
    const columns = options.columns === undefined ? undefined : columnsFrom(options.columns, inspection)
    const before = options.dryRun ? undefined : await goingOn(imports, kept, columns, wanted)
    // One that goes on has its columns already, and half of it is written by them.
    if (columns && before === undefined) await imports.setColumns(kept, columns)
    if (options.dryRun) await tryOut(imports, kept, options, signal)
    else await carryOut(imports, before ?? kept, inspection.unit, wanted)
  } finally {
    // Nobody is left to say yes to it.
    const { stage } = (await imports.state(kept)) ?? {}
    if (stage === 'ready') await imports.cancel(kept)
  }
}

/** The import of the same bytes, asked for in the same way, that a process before this one did not end. */
async function goingOn(
  imports: Imports,
  kept: number,
  columns: Inspection['columns'],
  { order }: Wanted,
): Promise<number | undefined> {
  const like = await imports.unfinishedLike(kept)
  if (!like) return undefined
  const isSame =
    like.campaign === order.campaign &&
    like.overwrite === order.overwrite &&
    isDeepStrictEqual(like.tags, order.tags) &&
    (!columns || isDeepStrictEqual((await imports.inspection(like.id)).columns, columns))
  if (!isSame) {
    say(`Import ${like.id} of the same list, with other options, is not over: crm import --stop ${like.id} ends it.`)
    return undefined
  }
  await imports.cancel(kept)
  say(`Import ${like.id} of the same list was not finished. It goes on after row ${like.done}.`)
  return like.id
}

async function tryOut(imports: Imports, id: number, options: Options, signal: AbortSignal): Promise<void> {
  const dryRun = await imports.dryRun(id, { onProgress: progress('rows'), signal })
  for (const line of linesOf(dryRun)) say(plain(line))
  if (options.json) print(JSON.stringify({ ...dryRun.counts, dry_run: true }))
  else print(`${summary(dryRun.counts)} (dry run: nothing was changed)`)
  if (isNobody(dryRun.counts)) failed('Nothing could be imported.')
}

async function carryOut(
  imports: Imports,
  id: number,
  unit: string,
  { options, signal }: Pick<Wanted, 'options' | 'signal'>,
): Promise<void> {
  const unclear = new Unclear()
  const report = await reported(imports, id, signal, (words) => unclear.add(words))
  const isStopped = report.stage === 'cancelled'
  if (isStopped && report.done === 0) return failed(NOTHING)
  for (const sentence of unclear.sentences) say(plain(sentence))
  await tell(imports, report, unit, options)
  if (isStopped) failed(`Stopped after ${report.done} of ${report.total} rows.`)
}

/** What the import did, also where it was stopped meanwhile, here or by somebody else. */
async function reported(
  imports: Imports,
  id: number,
  signal: AbortSignal,
  onUnclear: NonNullable<RunOptions['onUnclear']>,
): Promise<ImportReport> {
  try {
    return await untilStopped(imports, id, signal, () => imports.run(id, { onProgress: progress('rows'), onUnclear }))
  } catch (error) {
    const state = await imports.state(id)
    if (state?.stage === 'cancelled') return state
    if (state?.stage !== 'running') throw error
    const isOthers = error instanceof UpstreamError
    const how = isOthers ? 'is carried out by another process' : 'was broken off'
    const sentence = `Import ${id} ${how}, after ${state.done} of ${state.total} rows. The same command goes on with it; crm import --stop ${id} ends it.`
    if (isOthers) throw new UpstreamError(sentence, { cause: error })
    say(sentence)
    throw error
  }
}

async function tell(imports: Imports, { id, counts }: ImportReport, unit: string, options: Options): Promise<void> {
  const { json, rejected } = options
  if (rejected === undefined) await sayRejected(imports, id, unit, counts)
  // Whoever reads the rows wants nothing else there.
  const tellResult = rejected === STANDARD ? say : print
  if (json) tellResult(JSON.stringify({ ...counts, dry_run: false, import: id }))
  else tellResult(`${summary(counts)}. Import ${id}: crm import --undo ${id} takes it back.`)
  if (isNobody(counts)) failed('Nothing could be imported.')
  if (rejected !== undefined) await writeRejected(imports, id, rejected)
}

async function sayRejected(imports: Imports, id: number, unit: string, counts: ImportCounts): Promise<void> {
  let told = 0
  for await (const { at, value, reason } of imports.rejected(id)) {
    if (told === MOST_LINES) break
    say(plain(`left out ${unit} ${at} (${value}): ${reason}`))
    told += 1
  }
  const more = counts.invalid + counts.duplicate - told
  if (more > 0) say(`left out ${more} more; crm import --rejected-of ${id} lists them all`)
}

async function writeRejected(imports: Imports, id: number, path: string): Promise<void> {
  try {
    await writeOutput(path, imports.rejectedCsv(id))
  } catch (error) {
    if (!(error instanceof CrmError)) throw error
    failed(`${plain(error.message)}. The rows left out can be had again: crm import --rejected-of ${id}`)
  }
}

const MOST_LINES = 20
