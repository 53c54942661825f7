import type { types } from '@slack/bolt'
import type { ContactCard } from '../../core/contact-card.ts'
import type { ContactFact } from '../../core/enrichment/facts.ts'
import type { Field } from '../../core/enrichment/fields.ts'
import { phoneText } from '../../core/phone.ts'
import { context, divider, header, literalContext, section } from '../blocks.ts'
import { count, date, join, type Mrkdwn, mrkdwn, text, user } from '../mrkdwn.ts'
import { modal } from '../surfaces.ts'
import { emailStatus, linkedin } from './contact-profile.ts'
import { confidenceWords, FIELD, industryWords, seniorityWords, sizeWords, sourceName } from './enrichment-words.ts'
import { nameOf } from './words.ts'

/**
 * Where everything that is known of a person comes from, as the person may ask for it: by value
 * its source and since when it is here (enrichment sheet, section 9).
 */
export function contactSourcesView(card: ContactCard): types.ModalView {
  return modal({
    title: 'Why do we have this?',
    blocks: [
      header(nameOf(card)),
      literalContext(card.email),
      section(origin(card)),
      divider(),
      section(mrkdwn`*E-mail*\n${emailStatus(card)}`),
      ...entered(card).map((line) => section(line)),
      ...card.facts.map((fact) => section(told(fact))),
      ...(card.facts.length === 0 ? [context(mrkdwn`Nobody else has told anything of this person.`)] : []),
      divider(),
      ...calls(card),
      context(RIGHTS),
    ],
  })
}

const RIGHTS: Mrkdwn = mrkdwn`Whoever asks may be told all of this (GDPR, articles 14 and 15). An unsubscription at any connected e-mail tool ends mail and look-ups here, too. “Export this person” in the menu of the card makes a file of it, and “Forget this person” there is how an admin erases somebody.`

function origin({ addedBy, sourceCampaign, createdAt }: ContactCard): Mrkdwn {
  const day = date(createdAt, '{date_short_pretty}')
  const campaign = sourceCampaign?.trim() ? mrkdwn`, for the campaign “${text(sourceCampaign, 100)}”` : mrkdwn``
  const how = addedBy
    ? mrkdwn`Added by ${user(addedBy)}`
    : mrkdwn`Came with an import, or with the first event of an e-mail tool`
  return mrkdwn`${how}${campaign}. In the CRM since ${day}.`
}

const ENTERED = [
  ['firstName', 'firstName'],
  ['lastName', 'lastName'],
  ['companyName', 'company'],
  ['jobTitle', 'title'],
] as const satisfies readonly (readonly [Field, keyof ContactCard])[]

/** What nobody told, and so was entered here. */
function entered(card: ContactCard): Mrkdwn[] {
  return ENTERED.flatMap(([field, name]) => {
    const value = card[name]
    const fact = card.facts.find((one) => one.field === field)
    const isTold = fact !== undefined && !fact.isGuess && fact.value === value
    return value?.trim() && !isTold ? [mrkdwn`${label(field)}\n${text(value)} · entered here, or imported`] : []
  })
}

const OTHERS_SHOWN = 5

function told(fact: ContactFact): Mrkdwn {
  const { field, source, at, confidence, note, agreeing, others } = fact
  const how = [
    text(sourceName(source), 100),
    date(at, '{date_short_pretty}'),
    mrkdwn`${text(confidenceWords(confidence))}`,
    ...(note?.trim() ? [text(note, 100)] : []),
  ]
  const rest = others.length - OTHERS_SHOWN
  return join(
    [
      label(field),
      shownValue(fact),
      join(how, ' · '),
      ...(agreeing.length > 0 ? [mrkdwn`The same: ${text(agreeing.map(sourceName).join(', '), 200)}`] : []),
      ...others.slice(0, OTHERS_SHOWN).map((other) => {
        return mrkdwn`Otherwise: ${text(spoken(field, other.value), 100)} (${text(sourceName(other.source), 100)}, ${date(other.at, '{date_short_pretty}')})`
      }),
      ...(rest > 0 ? [mrkdwn`and ${count(rest)} more`] : []),
    ],
    '\n',
  )
}

/** What the providers call the look-ups, to ask them about. */
function calls({ facts }: ContactCard): types.ContextBlock[] {
  const named = facts.flatMap(({ source, requestId }) =>
    requestId?.trim() ? [`${sourceName(source)} ${requestId}`] : [],
  )
  const shown = [...new Set(named)].map((call) => text(call, 150))
  return shown.length > 0 ? [context(mrkdwn`Look-ups: ${join(shown, ', ')}`)] : []
}

function label(field: Field): Mrkdwn {
  const [first = '', ...rest] = FIELD[field]
  return mrkdwn`*${text(first.toUpperCase() + rest.join(''))}*`
}

function shownValue(fact: ContactFact): Mrkdwn {
  if (fact.field === 'linkedinUrl') return linkedin(fact)
  const shown = text(spoken(fact.field, fact.value), 200)
  return fact.isGuess ? mrkdwn`${shown}?` : shown
}

const SPOKEN: { readonly [F in Field]?: (value: string) => string } = {
  seniorityLevel: seniorityWords,
  industry: industryWords,
  companySize: sizeWords,
  phone: phoneText,
}

function spoken(field: Field, value: string): string {
  return SPOKEN[field]?.(value) ?? value
}
