import type { Want } from '../../core/enrichment/fields.ts'
import type { ProviderId } from '../../core/enrichment/provider.ts'
import type { Lack } from '../../core/enrichment/waterfall.ts'
import { count, counted, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'

/** What is found out of somebody, as in "Found company and LinkedIn". */
export const FIELD: Readonly<Record<Want, string>> = {
  firstName: 'first name',
  lastName: 'last name',
  companyName: 'company',
  jobTitle: 'title',
  linkedinUrl: 'LinkedIn',
  phone: 'phone',
  industry: 'industry',
  seniorityLevel: 'seniority',
  companySize: 'company size',
  location: 'location',
  emailStatus: 'whether the address works',
}

/** Why something is lacking, as in "Not found: title (everybody who could know was asked)". */
export const LACK: Readonly<Record<Lack, Mrkdwn>> = {
  nobody_knows: mrkdwn`everybody who could know was asked`,
  free_mail: mrkdwn`the mail service is open to everybody and says nothing of a company`,
  role_account: mrkdwn`the address is of a role, such as info@, and not of a person`,
  address_fails: mrkdwn`the address does not work`,
  no_provider: mrkdwn`no provider is switched on`,
  waiting: mrkdwn`the answer takes some minutes`,
  budget: mrkdwn`the credits of today are spent`,
  rate_limited: mrkdwn`a provider asks us to wait`,
  unavailable: mrkdwn`a provider cannot be asked now, see \`/crm health\``,
  uncertain: mrkdwn`an answer was lost, and asking again may cost again`,
}

export const PROVIDER: Readonly<Record<ProviderId, string>> = {
  apollo: 'Apollo',
  dropcontact: 'Dropcontact',
  hunter: 'Hunter',
  pdl: 'People Data Labs',
  zerobounce: 'ZeroBounce',
  millionverifier: 'MillionVerifier',
  reacher: 'Reacher',
}

/** Who says something, by the name under which it is kept. */
const SOURCE: ReadonlyMap<string, string> = new Map([
  ...Object.entries(PROVIDER),
  ['crm-sibling', 'a colleague’s contact'],
  ['guess:domain', 'guessed from the domain'],
  ['guess:address', 'guessed from the address'],
  ['rule:title', 'from the title'],
  ['import', 'an import'],
  ['user', 'entered by hand'],
  ['reply', 'a reply'],
  ['bounce', 'a bounce'],
  ['dns', 'the DNS'],
  ['list', 'lists of mail services and roles'],
  ['syntax', 'its form'],
])

/** Tools whose events tell something, where the name is not the id with a capital. */
const TOOL: ReadonlyMap<string, string> = new Map([
  ['sendgrid', 'SendGrid'],
  ['ses', 'Amazon SES'],
  ['sparkpost', 'SparkPost'],
  ['mailersend', 'MailerSend'],
  ['customerio', 'Customer.io'],
  ['replyio', 'Reply.io'],
  ['generic', 'one of our own tools'],
])

/** "Apollo", "a colleague’s contact", "an event of SendGrid"; several are told apart by commas. */
export function sourceName(source: string): string {
  return source.split(/,\s*/).map(oneSource).join(', ')
}

function oneSource(source: string): string {
  const tool = /^event:(.*)$/s.exec(source)?.[1]
  if (tool !== undefined) return `an event of ${TOOL.get(tool) ?? capitalised(spaced(tool))}`
  return SOURCE.get(source) ?? spaced(source)
}

/** Why an address is what it is, by the reason that its source gave. */
const DETAIL: ReadonlyMap<string, string> = new Map([
  ['catch_all', 'accepts everything'],
  ['accept_all', 'accepts everything'],
  ['role_account', 'of a role, not of a person'],
  ['role_based', 'of a role, not of a person'],
  ['disposable', 'thrown away after use'],
  ['disposable_or_random', 'thrown away after use, or random'],
  ['disabled', 'the mailbox is closed'],
  ['full_inbox', 'the mailbox is full'],
  ['mailbox_quota_exceeded', 'the mailbox is full'],
  ['mailbox_not_found', 'there is no such mailbox'],
  ['mailbox_or_domain', 'there is no such mailbox or domain'],
  ['no_such_domain', 'there is no such domain'],
  ['no_dns_entries', 'there is no such domain'],
  ['null_mx', 'the domain takes no mail'],
  ['implicit_mx', 'the domain names no mail server'],
  ['domain_accepts_mail', 'the domain takes mail'],
  ['alias_relay', 'forwards to another address'],
  ['webmail', 'the mail service does not say'],
  ['personal_mailbox', 'personal'],
  ['school', 'of a school'],
  ['malformed', 'not an address'],
  ['too_long', 'too long'],
  ['local_part_too_long', 'too long before the @'],
  ['spamtrap', 'a trap for senders of spam'],
  ['abuse', 'often marks mail as spam'],
  ['toxic', 'known for abuse'],
  ['global_suppression', 'on a list of those not to write to'],
  ['greylisted', 'the mail server put the check off'],
  ['antispam_system', 'a filter kept the check out'],
  ['extrapolated', 'guessed from a pattern'],
  ['probe_failed', 'the check did not get through'],
  ['unverifiable_now', 'cannot be checked now'],
  ['not_answered', 'the check was not answered'],
  ['another_address', 'the answer was about another address'],
  ['other_address', 'the answer was about another address'],
])

export function detailWords(detail: string): string {
  return DETAIL.get(detail) ?? spaced(detail)
}

const SENIORITY: ReadonlyMap<string, string> = new Map([
  ['c_level', 'C-level'],
  ['vp', 'VP'],
  ['entry', 'Entry level'],
])

export function seniorityWords(level: string): string {
  return SENIORITY.get(level) ?? capitalised(spaced(level))
}

/** Vendors write them in lower case. */
export function industryWords(industry: string): string {
  return capitalised(industry)
}

export function sizeWords(size: string): string {
  return /^\d[\d,]*(?:\+|-\d[\d,]*)?$/.test(size) ? `${size.replace('-', '–')} people` : size
}

/** From 0 to 1, least first. */
const CONFIDENCE = [
  [0, 'uncertain'],
  [0.5, 'probable'],
  [0.7, 'likely'],
  [0.8, 'very likely'],
] as const

export function confidenceWords(confidence: number): string {
  return CONFIDENCE.findLast(([least]) => confidence >= least)?.[1] ?? CONFIDENCE[0][1]
}

/** "Apollo, Hunter and People Data Labs". */
export function providerNames(providers: readonly ProviderId[]): Mrkdwn {
  return allOf(providers.map((provider) => PROVIDER[provider]))
}

/** What is asked about most comes first. */
const TELLING: readonly Want[] = [
  'companyName',
  'jobTitle',
  'linkedinUrl',
  'emailStatus',
  'phone',
  'seniorityLevel',
  'industry',
  'companySize',
  'location',
  'firstName',
  'lastName',
]
const NAMED = 5

/** "company, title and LinkedIn"; of many the first. */
export function fieldNames(wants: readonly Want[]): Mrkdwn {
  const names = TELLING.flatMap((want) => (wants.includes(want) ? [FIELD[want]] : []))
  const rest = names.length - NAMED
  return rest > 1 ? mrkdwn`${listOf(names.slice(0, NAMED))} and ${count(rest)} more` : allOf(names)
}

/** "1 credit"; a call about several is shared among them, so there are parts of credits. */
export function creditsWords(credits: number): Mrkdwn {
  return counted(Math.round(credits * 10) / 10, 'credit', 'credits')
}

function allOf(words: readonly string[]): Mrkdwn {
  const last = words.at(-1)
  return words.length > 1 ? mrkdwn`${listOf(words.slice(0, -1))} and ${text(last)}` : text(last)
}

function listOf(words: readonly string[]): Mrkdwn {
  return join(
    words.map((word) => text(word)),
    ', ',
  )
}

function spaced(words: string): string {
  return words.replaceAll('_', ' ')
}

function capitalised(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}
