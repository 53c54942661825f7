import { Command } from 'commander'

import { channelFindings } from '../bot/channel-findings.ts'
import { slackHealth } from '../bot/slack-health.ts'
import { alertRuleFindings } from '../core/alerts/finding.ts'
import { lastingTroubles } from '../core/channel-troubles.ts'
import { digestSettings } from '../core/digest/choose.ts'
import { type Fact, type Finding, type FindingState, inOrder } from '../core/finding.ts'
import { health, healthSettings } from '../core/health.ts'
import { createDayOf } from '../core/time.ts'
import { providers } from '../webhooks/providers/index.ts'
import { day, plain, print, withDatabase } from './context.ts'

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check the configuration, the database, Slack, the sources and the jobs; exit code 1 if something is wrong',
    )
    .option('--json', 'print one JSON object')
    .action(({ json }: { json?: true }) =>
      withDatabase(async ({ config, database, now, clock }) => {
        const dayOf = createDayOf(config.timeZone)
        const slack = async () => [
          ...(await slackHealth({ ...config, digest: await digestSettings(database, config) }, { fetch, now: clock })),
          ...channelFindings(await lastingTroubles(database, now)),
          ...(await alertRuleFindings(database, config.alertChannel)),
        ]
        const settings = healthSettings(config, providers)
        const findings = inOrder(await health({ ...settings, database, dayOf, now, slack }))
        print(json ? JSON.stringify({ findings: findings.map(findingJson) }, null, 2) : findings.map(line).join('\n'))
        if (findings.some(({ state }) => state === 'problem')) process.exitCode = 1
      }),
    )
}

const MARKS: Readonly<Record<FindingState, string>> = {
  problem: 'PROBLEM',
  ok: 'ok     ',
  quiet: 'quiet  ',
  off: 'off    ',
}

function line({ name, state, facts, fixes }: Finding): string {
  return `${MARKS[state]}  ${plain(`${name}: ${[...facts.map(factText), ...fixes].join('; ')}`)}`
}

function findingJson({ facts, ...finding }: Finding) {
  return { ...finding, facts: facts.map(factText) }
}

function factText(fact: Fact): string {
  if (typeof fact === 'string') return fact
  return `${fact.words} ${'at' in fact ? day(fact.at) : fact.place}`
}
