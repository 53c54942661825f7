import { Command, Option } from 'commander'

import { type EnrichmentStatistics, enrichmentStatistics } from '../core/enrichment/statistics.ts'
import type { Tally } from '../core/event.ts'
import { LIFECYCLE } from '../core/lifecycle.ts'
import { type Statistics, statistics } from '../core/statistics.ts'
import { counted, figure } from '../core/text.ts'
import { createDayOf } from '../core/time.ts'
import { print, withDatabase } from './context.ts'

export function statsCommand(): Command {
  return new Command('stats')
    .description('count contacts and engagement')
    .addOption(new Option('--days <n>', 'the period').choices(['7', '30', '90']).default('7'))
    .option('--json', 'print one JSON object')
    .action(({ days, json }: { days: string; json?: true }) =>
      withDatabase(async ({ config, database, now }) => {
        const today = createDayOf(config.timeZone)(now)
        const stats = await statistics(database, Number(days), today)
        const { dailyCredits } = config.enrichment
        const enrichment = await enrichmentStatistics(database, { days: Number(days), today, dailyCredits })
        print(
          json
            ? JSON.stringify({ ...statsJson(stats), enrichment: enrichmentJson(enrichment) }, null, 2)
            : [statsText(stats), ...enrichmentText(enrichment)].join('\n'),
        )
      }),
    )
}

function statsJson({ byStatus, newContacts, newContactsBefore, eventsBefore, ...stats }: Statistics) {
  return {
    ...stats,
    by_status: byStatus,
    new_contacts: newContacts,
    new_contacts_before: newContactsBefore,
    events_before: eventsBefore,
  }
}

function enrichmentJson({ spentToday, dailyCredits, providers }: EnrichmentStatistics) {
  return { spent_today: spentToday, daily_credits: dailyCredits, providers }
}

/** Nothing where nobody was asked. */
function enrichmentText({ providers }: EnrichmentStatistics): string[] {
  if (providers.length === 0) return []
  return [
    'enrichment',
    ...providers.map(({ provider, hits, misses, mismatches, credits }) => {
      const asked = hits + misses + mismatches
      return `  ${provider.padEnd(18)}${figure(hits)} of ${figure(asked)} known, ${counted(credits, 'credit')}`
    }),
  ]
}

function statsText(stats: Statistics): string {
  const events = new Set([...Object.keys(stats.events), ...Object.keys(stats.eventsBefore)]) as ReadonlySet<Tally>
  return [
    `${stats.contacts} contacts, ${stats.enriched} of ${stats.contacts} enriched, ${stats.verified} of ${stats.contacts} with a verified address, ${stats.suppressed} not to be written to`,
    ...LIFECYCLE.map((status) => `  ${status.padEnd(14)}${stats.byStatus[status]}`),
    `${stats.from} to ${stats.to} (and the ${stats.days} days before)`,
    `  ${'new contacts'.padEnd(18)}${stats.newContacts} (${stats.newContactsBefore})`,
    ...[...events].map(
      (tally) =>
        `  ${tally.replaceAll('_', ' ').padEnd(18)}${stats.events[tally] ?? 0} (${stats.eventsBefore[tally] ?? 0})`,
    ),
  ].join('\n')
}
