import type { ContactCard } from '../../core/contact-card.ts'
import type { ContactFact } from '../../core/enrichment/facts.ts'
import type { Field } from '../../core/enrichment/fields.ts'
import { phoneText } from '../../core/phone.ts'
import { date, join, link, type Mrkdwn, mrkdwn, NOTHING, text } from '../mrkdwn.ts'
import { detailWords, industryWords, seniorityWords, sizeWords, sourceName } from './enrichment-words.ts'
import { EMAIL_STATUS, fullName } from './words.ts'

/** "Risky: accepts everything (ZeroBounce, 3 Mar)". */
export function emailStatus({ emailEvidence, emailDetail }: ContactCard): Mrkdwn {
  if (!emailEvidence) return mrkdwn`Not checked`
  const { status, source, at } = emailEvidence
  const detail = emailDetail?.trim() ? mrkdwn`: ${text(detailWords(emailDetail), 80)}` : mrkdwn``
  return mrkdwn`${text(EMAIL_STATUS[status])}${detail} (${text(sourceName(source), 80)}, ${date(at, '{date_short_pretty}')})`
}

/** "CTO, Acme", and with a question mark what is only guessed. */
export function work(card: ContactCard): Mrkdwn {
  return listed([knownOrGuessed(card.title, card, 'jobTitle'), knownOrGuessed(card.company, card, 'companyName')])
}

/** "C-level · Software · 51–200 people · Leeds, England"; the level not where the title says it. */
export function profile(card: ContactCard): Mrkdwn {
  const title = card.title?.toLowerCase() ?? ''
  const level = seniorityWords(factOf(card, 'seniorityLevel')?.value ?? '')
  const name = fullName(card) ? undefined : guessedName(card)
  const parts = [
    ...(name ? [mrkdwn`${text(name, 100)}?`] : []),
    ...(title.includes(level.toLowerCase()) ? [] : [worded(card, 'seniorityLevel', seniorityWords)]),
    worded(card, 'industry', industryWords),
    worded(card, 'companySize', sizeWords),
    worded(card, 'location'),
  ]
  return listed(parts, ' · ')
}

/** "+44 113 496 0999 (company switchboard)". */
export function phone(card: ContactCard): Mrkdwn {
  const fact = factOf(card, 'phone')
  if (!fact) return NOTHING
  const number = told(fact, phoneText)
  return fact.note?.trim() ? mrkdwn`${number} (${text(fact.note, 60)})` : number
}

/** The website, and the profile at LinkedIn as a link. */
export function web(card: ContactCard): Mrkdwn {
  const site = card.domain.trim() ? link(`https://${card.domain}`, card.domain) : NOTHING
  const fact = factOf(card, 'linkedinUrl')
  return listed([site, fact ? linkedin(fact) : NOTHING], ' · ')
}

/** Anything else that calls itself LinkedIn is text. */
export function linkedin({ value, isGuess }: Pick<ContactFact, 'value' | 'isGuess'>): Mrkdwn {
  const isThere = URL.canParse(value) && /^https:\/\/([\w-]+\.)*linkedin\.com\//.test(new URL(value).href)
  const shown = isThere ? link(value, 'LinkedIn') : text(value, 100)
  return isGuess ? mrkdwn`${shown}?` : shown
}

function knownOrGuessed(value: string | null, card: ContactCard, field: Field): Mrkdwn {
  return value?.trim() ? text(value) : worded(card, field)
}

function worded(card: ContactCard, field: Field, words: (value: string) => string = String): Mrkdwn {
  const fact = factOf(card, field)
  return fact ? told(fact, words) : NOTHING
}

function told({ value, isGuess }: ContactFact, words: (value: string) => string = String): Mrkdwn {
  const shown = text(words(value), 100)
  return isGuess && shown !== NOTHING ? mrkdwn`${shown}?` : shown
}

function guessedName(card: ContactCard): string | undefined {
  const [firstName, lastName] = (['firstName', 'lastName'] as const).map((field) => factOf(card, field)?.value ?? null)
  return fullName({ firstName: firstName ?? null, lastName: lastName ?? null })
}

function factOf({ facts }: Pick<ContactCard, 'facts'>, field: Field): ContactFact | undefined {
  return facts.find((fact) => fact.field === field)
}

/** Those that say something. */
function listed(parts: readonly Mrkdwn[], separator: ', ' | ' · ' = ', '): Mrkdwn {
  const shown = parts.filter((part) => part !== NOTHING)
  return shown.length > 0 ? join(shown, separator) : NOTHING
}
