import type { types } from '@slack/bolt'

import { isDomain } from '../../core/address.ts'
import type { Company, CompanyEvent, CompanyFact, CompanyPerson, CompanyResult } from '../../core/company.ts'
import type { SharedField } from '../../core/enrichment/local/siblings.ts'
import {
  actions,
  button,
  context,
  type Drawn,
  divider,
  drawnMessage,
  fields,
  header,
  type Message,
  message,
  section,
} from '../blocks.ts'
import type { Action } from '../listeners.ts'
import { code, count, counted, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { chart } from './chart.ts'
import { doNotWrite, engagement } from './contact-card.ts'
import { timelineLine } from './contact-timeline.ts'
import { industryWords, sizeWords, sourceName } from './enrichment-words.ts'
import { fullName, nameOf, STATUS } from './words.ts'

export function companyView(result: CompanyResult): Message {
  switch (result.kind) {
    case 'found':
      return found(result.company)
    case 'public':
      return publicView(result.domain)
    case 'choose':
      return chooseView(result)
    case 'none':
      return sentence(
        mrkdwn`Nobody at “${text(result.domain)}” is in the CRM.`,
        mrkdwn`A company is everybody with an address at its domain: \`/crm company acme.com\``,
      )
  }
}

function found(company: Company): Message {
  const { domain, facts, people, suppressed, events, hottest, recent } = company
  const name = facts.find(({ field }) => field === 'companyName')
  const left = people - hottest.length
  const stopped = suppressed > 0 ? mrkdwn`, do not write to ${count(suppressed)}` : mrkdwn``
  const summary = mrkdwn`${text(name?.value ?? domain)}: ${counted(people, 'contact', 'contacts')}${stopped}.`
  const counters = Object.fromEntries(Object.entries(events).map(([tally, number]) => [tally, { count: number }]))
  return drawnMessage(summary, [
    header(name?.value ?? domain),
    fields([
      [mrkdwn`Domain`, text(domain)],
      [mrkdwn`People`, mrkdwn`${count(people)}${stopped}`],
      ...facts.map((fact) => [mrkdwn`${text(LABEL[fact.field])}`, told(fact)] as const),
    ]),
    together(counters, events),
    divider(),
    ...hottest.map(person),
    ...(left > 0 ? [context(mrkdwn`And ${count(left)} more, none of them warmer.`)] : []),
    divider(),
    section(recent.length > 0 ? join(recent.map(happening), '\n') : mrkdwn`Nothing has happened yet.`),
  ])
}

/** The words are complete without the chart. */
function together(counters: Parameters<typeof engagement>[0], events: Company['events']): Drawn {
  const words = section(mrkdwn`*All of them together*\n${engagement(counters)}`)
  const charts = chart({
    title: 'All of them together',
    type: 'bar',
    unit: 'Events',
    categories: CHARTED.map(([, name]) => name),
    series: [{ name: 'By people', values: CHARTED.map(([tally]) => events[tally] ?? 0) }],
  })
  return { charts, bars: words, figures: words }
}

const CHARTED = [
  ['sent', 'Sent'],
  ['delivered', 'Delivered'],
  ['opened', 'Opened'],
  ['clicked', 'Clicked'],
  ['replied', 'Replied'],
] as const

const LABEL: Readonly<Record<SharedField, string>> = {
  companyName: 'Company',
  industry: 'Industry',
  companySize: 'Size',
}

const SPOKEN: { readonly [F in SharedField]?: (value: string) => string } = {
  industry: industryWords,
  companySize: sizeWords,
}

/** "Acme Engines (3 of 5 contacts say so; entered by hand, Apollo)". */
function told({ field, value, agreeing, of, sources }: CompanyFact): Mrkdwn {
  const spoken = SPOKEN[field]?.(value) ?? value
  return mrkdwn`${text(spoken, 150)} (${count(agreeing)} of ${counted(of, 'contact says so', 'contacts say so')}; ${text(sources.map(sourceName).join(', '), 150)})`
}

function person(contact: CompanyPerson): types.SectionBlock {
  const { suppression, title, status, score, email, id } = contact
  const details = [
    ...(suppression ? [mrkdwn`:no_entry: ${doNotWrite(suppression)}`] : []),
    mrkdwn`Score ${score}`,
    text(STATUS[status]),
    ...(fullName(contact) ? [text(email)] : []),
  ]
  return section(
    mrkdwn`*${text(nameOf(contact), 100)}*${title?.trim() ? mrkdwn` ${text(title, 100)}` : mrkdwn``}\n${join(details, ' · ')}`,
    button({ label: 'Open card', action: 'contact_open' satisfies Action, value: String(id) }),
  )
}

function happening({ person, event }: CompanyEvent): Mrkdwn {
  return mrkdwn`${timelineLine(event)} · ${text(nameOf(person), 80)}`
}

function publicView(domain: string): Message {
  return sentence(
    mrkdwn`“${text(domain)}” is a mail service open to everybody, so its people are no company.`,
    mrkdwn`One of them by address: ${code(`/crm lookup ada@${domain}`)}`,
  )
}

function chooseView({ domain, domains }: Extract<CompanyResult, { kind: 'choose' }>): Message {
  const asked = mrkdwn`Nobody at “${text(domain)}” is in the CRM. Did you mean one of these?`
  const offered = domains.flatMap((name, index) => companyButton(name, name, String(index)))
  return message(asked, [section(asked), ...(offered.length > 0 ? [actions(...offered)] : [])])
}

/** Nothing for what cannot be asked for. */
export function companyButton(domain: string, label: string, place: string): types.Button[] {
  const action = `${'company_open' satisfies Action}:${place}`
  return isDomain(domain) ? [button({ label, action, value: domain })] : []
}

function sentence(words: Mrkdwn, hint: Mrkdwn): Message {
  return message(words, [section(words), context(hint)])
}
