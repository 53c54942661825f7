import { Command } from 'commander'

import type { Config } from '../core/config.ts'
import { CrmError } from '../core/errors.ts'
import type { Fact, Finding } from '../core/finding.ts'
import { health, healthSettings } from '../core/health.ts'
import { createDayOf } from '../core/time.ts'
import { providers } from '../webhooks/providers/index.ts'
import { day, print, withDatabase } from './context.ts'

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check the configuration, the database, Slack, the sources and the jobs; exit code 1 if something is wrong',
    )
    .option('--json', 'print one JSON object')
    .action(({ json }: { json?: true }) =>
      withDatabase(async ({ config, database, now }) => {
        const dayOf = createDayOf(config.timeZone)
        const findings = [
          await slack(config, now),
          ...(await health({ ...healthSettings(config, providers), database, dayOf, now })),
        ]
        print(json ? JSON.stringify({ findings: findings.map(findingJson) }, null, 2) : findings.map(line).join('\n'))
        if (findings.some(({ state }) => state === 'problem')) process.exitCode = 1
      }),
    )
}

const MARKS = { ok: 'ok     ', off: 'off    ', problem: 'PROBLEM' } as const

function line({ name, state, facts, fixes }: Finding): string {
  return `${MARKS[state]}  ${name}: ${[...facts.map(factText), ...fixes].join('; ')}`
}

function findingJson({ facts, ...finding }: Finding) {
  return { ...finding, facts: facts.map(factText) }
}

function factText(fact: Fact): string {
  return typeof fact === 'string' ? fact : `${fact.words} ${day(fact.at)}`
}

async function slack({ slack: config }: Config, now: number): Promise<Finding> {
  const name = 'Slack'
  if (!config) {
    return { name, state: 'off', facts: [], fixes: ['set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET; see README.md'] }
  }
  const { botToken: token, apiUrl, transport } = config
  // Bolt takes a third of a second to load, which the other commands are spared.
  const { createSlackSender } = await import('../bot/sender.ts')
  try {
    const { team } = await createSlackSender({ token, ...(apiUrl ? { apiUrl } : {}), now: () => now }).checkAuth()
    const mode = transport.mode === 'socket' ? 'Socket Mode' : 'HTTP'
    return { name, state: 'ok', facts: [`workspace ${team}, ${mode}`], fixes: [] }
  } catch (error) {
    if (error instanceof CrmError) return { name, state: 'problem', facts: [], fixes: [error.message] }
    return { name, state: 'problem', facts: [String(error)], fixes: ['see "Connect Slack" in README.md'] }
  }
}
