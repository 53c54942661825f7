import type { types } from '@slack/bolt'

import { isAddress } from '../../core/address.ts'
import type { LookupResult, NearMiss } from '../../core/contact-card.ts'
import { actions, button, context, type Message, message, section } from '../blocks.ts'
import type { Action } from '../listeners.ts'
import { code, count, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { nameOf, position, STATUS, whoIs } from './words.ts'

const SHOWN = 10

/** What a press does with the contact that was meant. */
type Choice = Extract<Action, 'contact_lookup' | 'contact_enrich' | 'contact_forget'>

const VERB: Readonly<Record<Choice, string>> = {
  contact_lookup: 'Open',
  contact_enrich: 'Enrich',
  contact_forget: 'Erase',
}

/** Nobody, or more than one: what people may have meant, one press away. */
export function nearMissesView(
  who: string,
  result: Exclude<LookupResult, { kind: 'found' }>,
  action: Choice = 'contact_lookup',
): Message {
  const { address } = result
  const matches = result.kind === 'none' ? [] : result.matches
  const sentence = opening(who, result, matches)
  const left = matches.length - SHOWN
  return message(sentence, [
    section(sentence),
    ...matches.slice(0, SHOWN).map((match) => choice(match, action)),
    ...(left > 0 ? [context(mrkdwn`And ${count(left)} more. Say more of the name, or the address.`)] : []),
    ...(action === 'contact_enrich' && result.kind === 'choose' && result.exact ? everybodyAt(who) : []),
    ...(address && isAddress(address) ? [actions(add(address))] : []),
  ])
}

/** The same where something was to be done with one contact. */
export function whomView(who: string, result: Exclude<LookupResult, { kind: 'found' }>): Message {
  const { text: sentence, blocks } = nearMissesView(who, result)
  return message(sentence, [...blocks, context(UNCHANGED)])
}

const UNCHANGED = mrkdwn`Nothing was changed yet. Open the card and do it there, or type the command again with the address.`

function opening(who: string, result: Exclude<LookupResult, { kind: 'found' }>, matches: readonly NearMiss[]): Mrkdwn {
  if (matches.length === 0) return mrkdwn`No contact “${text(who)}”. ${advice(result)}`
  if (result.kind === 'choose' && result.exact)
    return mrkdwn`${count(matches.length)} contacts match “${text(who)}”. Which one?`
  return mrkdwn`No contact “${text(who)}”. Did you mean one of these?`
}

function advice(result: Exclude<LookupResult, { kind: 'found' }>): Mrkdwn {
  return result.kind === 'none' && result.address
    ? mrkdwn`You can add it.`
    : mrkdwn`Try the address, the last name or the domain.`
}

function choice(match: NearMiss, action: Choice): types.SectionBlock {
  const work = position({ title: null, company: match.company })
  const details = [...(work ? [text(work, 100)] : []), text(STATUS[match.status])]
  return section(
    mrkdwn`${whoIs(match)}\n${join(details, ' · ')}`,
    button({ label: `${VERB[action]} ${nameOf(match)}`, action, value: String(match.id) }),
  )
}

/** A domain is more than the few who are shown. */
function everybodyAt(who: string): types.ContextBlock[] {
  const domain = /^@?([^\s@,:"]+\.[^\s@,:"]+)$/.exec(who)?.[1]
  return domain ? [context(mrkdwn`Everybody there, with the cost first: ${code(`/crm enrich domain:${domain}`)}`)] : []
}

function add(address: string): types.Button {
  return button({
    label: `Add ${address}`,
    action: 'contact_add' satisfies Action,
    value: address,
    primary: true,
  })
}
