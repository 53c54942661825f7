import type { Message } from '../../src/bot/blocks.ts'
import { alertView } from '../../src/bot/views/alert.ts'
import { alertEntryView, reminderView } from '../../src/bot/views/alert-entry.ts'
import { rollUpView } from '../../src/bot/views/alert-roll-up.ts'
import { TRIAGES } from '../../src/core/alerts/conversation.ts'
import { CONTACT_ALERT_KINDS } from '../../src/core/alerts/kinds.ts'
import type { Alert } from '../../src/core/alerts/read-alert.ts'
import type { Tally } from '../../src/core/event.ts'
import { aCard, anAlert, anAlertEvent, aTriage, NOW } from './fixtures.ts'

const AUDIENCES = ['own', 'shared'] as const
const KINDS = [...CONTACT_ALERT_KINDS, 'followed'] as const
const TALLIES: readonly Tally[] = [
  'replied',
  'inbound',
  'opened',
  'clicked',
  'form_submission',
  'complained',
  'bounced',
]

/** Every view of an alert with `outside` in each field that strangers can write, `many` times where there is a list. */
export function alertViews(outside: string, many: number): Message[] {
  const full = outsideAlert(outside)
  const event = full.lead
  const open = { ...full, triage: aTriage({ by: outside, isOver: true }) }
  return AUDIENCES.flatMap((audience) => [
    alertView(full, { audience, offersUndo: true }),
    alertView(open, { audience, offersUndo: false, isPrivate: true }),
    alertEntryView({ alert: full, event }, audience),
    reminderView({ alert: full, triage: aTriage({ by: outside }), target: 'C1', below: null }, audience),
    rollUpView([full, open], audience),
  ]).concat(
    rollUpView(Array(many).fill(full), 'own'),
    rollUpView(Array(many).fill(open), 'own'),
    KINDS.map((kind) => alertEntryView({ alert: full, event: { ...event, kind, figure: 1e9 } }, 'own')),
  )
}

/** An alert about a stranger, of whom every word is `outside`. */
export function outsideAlert(outside: string): Alert {
  const campaign = { id: outside, name: outside, step: outside }
  const named = { email: outside, firstName: outside, lastName: outside, company: outside, title: outside }
  const suppression = { reason: 'unsubscribed', since: NOW, event: outside } as const
  const contact = { ...aCard(named), suppression, owner: outside }
  const also = TALLIES.map((tally) => ({ tally, count: 1e9 }))
  const event = anAlertEvent({ campaign, subject: outside, excerpt: outside, url: outside })
  return anAlert({ contact, lead: event, also, triage: aTriage({ by: outside, until: outside, kind: 'later' }) })
}

/** Alerts as they are on most days. */
export function typicalAlerts(): Message[] {
  const own = { audience: 'own', offersUndo: true } as const
  return [
    alertView(anAlert(), own),
    alertView(anAlert({ lead: anAlertEvent({ subject: null, excerpt: null, campaign: null }) }), {
      audience: 'unknown',
      offersUndo: false,
    }),
    ...TRIAGES.map((kind) => alertView(anAlert({ triage: aTriage({ kind, until: '2026-12-01' }) }), own)),
    alertView(anAlert({ triage: aTriage() }), { ...own, isPrivate: true }),
    alertView(anAlert(), { ...own, isPrivate: true }),
    ...CONTACT_ALERT_KINDS.map((kind) => alertView(anAlert({ lead: anAlertEvent({ kind, figure: 31 }) }), own)),
    alertEntryView({ alert: anAlert(), event: anAlertEvent() }, 'own'),
    reminderView({ alert: anAlert(), triage: aTriage(), target: 'C1', below: null }, 'own'),
    rollUpView([anAlert(), anAlert({ triage: aTriage() })], 'own'),
    rollUpView([], 'own'),
  ]
}
