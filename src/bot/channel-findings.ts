import { type ChannelTrouble, lastingTroubles } from '../core/channel-troubles.ts'
import type { Finding } from '../core/finding.ts'
import type { Database } from '../core/store/database.ts'
import { channelRefusal } from './channel-refusals.ts'

/** Where messages are refused, for `crm doctor` and `/crm health` alike. */
export async function channelFindings(database: Database, now: number): Promise<Finding[]> {
  return (await lastingTroubles(database, now)).flatMap(finding)
}

function finding({ target, code, since, toldAt }: ChannelTrouble): Finding[] {
  const refusal = channelRefusal(target, code)
  if (!refusal) return []
  return [
    {
      name: 'messages',
      state: 'problem',
      facts: [
        { words: 'cannot be delivered to', place: target },
        refusal.why,
        { words: 'since', at: since },
        ...(toldAt === null ? [] : [{ words: 'an admin was told', at: toldAt }]),
      ],
      fixes: [refusal.fix],
    },
  ]
}
