import type { types } from '@slack/bolt'

import type { ContactCard } from '../../core/contact-card.ts'
import type { ContactOutcome } from '../../core/enrichment/outcome.ts'
import { PROVIDER_IDS } from '../../core/enrichment/provider.ts'
import { actions, button, overflow } from '../blocks.ts'
import { type Action, writeChoice } from '../listeners.ts'
import { may, PRESS_NEEDS, type Role } from '../permissions.ts'
import { companyButton } from './company.ts'
import { isAnswered } from './enrich-outcome.ts'

export interface ActionsOptions {
  /** What came of enriching the contact just now. */
  readonly outcome?: ContactOutcome
  /** UTC milliseconds; without it nothing counts as told lately. */
  readonly now?: number
  /** Of whoever looks at the card. */
  readonly role?: Role
}

/** What can be done with a contact from its card; what is rarer in a menu. */
export function contactActions(card: ContactCard, options: ActionsOptions): types.ActionsBlock[] {
  const { role } = options
  const menu = MENU.filter(([action]) => isOffered(action, role))
  return [
    actions(
      ...(card.suppression || !isOffered('contact_enrich', role) ? [] : [enrich(card, options)]),
      ...companyButton(card.domain, 'Company', 'card'),
      overflow(
        'contact_menu',
        menu.map(([action, label]) => [label, writeChoice(action, String(card.id))]),
      ),
    ),
  ]
}

const MENU = [
  ['contact_score', 'Why this score?'],
  ['contact_timeline', 'Timeline'],
  ['contact_sources', 'Why do we have this?'],
  ['contact_export', 'Export this person'],
  ['contact_forget', 'Forget this person…'],
] as const satisfies readonly (readonly [Action, string])[]

/** What people can change of a contact, and what was changed. */
export function changeActions({ id }: ContactCard, { role }: ActionsOptions): types.ActionsBlock[] {
  const offered = CHANGES.filter(([action]) => isOffered(action, role))
  return [actions(...offered.map(([action, label]) => button({ label, action, value: String(id) })))]
}

const CHANGES = [
  ['contact_note', 'Note'],
  ['contact_tag', 'Tag'],
  ['contact_status', 'Status'],
  ['contact_assign', 'Assign'],
  ['contact_edit', 'Edit'],
  ['contact_history', 'History'],
] as const satisfies readonly (readonly [Action, string])[]

/** Nobody is shown what they may not do; whether they may is asked again when they do it. */
function isOffered(action: Action, role: Role = 'member'): boolean {
  return may(role, PRESS_NEEDS[action])
}

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
