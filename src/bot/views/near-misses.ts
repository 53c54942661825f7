import type { types } from '@slack/bolt'

import { isAddress } from '../../core/address.ts'
import type { LookupResult, NearMiss } from '../../core/contact-card.ts'
import { actions, button, context, type Message, message, section } from '../blocks.ts'
import type { Action } from '../listeners.ts'
import { count, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { nameOf, position, STATUS, whoIs } from './words.ts'

const SHOWN = 10

/** Nobody, or more than one: what people may have meant, one press away. */
export function nearMissesView(who: string, result: Exclude<LookupResult, { kind: 'found' }>): Message {
  const { address } = result
  const matches = result.kind === 'none' ? [] : result.matches
  const sentence = opening(who, result, matches)
  const left = matches.length - SHOWN
  return message(sentence, [
    section(sentence),
    ...matches.slice(0, SHOWN).map(choice),
    ...(left > 0 ? [context(mrkdwn`And ${count(left)} more. Say more of the name, or the address.`)] : []),
    ...(address && isAddress(address) ? [actions(add(address))] : []),
  ])
}

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

function choice(match: NearMiss): types.SectionBlock {
  const work = position({ title: null, company: match.company })
  const details = [...(work ? [text(work, 100)] : []), text(STATUS[match.status])]
  return section(
    mrkdwn`${whoIs(match)}\n${join(details, ' · ')}`,
    button({ label: `Open ${nameOf(match)}`, action: 'contact_lookup' satisfies Action, value: String(match.id) }),
  )
}

function add(address: string): types.Button {
  return button({
    label: `Add ${address}`,
    action: 'contact_add' satisfies Action,
    value: address,
    primary: true,
  })
}
