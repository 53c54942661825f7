import { readFileSync } from 'node:fs'
import process from 'node:process'
import { createInterface } from 'node:readline/promises'

import { Command } from 'commander'

import { addressKey, parseAddress } from '../core/address.ts'
import {
  COMMAND_LINE,
  type Erasure,
  type ErasurePreview,
  eraseContact,
  previewErasure,
  type Scrubbed,
  scrub,
} from '../core/erasure/erase-contact.ts'
import { erasedList, liftErasure, type Reapplied, reapply } from '../core/erasure/erased-list.ts'
import { InvalidInputError } from '../core/errors.ts'
import { readErasedList } from '../core/store/erased-list.ts'
import { createDayOf } from '../core/time.ts'
import { type Context, failed, plain, print, say, withDatabase } from './context.ts'

interface Options {
  readonly yes?: true
  readonly json?: true
  readonly lift?: true
  readonly clear?: true
  readonly hashes?: true
  readonly reapply?: string
}

export function forgetCommand(): Command {
  return new Command('forget')
    .description('erase a person and keep them out; see docs/erasure.md')
    .argument('[address]', 'whom; may be somebody who is not in the CRM')
    .option('--yes', 'do not ask')
    .option('--json', 'print what was erased as JSON')
    .option('--lift', 'let somebody in again who was erased and asks for it')
    .option('--clear', 'clear the files of the database of what was erased, where something stood in the way before')
    .option('--hashes', 'print who was erased, as hashes, for --reapply')
    .option('--reapply <file>', 'after restoring a back-up: erase everybody whom another database, or --hashes, names')
    .action((who: string | undefined, options: Options) => withDatabase((context) => forget(context, who, options)))
}

async function forget(context: Context, who: string | undefined, options: Options): Promise<void> {
  const { database } = context
  if (options.hashes) return print(JSON.stringify(await erasedList(database)))
  if (options.reapply !== undefined) return await again(context, options.reapply, options)
  if (options.clear)
    return (await scrub(database, { atAnySize: true }))
      ? say('The files hold nothing of those who were erased.')
      : busy()
  const address = parseAddress(who ?? '')
  if (address === undefined) throw new InvalidInputError('Whom? Type an address: crm forget ada@example.com')
  if (options.lift) {
    if (await liftErasure(database, address)) return say(`${plain(address)} is let in again.`)
    return failed(`${plain(address)} is not among those who were erased.`)
  }
  const preview = await previewErasure(database, address)
  if (!preview) throw new Error('an address has no preview')
  if (!options.yes && !(await isConfirmed(preview))) return failed('Nobody was erased.')
  report(await eraseContact(database, address, optionsOf(context)), options)
}

function optionsOf({ config, clock }: Context) {
  return { by: COMMAND_LINE, now: clock(), dayOf: createDayOf(config.timeZone) }
}

async function isConfirmed({ email, contact, events, notes }: ErasurePreview): Promise<boolean> {
  if (!process.stdin.isTTY) throw new InvalidInputError('There is nobody to ask here: add --yes.')
  const name = [contact?.firstName, contact?.lastName, contact?.company].filter(Boolean).join(', ')
  say(
    contact
      ? plain(`${email}${name ? ` (${name})` : ''}: ${events} events and ${notes} notes. This cannot be undone.`)
      : plain(`${email} is not in the CRM, and will be kept out.`),
  )
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const typed = await terminal.question('Type the address to erase: ')
  terminal.close()
  return addressKey(typed) === addressKey(email)
}

function report(erasure: Erasure & Scrubbed, { json }: Options): void {
  const { wasContact, isNew, events, notes, kept, posts, filesCleared } = erasure
  if (json) {
    print(JSON.stringify({ contact: wasContact, new: isNew, events, notes, kept, posts, files_cleared: filesCleared }))
  } else {
    const what = `${events} events, ${notes} notes, ${kept} unread parts`
    print(
      wasContact ? `Erased, with ${what}. Later events and imports bring nobody back.` : `Kept out; ${what} erased.`,
    )
    if (posts > 0) say(`The server changes ${posts} messages in Slack; its log says which could not be.`)
  }
  if (!filesCleared) busy()
}

async function again(context: Context, path: string, { json }: Options): Promise<void> {
  const result: Reapplied = await reapply(context.database, readErasedList(path, read(path)), optionsOf(context))
  const { added, erased, filesCleared } = result
  if (json) print(JSON.stringify({ added, erased, files_cleared: filesCleared }))
  else print(`${erased} people erased again, ${added} more kept out.`)
  if (!filesCleared) busy()
}

function busy(): void {
  failed(
    'The files of the database still hold traces: they are large, or something else is using them. At a quiet time: crm forget --clear',
  )
}

/** Throws `InvalidInputError` where the file cannot be read. */
function read(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new InvalidInputError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}
