import type { types } from '@slack/bolt'

import { isOpen, TRIAGES, type TriageKind } from '../../core/alerts/conversation.ts'
import type { Alert, AlertContact, AlertEvent } from '../../core/alerts/read-alert.ts'
import { maskAddress, maskAddressesIn } from '../../core/mask-address.ts'
import { actions, button, context, type Message, message, mixedContext, quote, section } from '../blocks.ts'
import type { Audience } from '../channel-audience.ts'
import type { Action } from '../listeners.ts'
import { date, join, type Mrkdwn, mrkdwn, text, user } from '../mrkdwn.ts'
import { SIGN, TRIAGE, whatElse, whatHappened, whoMade } from './alert-lines.ts'
import { doNotWrite } from './contact-card.ts'
import { campaignName, fullName, nameOf, position, STATUS, whoIs } from './words.ts'

export interface AlertOptions {
  /** Who reads the message: addresses are for our own people alone. */
  readonly audience: Audience
  /** Whether what somebody made of it can be taken back here. */
  readonly offersUndo: boolean
  /** Only the person who asked sees it: it is not the message of the conversation. */
  readonly isPrivate?: boolean
}

/** A conversation as it stands now: what they wrote last, what came since, and what somebody made of it. */
export function alertView(alert: Alert, options: AlertOptions): Message {
  const { audience } = options
  const shown = audience === 'own' ? alert : maskedAlert(alert)
  const { contact, lead, triage } = shown
  return message(mrkdwn`${whoIs(contact)} ${whatHappened(lead)}.`, [
    ...(contact.suppression ? [section(mrkdwn`:no_entry: *${doNotWrite(contact.suppression)}*`)] : []),
    section(mrkdwn`${SIGN[lead.kind]} *${text(nameOf(contact))}* ${whatHappened(lead)}`),
    cardLine(contact),
    ...words(lead),
    context(...details(shown)),
    ...(audience === 'own' ? [] : [context(WHY_MASKED[audience])]),
    ...(triage ? [isOpen(triage) ? context(mrkdwn`Before: ${whoMade(triage)}`) : made(shown, options)] : []),
    actions(...triageButtons(shown, options), openCard(contact)),
  ])
}

export const WHY_MASKED = {
  shared: mrkdwn`Addresses are hidden: other organizations are in this channel. Your own people see them on the card.`,
  unknown: mrkdwn`Addresses are hidden: Slack does not say who reads this channel. \`/crm health\` says what to do.`,
} as const

/** Who it is, at one glance. */
function cardLine(contact: AlertContact): types.KnownBlock {
  const work = position(contact)
  return mixedContext(
    ...(fullName(contact) ? [{ literal: contact.email }] : []),
    join(
      [
        ...(work ? [text(work, 150)] : []),
        text(STATUS[contact.status]),
        mrkdwn`Score ${contact.score}`,
        contact.owner ? mrkdwn`Owner ${user(contact.owner)}` : mrkdwn`No owner`,
      ],
      ' · ',
    ),
  )
}

export function words({ kind, excerpt }: AlertEvent): types.KnownBlock[] {
  if (kind !== 'replied') return []
  return [excerpt?.trim() ? quote(excerpt) : context(mrkdwn`The mail tool did not send the text`)]
}

function details({ lead, also }: Alert): Mrkdwn[] {
  const name = campaignName(lead.campaign)
  const since = whatElse(also)
  return [
    ...(name ? [mrkdwn`Campaign ${text(name, 100)}`] : []),
    date(lead.occurredAt),
    ...(since ? [mrkdwn`Since the alert began: ${since}`] : []),
  ]
}

function made({ conversation, triage }: Alert, { offersUndo, isPrivate }: AlertOptions): types.KnownBlock {
  if (!triage) throw new Error('nobody made anything of it')
  const undo = button({
    label: 'Undo',
    action: 'alert_undo' satisfies Action,
    value: placed(`${conversation}:${triage.change}`, isPrivate),
  })
  return section(mrkdwn`:white_check_mark: ${whoMade(triage)}`, offersUndo ? undo : undefined)
}

/** A button in a message that one person sees acts on that one, too. */
function placed(value: string, isPrivate = false): string {
  return isPrivate ? `${value} here` : value
}

/** Nobody needs to say again what the person has said, and who said it has nothing to be asked. */
function triageButtons({ contact, conversation, lead, triage }: Alert, { isPrivate }: AlertOptions): types.Button[] {
  if (!isOpen(triage) || lead.kind === 'unsubscribed' || lead.kind === 'complained') return []
  const offered = TRIAGES.filter((kind) => kind !== 'unsubscribe' || !contact.suppression)
  return offered.map((kind) => triageButton(kind, conversation, isPrivate))
}

function triageButton(kind: TriageKind, conversation: number, isPrivate: boolean | undefined): types.Button {
  if (kind === 'later')
    return button({
      label: `${TRIAGE.later}…`,
      action: 'alert_later' satisfies Action,
      value: placed(String(conversation), isPrivate),
    })
  return button({
    label: TRIAGE[kind],
    action: `${'alert_triage' satisfies Action}:${kind}`,
    value: placed(`${kind} ${conversation}`, isPrivate),
    primary: kind === 'interested',
  })
}

function openCard({ id }: AlertContact): types.Button {
  return button({ label: 'Open card', action: 'contact_open' satisfies Action, value: String(id) })
}

/** The same with no address in it, as people of other organizations may see it. */
export function maskedAlert<A extends Alert>(alert: A): A {
  return { ...alert, contact: maskedContact(alert.contact), lead: maskedEvent(alert.lead) }
}

function maskedContact(contact: AlertContact): AlertContact {
  const { email, firstName, lastName, company, title } = contact
  return {
    ...contact,
    email: maskAddress(email),
    firstName: without(firstName),
    lastName: without(lastName),
    company: without(company),
    title: without(title),
  }
}

export function maskedEvent(event: AlertEvent): AlertEvent {
  const { campaign, subject, excerpt, url } = event
  return {
    ...event,
    campaign: campaign && { id: without(campaign.id), name: without(campaign.name), step: without(campaign.step) },
    subject: without(subject),
    excerpt: without(excerpt),
    url: without(url),
  }
}

function without(words: string | null): string | null {
  return words === null ? null : maskAddressesIn(words)
}
