import type { Logger } from '../core/logger.ts'
import { SlackRefusedError } from './slack-refusals.ts'
import type { SlackState } from './slack-state.ts'

/** Who reads a channel: our own people alone, those of other organizations too, or Slack does not say. */
export type Audience = 'own' | 'shared' | 'unknown'

export interface AudienceDeps {
  readonly channel: SlackState['channel']
  /** UTC milliseconds. */
  readonly now: () => number
  readonly log: Logger
}

/** A channel that is shared now shows addresses for no longer than this. */
const KNOWN_FOR_MS = 2 * 60_000
const ASKED_AGAIN_MS = 30_000

/**
 * Says who reads a channel, by what `CRM_ALERT_CHANNEL` may hold. Slack is asked now and then, and a
 * state that is too old counts for nothing: addresses that were shown cannot be taken back.
 */
export function createAudience({ channel, now, log }: AudienceDeps): (id: string) => Promise<Audience> {
  const known = new Map<string, { readonly audience: Promise<Audience>; until: number }>()

  async function ask(id: string): Promise<Audience> {
    try {
      return (await channel(id)).isShared ? 'shared' : 'own'
    } catch (error) {
      // What stands in for Slack behind `SLACK_API_URL` may share no channels; Slack knows the method.
      if (error instanceof SlackRefusedError && error.code === 'unknown_method') return 'own'
      log.warn('Slack does not say who reads a channel; addresses are masked there', { channel: id, error })
      return 'unknown'
    }
  }

  return async (id) => {
    if (isPerson(id)) return 'own'
    if (!isChannelId(id)) return 'unknown'
    const before = known.get(id)
    if (before && now() < before.until) return await before.audience
    const asked = { audience: ask(id), until: Number.POSITIVE_INFINITY }
    known.set(id, asked)
    const audience = await asked.audience
    asked.until = now() + (audience === 'unknown' ? ASKED_AGAIN_MS : KNOWN_FOR_MS)
    return audience
  }
}

/** Slack is asked about a channel by its id; a name such as `#sales` is enough to post only. */
export function isChannelId(id: string): boolean {
  return /^[CG][A-Z0-9]+$/.test(id)
}

/** A member, or the conversation with one. */
export function isPerson(id: string): boolean {
  return /^[DUW][A-Z0-9]+$/.test(id)
}
