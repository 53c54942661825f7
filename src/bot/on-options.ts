import type { AllMiddlewareArgs, SlackOptionsMiddlewareArgs, types } from '@slack/bolt'

import type { Logger } from '../core/logger.ts'
import type { FoundContact } from '../core/search/search.ts'
import { ACKNOWLEDGE_MS, type After, within } from './deadline.ts'
import { DeniedError, type Gate } from './gate.ts'
import type { MenuId } from './listeners.ts'
import { MENU_NEEDS } from './permissions.ts'
import { nameOptions } from './views/alert-forms.ts'
import { suggestionOption } from './views/lookup-form.ts'

export interface MenuDeps {
  /** Whom somebody may mean who has typed so much, the likeliest first. */
  readonly suggest: (typed: string) => Promise<readonly FoundContact[]>
  /** The same of the names of campaigns and of tags; without anything typed, the likeliest of all. */
  readonly suggestCampaigns: (typed: string) => Promise<readonly string[]>
  readonly suggestTags: (typed: string) => Promise<readonly string[]>
}

export interface OnOptionsDeps extends MenuDeps {
  readonly menu: MenuId
  readonly gate: Gate
  readonly after: After
  readonly log: Logger
}

/** Somebody types on: an answer that comes later than this is to a question of before. */
const PATIENCE_MS = 300

/** Gives a menu its options while somebody types into it: none where that fails or takes too long. */
export function onOptions({ menu, gate, after, log, ...deps }: OnOptionsDeps) {
  const offers: Readonly<Record<MenuId, (typed: string) => Promise<types.PlainTextOption[]>>> = {
    contact_pick: async (typed) => (await deps.suggest(typed)).map(suggestionOption),
    alerts_campaign: async (typed) => nameOptions(await deps.suggestCampaigns(typed), typed),
    alerts_tag: async (typed) => nameOptions(await deps.suggestTags(typed), typed),
  }

  async function options(body: unknown, typed: string): Promise<types.PlainTextOption[]> {
    try {
      if (!(await within(ACKNOWLEDGE_MS, gate.admit(body, MENU_NEEDS[menu]), after))) return []
      const offered = await within(PATIENCE_MS, offers[menu](typed), after)
      if (!offered) log.warn('a menu got no options in time', { menu })
      return offered ?? []
    } catch (error) {
      // The gate has said so.
      if (!(error instanceof DeniedError)) log.error('a menu got no options', { menu, error })
      return []
    }
  }

  return async ({
    body,
    options: { value },
    ack,
  }: SlackOptionsMiddlewareArgs<'block_suggestion'> & AllMiddlewareArgs): Promise<void> => {
    await ack({ options: await options(body, value) })
  }
}
