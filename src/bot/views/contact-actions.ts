import type { types } from '@slack/bolt'

import type { ContactCard } from '../../core/contact-card.ts'
import type { ContactOutcome } from '../../core/enrichment/enrich.ts'
import { PROVIDER_IDS } from '../../core/enrichment/provider.ts'
import { actions, button } from '../blocks.ts'
import type { Action } from '../listeners.ts'
import { companyButton } from './company.ts'
import { isAnswered } from './enrich-outcome.ts'

export interface ActionsOptions {
  /** What came of enriching the contact just now. */
  readonly outcome?: ContactOutcome
  /** UTC milliseconds; without it nothing counts as told lately. */
  readonly now?: number
}

/** What can be done with a contact from its card. */
export function contactActions(card: ContactCard, options: ActionsOptions): types.ActionsBlock {
  return actions(
    ...(card.suppression ? [] : [enrich(card, options)]),
    sources(card),
    ...companyButton(card.domain, 'Company', 'card'),
  )
}

/** What people can change of a contact, and what was changed. */
export function changeActions({ id }: ContactCard): types.ActionsBlock {
  return actions(...CHANGES.map(([action, label]) => button({ label, action, value: String(id) })))
}

const CHANGES = [
  ['contact_note', 'Note'],
  ['contact_tag', 'Tag'],
  ['contact_status', 'Status'],
  ['contact_assign', 'Assign'],
  ['contact_edit', 'Edit'],
  ['contact_history', 'History'],
] as const satisfies readonly (readonly [Action, string])[]

/** Where somebody has told something lately, the button says that it asks them anew, and asks first. */
function enrich(card: ContactCard, { outcome, now = Number.POSITIVE_INFINITY }: ActionsOptions): types.Button {
  const value = String(card.id)
  const isAgain = outcome ? isAnswered(outcome) : now - lastToldAt(card) < DAY_MS
  if (!isAgain) return button({ label: 'Enrich', action: 'contact_enrich' satisfies Action, value })
  return button({
    label: 'Enrich again',
    action: 'contact_enrich_again' satisfies Action,
    value,
    confirm: {
      title: 'Ask again?',
      text: 'Those who have answered already are asked again, which may cost credits.',
      yes: 'Ask again',
      no: 'Not now',
    },
  })
}

const DAY_MS = 24 * 60 * 60 * 1000

/** When a provider last told anything, UTC milliseconds. */
function lastToldAt({ facts, emailEvidence }: ContactCard): number {
  const told = [...facts, ...(emailEvidence ? [emailEvidence] : [])].filter(({ source }) => isProvider(source))
  return Math.max(Number.NEGATIVE_INFINITY, ...told.map(({ at }) => at))
}

function isProvider(source: string): boolean {
  return PROVIDER_IDS.some((id) => source.split(', ').includes(id))
}

function sources({ id }: ContactCard): types.Button {
  return button({ label: 'Why do we have this?', action: 'contact_sources' satisfies Action, value: String(id) })
}
