import { isPerson } from '../core/alerts/rules.ts'
import type { ChannelTroubles } from '../core/channel-troubles.ts'
import type { Logger } from '../core/logger.ts'
import { channelRefusal } from './channel-refusals.ts'
import type { Roles, Standing } from './roles.ts'
import type { SlackSender } from './sender.ts'
import { refusalOf, SlackRefusedError } from './slack-refusals.ts'

export interface DeliveringDeps {
  /** Slack takes messages to people who have left, which nobody reads. */
  readonly standing: Roles['standing']
  readonly troubles: Pick<ChannelTroubles, 'refused' | 'taken'>
  readonly log: Logger
}

/** What stands in for a refusal of Slack where somebody may read nothing of the CRM. */
const SHUT_OUT: Partial<Readonly<Record<Standing, string>>> = { outsider: 'user_disabled', guest: 'user_is_restricted' }

/**
 * A sender that writes to nobody who may do nothing in the CRM, and keeps in mind where messages are
 * refused for good, whoever sends them, until one is taken there. What becomes of a message never depends
 * on whether that could be kept.
 */
export function delivering(sender: SlackSender, { troubles, standing, log }: DeliveringDeps): SlackSender {
  async function keep(what: () => Promise<void>): Promise<void> {
    try {
      await what()
    } catch (error) {
      log.warn('whether a channel takes messages was not kept', { error })
    }
  }

  return {
    ...sender,
    async post(post) {
      const { channel, to = channel } = post
      try {
        const code = isPerson(to) ? SHUT_OUT[await standing(to)] : undefined
        if (code !== undefined) throw refusalOf(code)
        const posted = await sender.post(post)
        await keep(() => troubles.taken(to))
        return posted
      } catch (error) {
        if (error instanceof SlackRefusedError && channelRefusal(to, error.code))
          await keep(() => troubles.refused(to, error.code))
        throw error
      }
    },
  }
}
