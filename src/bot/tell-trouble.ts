import type { ChannelTroubles } from '../core/channel-troubles.ts'
import type { Logger } from '../core/logger.ts'
import type { JobHandler } from '../core/worker.ts'
import { channelRefusal } from './channel-refusals.ts'
import type { SlackSender } from './sender.ts'
import { SlackRefusedError } from './slack-refusals.ts'
import { channelTroubleView } from './views/channel-trouble.ts'

export interface TellTroubleDeps {
  /** Refuses to write to people who may do nothing in the CRM. */
  readonly sender: Pick<SlackSender, 'post'>
  readonly troubles: Pick<ChannelTroubles, 'toTell' | 'told'>
  /** Slack user ids, those first who should be told. */
  readonly admins: readonly string[]
  readonly log: Logger
}

/** Tells the first admin who can be written to that messages cannot be delivered somewhere. */
export function tellTrouble({ sender, troubles, admins, log }: TellTroubleDeps): JobHandler {
  async function isTold(admin: string, key: string, view: ReturnType<typeof channelTroubleView>): Promise<boolean> {
    try {
      await sender.post({ ...view, channel: admin, key })
      return true
    } catch (error) {
      if (error instanceof SlackRefusedError && channelRefusal(admin, error.code)) return false
      throw error
    }
  }

  return async (payload, { id }) => {
    const trouble = await troubles.toTell(payload)
    const refusal = trouble && channelRefusal(trouble.target, trouble.code)
    if (!refusal) return
    const view = channelTroubleView(trouble, refusal)
    for (const admin of admins) {
      if (await isTold(admin, id, view)) return await troubles.told(trouble.target)
    }
    log.warn('no admin could be told of a channel that takes no messages', { target: trouble.target })
  }
}
