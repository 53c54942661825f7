import { join } from 'node:path'
import process from 'node:process'

import { Command, Option } from 'commander'

import { COMMAND_LINE } from '../core/erasure/erase-contact.ts'
import { exportFile, FORMATS, type Format, fileName } from '../core/export/file.ts'
import { countMeant } from '../core/export/meant.ts'
import { recordExport } from '../core/export/orders.ts'
import { KEYS, parseQuery } from '../core/search/filter.ts'
import { counted } from '../core/text.ts'
import { createDayOf } from '../core/time.ts'
import { type Context, ctrlC, failed, plain, progress, say, withDatabase } from './context.ts'
import { checkOutput, databaseIn, fileAt, STANDARD, writeOutput } from './output.ts'

interface Options {
  readonly format?: Format
  readonly filter?: string
  readonly raw?: true
  readonly bom: boolean
  readonly output: string
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
    .option('--output <file>', 'write to this file, or into this folder; - is standard output', STANDARD)
    .action((words: readonly string[], options: Options) =>
      withDatabase((context) => exported(context, [options.filter ?? '', ...words].join(' ').trim(), options)),
    )
}

async function exported(context: Context, text: string, { output, raw, bom, ...options }: Options): Promise<void> {
  const { config, database, now } = context
  const dayOf = createDayOf(config.timeZone)
  const query = parseQuery(text, { now, dayOf })
  const format = options.format ?? (output.toLowerCase().endsWith('.csv') ? 'csv' : 'json')
  const form = { format, profile: raw ? 'raw' : 'spreadsheet', bom } as const
  const path = await pathFor(output, fileName(form, dayOf(now)))
  const isFile = path !== STANDARD
  await checkOutput(path, [await databaseIn(config)])

  const contacts = await countMeant(database, query)
  await database.transaction((tx) => recordExport(tx, { text, format, by: COMMAND_LINE }, { contacts, now }))
  const signal = ctrlC()
  // Not where the contacts themselves run over the screen.
  const tell = isFile || !process.stdout.isTTY ? progress('contacts') : undefined
  let done = 0
  const onProgress = (so: number) => {
    done = so
    tell?.({ done, total: contacts })
  }
  const content = exportFile(database, query, { ...form, now, onProgress })
  try {
    await writeOutput(path, content, signal)
  } catch (error) {
    if (!signal.aborted) throw error
    return failed(isFile ? `Stopped; ${plain(path)} was not written.` : 'Stopped.')
  }
  const whom = done === 0 && text !== '' ? `No contact matches ${plain(text)}` : counted(done, 'contact')
  say(isFile ? `${whom} in ${plain(path)}.` : `${whom}.`)
}

async function pathFor(output: string, name: string): Promise<string> {
  return output !== STANDARD && (await fileAt(output))?.isDirectory() ? join(output, name) : output
}
