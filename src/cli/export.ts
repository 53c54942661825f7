import { createWriteStream } from 'node:fs'
import process from 'node:process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import { Command, Option } from 'commander'

import { exportContacts } from '../core/export-contacts.ts'
import { withDatabase } from './context.ts'

export function exportCommand(): Command {
  return new Command('export')
    .description('write all contacts with their history as interchange JSON')
    .addOption(new Option('--format <format>', 'the format').choices(['json']).default('json'))
    .option('--output <file>', 'write to this file instead of standard output')
    .action(({ output }: { output?: string }) =>
      withDatabase(async ({ database, now }) => {
        const target = output === undefined ? process.stdout : createWriteStream(output, { mode: 0o600 })
        await pipeline(Readable.from(jsonObject(exportContacts(database, now))), target, { end: output !== undefined })
      }),
    )
}

/** One JSON object, an entry a line, without ever holding it whole. */
async function* jsonObject(entries: AsyncIterable<readonly [string, unknown]>): AsyncGenerator<string> {
  let separator = '{\n'
  for await (const [key, value] of entries) {
    yield `${separator}${JSON.stringify(key)}: ${JSON.stringify(value)}`
    separator = ',\n'
  }
  yield separator === '{\n' ? '{}\n' : '\n}\n'
}
