import { Command, Option } from 'commander'

import type { Tally } from '../core/event.ts'
import { LIFECYCLE } from '../core/lifecycle.ts'
import { type Statistics, statistics } from '../core/statistics.ts'
import { createDayOf } from '../core/time.ts'
import { print, withDatabase } from './context.ts'

export function statsCommand(): Command {
  return new Command('stats')
    .description('count contacts and engagement')
    .addOption(new Option('--days <n>', 'the period').choices(['7', '30', '90']).default('7'))
    .option('--json', 'print one JSON object')
    .action(({ days, json }: { days: string; json?: true }) =>
      withDatabase(async ({ config, database, now }) => {
        const stats = await statistics(database, Number(days), createDayOf(config.timeZone)(now))
        print(json ? JSON.stringify(statsJson(stats), null, 2) : statsText(stats))
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
