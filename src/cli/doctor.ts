import { Command } from 'commander'

import type { Config } from '../core/config.ts'
import { CrmError } from '../core/errors.ts'
import type { Database } from '../core/store/database.ts'
import { jobCounts } from '../core/store/jobs.ts'
import { checkWrite, sourceCounts } from '../core/store/roll-ups.ts'
import { addDays, createDayOf } from '../core/time.ts'
import { type Context, day, print, withDatabase } from './context.ts'

interface Finding {
  readonly name: string
  readonly state: 'ok' | 'off' | 'problem'
  /** What is, and for anything but `ok` what to do. */
  readonly detail: string
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check the configuration, the database, Slack, the sources and the jobs; exit code 1 if something is wrong',
    )
    .option('--json', 'print one JSON object')
    .action(({ json }: { json?: true }) =>
      withDatabase(async (context) => {
        const findings = [
          ...settings(context.config),
          await storage(context.database),
          await slack(context.config, context.now),
          ...(await sources(context)),
          ...(await jobs(context.database)),
        ]
        print(json ? JSON.stringify({ findings }, null, 2) : findings.map(line).join('\n'))
        if (findings.some(({ state }) => state === 'problem')) process.exitCode = 1
      }),
    )
}

const MARKS = { ok: 'ok     ', off: 'off    ', problem: 'PROBLEM' } as const

function line({ name, state, detail }: Finding): string {
  return `${MARKS[state]}  ${name}: ${detail}`
}

function settings({ warnings, alertChannel }: Config): Finding[] {
  return [
    ...warnings.map((detail) => ({ name: 'configuration', state: 'problem', detail }) as const),
    alertChannel
      ? { name: 'reply alerts', state: 'ok', detail: `go to ${alertChannel}` }
      : { name: 'reply alerts', state: 'off', detail: 'set CRM_ALERT_CHANNEL to the id of a channel' },
  ]
}

async function storage(database: Database): Promise<Finding> {
  try {
    await database.transaction(checkWrite)
    return { name: 'database', state: 'ok', detail: `${database.dialect.name}, can be written` }
  } catch (error) {
    return {
      name: 'database',
      state: 'problem',
      detail: `${messageOf(error)}: is the disk full or the file read-only?`,
    }
  }
}

async function slack({ slack: config }: Config, now: number): Promise<Finding> {
  if (!config)
    return { name: 'Slack', state: 'off', detail: 'set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET; see README.md' }
  const { botToken: token, apiUrl, transport } = config
  // Bolt takes a third of a second to load, which the other commands are spared.
  const { createSlackSender } = await import('../bot/sender.ts')
  try {
    const { team } = await createSlackSender({ token, ...(apiUrl ? { apiUrl } : {}), now: () => now }).checkAuth()
    const mode = transport.mode === 'socket' ? 'Socket Mode' : 'HTTP'
    return { name: 'Slack', state: 'ok', detail: `workspace ${team}, ${mode}` }
  } catch (error) {
    return { name: 'Slack', state: 'problem', detail: messageOf(error) }
  }
}

const DAYS = 7

async function sources({ config, database, now }: Context): Promise<Finding[]> {
  const ids = Object.keys(config.webhookSecrets)
  if (ids.length === 0)
    return [{ name: 'sources', state: 'off', detail: 'set <PROVIDER>_WEBHOOK_SECRET to receive events' }]
  const counts = await sourceCounts(database, ids, addDays(createDayOf(config.timeZone)(now), 1 - DAYS))
  return ids.map((id) => {
    const own = counts.filter(({ provider }) => provider === id)
    const sum = (prefix: string) =>
      own.filter(({ outcome }) => outcome.startsWith(prefix)).reduce((total, { count }) => total + count, 0)
    const last = Math.max(0, ...own.filter(({ outcome }) => outcome === 'accepted').map(({ lastAt }) => lastAt))
    const refused = own.filter(({ outcome }) => outcome.startsWith('refused_'))
    const reasons = refused.map(({ outcome, count }) => `${count} ${outcome.replace('refused_', '')}`).join(', ')
    const detail = [
      last > 0 ? `last event ${day(last)}` : `no event in ${DAYS} days: is the webhook set up at ${id}?`,
      `${sum('accepted')} accepted, ${sum('duplicate')} duplicates`,
      ...(sum('quarantined') > 0 ? [`${sum('quarantined')} kept unread`] : []),
      ...(reasons ? [`refused: ${reasons}; check ${id.toUpperCase()}_WEBHOOK_SECRET`] : []),
    ].join('; ')
    // Anybody can be refused; a wrong secret shows in that nothing was taken since.
    const isRefused = refused.some(({ lastAt }) => lastAt > last)
    return { name: id, state: last > 0 && !isRefused ? 'ok' : 'problem', detail }
  })
}

async function jobs(database: Database): Promise<Finding[]> {
  const counts = await jobCounts(database)
  const dead = counts.filter(({ state }) => state === 'dead')
  const waiting = counts.filter(({ state }) => state !== 'dead').reduce((sum, { count }) => sum + count, 0)
  if (dead.length === 0) return [{ name: 'jobs', state: 'ok', detail: `${waiting} waiting` }]
  return dead.map(({ kind, count }) => ({
    name: 'jobs',
    state: 'problem',
    detail: `${count} of kind ${kind} given up after eight attempts; the log says why`,
  }))
}

function messageOf(error: unknown): string {
  return error instanceof CrmError ? error.message : String(error)
}
