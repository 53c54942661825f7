import type { ChannelTrouble } from '../../core/channel-troubles.ts'
import { context, type Message, message, section } from '../blocks.ts'
import { isChannelId, isPerson } from '../channel-audience.ts'
import type { ChannelRefusal } from '../channel-refusals.ts'
import { channel, type Mrkdwn, mrkdwn, text, user } from '../mrkdwn.ts'

/** Told to an admin, who may not know that something goes there. */
export function channelTroubleView({ target }: Pick<ChannelTrouble, 'target'>, { why, fix }: ChannelRefusal): Message {
  const sentence = mrkdwn`Messages cannot be delivered to ${place(target)}: ${text(why)}.`
  return message(sentence, [
    section(mrkdwn`:warning: ${sentence}\n→ ${text(fix)}`),
    context(
      mrkdwn`They are tried again for a while. \`/crm health\` says when it works, and can send again what was given up.`,
    ),
  ])
}

/** A channel or a person, as somebody who reads Slack knows them. */
export function place(target: string): Mrkdwn {
  if (isPerson(target)) return user(target)
  return isChannelId(target) ? channel(target) : text(target)
}
