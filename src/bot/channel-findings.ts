import type { ChannelTrouble } from '../core/channel-troubles.ts'
import type { Finding } from '../core/finding.ts'
import { channelRefusal } from './channel-refusals.ts'

/** Where messages are refused, for `crm doctor` and `/crm health` alike. */
export function channelFindings(troubles: readonly ChannelTrouble[]): Finding[] {
  return troubles.flatMap(finding)
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
