import { setTimeout } from 'node:timers/promises'

import { Command, InvalidArgumentError } from 'commander'
import { alertJobs } from '../core/alerts/triggers.ts'
import { enrichmentJobs } from '../core/enrichment/jobs.ts'
import { InvalidInputError } from '../core/errors.ts'
import { KEPT_ID, type KeptPart, type KeptSelection, keptParts } from '../core/quarantine.ts'
import { type ReplayResult, replay } from '../core/quarantine-replay.ts'
import { createDayOf } from '../core/time.ts'
import { createAdapters } from '../webhooks/adapters.ts'
import { createProviders } from '../webhooks/providers/index.ts'
import { type Context, day, failed, plain, print, progressLine, say, withDatabase } from './context.ts'
import { momentOf } from './moment.ts'

interface Options {
  readonly id?: readonly string[]
  readonly provider?: string
  readonly since?: string
  readonly problem?: string
  readonly all?: true
  readonly limit: number
  readonly dryRun?: true
  readonly json?: true
}

const providers = createProviders({ fetch })

export function replayCommand(): Command {
  return new Command('replay')
    .description('list what came and was not understood; with a selection, read it once more')
    .option('--id <id...>', 'only these, as the list names them')
    .option('--provider <id>', 'only from this provider', knownProvider)
    .option('--since <when>', 'only what was received since: 2026-03-01, 2026-03-01T09:00Z, 7d or 12h')
    .option('--problem <words>', 'only what has these words in its problem')
    .option('--all', 'everything that is kept')
    .option('--limit <n>', 'how many the list shows', positive, 50)
    .option('--dry-run', 'count what would happen and change nothing')
    .option('--json', 'print the list as one JSON object a line, or the counts as one')
    .addHelpText('after', HELP)
    .action((options: Options) =>
      withDatabase(async (context) => {
        const isReplay = isSelected(options) || options.all === true || options.dryRun === true
        await (isReplay ? replaySelected : list)(context, options)
      }),
    )
}

const HELP = `
Kept are parts that no adapter could read, and events whose name had no word here (their ids begin with e).
Without --id, --provider, --since, --problem, --all or --dry-run they are listed and nothing is read.`

function isSelected({ id, provider, since, problem }: Options): boolean {
  return [id, provider, since, problem].some((option) => option !== undefined)
}

function selectionOf({ id: ids, provider, since, problem, all }: Options, now: number): KeptSelection {
  if (all && ids) throw new InvalidInputError('--all and --id exclude each other')
  const malformed = ids?.find((id) => !KEPT_ID.test(id))
  if (malformed !== undefined) throw new InvalidInputError(`${malformed} is no id of the list: 12 or e12`)
  return { ids, provider, since: since === undefined ? undefined : momentOf('--since', since, now), problem }
}

function knownProvider(id: string): string {
  if (providers.some((provider) => provider.id === id)) return id
  throw new InvalidArgumentError(`It has to be one of ${providers.map((provider) => provider.id).join(', ')}.`)
}

function positive(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It has to be a whole number from 1.')
  return number
}

async function list({ database }: Context, { limit, json }: Options): Promise<void> {
  let shown = 0
  let more = 0
  for await (const part of keptParts(database, {})) {
    if (shown < limit) print((json ? partJson : partText)(part))
    if (shown < limit) shown += 1
    else more += 1
  }
  if (shown === 0) say('Nothing is kept: everything that came was understood.')
  if (more > 0) say(`and ${more} more: --limit ${shown + more}`)
}

async function replaySelected({ config, database, now }: Context, options: Options): Promise<void> {
  const parts = await Array.fromAsync(keptParts(database, selectionOf(options, now)))
  const missing = (options.id ?? []).filter((id) => !parts.some((part) => part.id === id))
  for (const id of missing) failed(`Nothing is kept as ${id}.`)

  const dryRun = options.dryRun ?? false
  const still: { readonly id: string; readonly provider: string; readonly problem: string }[] = []
  const result = await replay(
    {
      ...createAdapters(providers),
      database,
      dayOf: createDayOf(config.timeZone),
      jobsFor: (event, contact) => enrichmentJobs(event, contact, config.enrichment.on),
      // A reply that nobody has read is news whenever it is understood; an open of that time is not.
      alertsFor: async (tx, happenings, at) =>
        config.slack
          ? await alertJobs(tx, happenings, {
              now: at,
              hasChannel: config.alertChannel !== undefined,
              kinds: ['replied'],
            })
          : [],
      rest: () => setTimeout(REST_MS),
    },
    parts,
    {
      dryRun,
      onStill: ({ id, provider }, problem) => still.push({ id, provider, problem }),
      onProgress: progressLine(parts.length),
    },
  )
  if (options.json) print(JSON.stringify({ ...result, dry_run: dryRun, still }))
  else {
    for (const { id, provider, problem } of still) say(plain(`still kept ${id} (${provider}): ${problem}`))
    print(summary(result, dryRun))
  }
  if (result.unreadable > 0) failed(`${result.unreadable} of ${parts.length} cannot be read yet.`)
}

/** For a server that waits to write: it tries more often than this. */
const REST_MS = 20

function partText({ id, provider, receivedAt, part, problem, bytes }: KeptPart): string {
  return plain([id.padStart(5), day(receivedAt), provider, part, `${bytes} bytes`, problem].join('  '))
}

function partJson({ receivedAt, ...part }: KeptPart): string {
  return JSON.stringify({ ...part, received_at: new Date(receivedAt).toISOString() })
}

function summary({ read, unreadable, named, unnamed, accepted, duplicates }: ReplayResult, dryRun: boolean): string {
  const counts = [
    `${counted(read, 'part')} read, ${unreadable} still unreadable`,
    ...(named + unnamed > 0 ? [`${counted(named, 'event')} named, ${unnamed} still without a name`] : []),
    `${counted(accepted, 'new event')}, ${duplicates} known already`,
  ].join('; ')
  return dryRun ? `${counts} (dry run: nothing was changed)` : counts
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
