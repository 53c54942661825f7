import { open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import { Command, Option } from 'commander'

import { COMMAND_LINE } from '../core/erasure/erase-contact.ts'
import { InvalidInputError } from '../core/errors.ts'
import { exportFile, FORMATS, type Format, fileName } from '../core/export/file.ts'
import { countMeant } from '../core/export/meant.ts'
import { recordExport } from '../core/export/orders.ts'
import { KEYS, parseQuery } from '../core/search/filter.ts'
import { counted } from '../core/text.ts'
import { createDayOf } from '../core/time.ts'
import { type Context, failed, plain, progressLine, say, withDatabase } from './context.ts'

interface Options {
  readonly format?: Format
  readonly filter?: string
  readonly raw?: true
  readonly bom: boolean
  readonly output?: string
}

export function exportCommand(): Command {
  return new Command('export')
    .description('write contacts, all of one moment: interchange JSON with their history, or a CSV for a spreadsheet')
    .argument(
      '[text...]',
      `which ones, as for search; filters: ${KEYS.map((key) => `${key}:`).join(' ')}; without, all`,
    )
    .addOption(
      new Option('--format <format>', 'json, or what the name of the output ends in').choices(
        FORMATS as readonly string[],
      ),
    )
    .option('--filter <text>', 'the same as words and filters beside the options')
    .option('--raw', 'a CSV for programs: cells that a spreadsheet would calculate get no apostrophe')
    .option('--no-bom', 'a CSV without the mark that Excel knows UTF-8 by')
    .option('--output <file>', 'write to this file, or into this folder, instead of standard output')
    .action((words: readonly string[], options: Options) =>
      withDatabase((context) => exported(context, [options.filter ?? '', ...words].join(' ').trim(), options)),
    )
}

async function exported(context: Context, text: string, { output, raw, bom, ...options }: Options): Promise<void> {
  const { config, database, now } = context
  const dayOf = createDayOf(config.timeZone)
  const query = parseQuery(text, { now, dayOf })
  const format = options.format ?? (output?.toLowerCase().endsWith('.csv') ? 'csv' : 'json')
  const form = { format, profile: raw ? 'raw' : 'spreadsheet', bom } as const
  const path = output === undefined ? undefined : await pathFor(output, fileName(form, dayOf(now)))

  const contacts = await countMeant(database, query)
  await database.transaction((tx) => recordExport(tx, { text, format, by: COMMAND_LINE }, { contacts, now }))
  const stopping = new AbortController()
  process.once('SIGINT', () => stopping.abort())
  const progress = progressLine(contacts)
  let done = 0
  const onProgress = (so: number) => {
    done = so
    progress(so)
  }
  const content = exportFile(database, query, { ...form, now, onProgress })
  try {
    await writeTo(path, content, stopping.signal)
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    return failed(path === undefined ? 'Stopped.' : `Stopped; ${plain(path)} was not written.`)
  }
  const whom = done === 0 && text !== '' ? `No contact matches ${plain(text)}` : counted(done, 'contact')
  say(path === undefined ? `${whom}.` : `${whom} in ${plain(path)}.`)
}

async function pathFor(output: string, name: string): Promise<string> {
  const known = await stat(output).catch(() => undefined)
  return known?.isDirectory() ? join(output, name) : output
}

/** The file is there when it is whole, and nobody else may read it. */
async function writeTo(path: string | undefined, content: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
  if (path === undefined) return await pipeline(Readable.from(content), process.stdout, { end: false, signal })
  const part = `${path}.${process.pid}.part`
  try {
    await using file = await open(part, 'wx', 0o600)
    await file.writeFile(content, { signal })
    await file.sync()
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true })
    const isOfFiles = error instanceof Error && 'syscall' in error
    throw isOfFiles ? new InvalidInputError(`${path} cannot be written: ${error.message}`, { cause: error }) : error
  }
}
