import type { types } from '@slack/bolt'

import { type Page, type Place, writePlace } from '../../core/page.ts'
import { actions, button } from '../blocks.ts'
import type { PagedAction } from '../listeners.ts'

/** The buttons that turn the page of a list about one contact, where there is more. */
export function pageButtons(
  action: PagedAction,
  contact: number,
  { newer, older }: Page<unknown>,
): types.ActionsBlock[] {
  const turn = (label: string, place: Place | null) =>
    place ? [button({ label, action: `${action}:${place.direction}`, value: `${contact} ${writePlace(place)}` })] : []
  const buttons = [...turn('Newer', newer), ...turn('Older', older)]
  return buttons.length > 0 ? [actions(...buttons)] : []
}
