import { z } from 'zod'

import type { DigestState } from '../../src/bot/views/digest-schedule.ts'
import type { HomeContent } from '../../src/bot/views/home.ts'
import type { AlertsState } from '../../src/core/alerts/choices.ts'
import type { Triage } from '../../src/core/alerts/conversation.ts'
import { kindSettings } from '../../src/core/alerts/kinds.ts'
import type { Notice } from '../../src/core/alerts/notices.ts'
import type { Alert, AlertEvent } from '../../src/core/alerts/read-alert.ts'
import type { AlertRule } from '../../src/core/alerts/rules.ts'
import type { CampaignReport } from '../../src/core/campaign.ts'
import type { Told } from '../../src/core/changes/history.ts'
import type { Company, CompanyPerson } from '../../src/core/company.ts'
import type { CardEvent, ContactCard, NearMiss } from '../../src/core/contact-card.ts'
import type { Compared, Digest } from '../../src/core/digest/digest.ts'
import type { Estimate } from '../../src/core/enrichment/enrich.ts'
import type { ContactFact } from '../../src/core/enrichment/facts.ts'
import type { BatchOutcome, ContactOutcome } from '../../src/core/enrichment/outcome.ts'
import type { Erasure, Scrubbed } from '../../src/core/erasure/erase-contact.ts'
import type { Finding } from '../../src/core/finding.ts'
import type { HotContact } from '../../src/core/hottest.ts'
import type { DryRun } from '../../src/core/import/dry-run.ts'
import type { ImportState } from '../../src/core/import/imports.ts'
import type { Inspection } from '../../src/core/import/inspection.ts'
import { NO_COUNTS, NOTHING_UNDONE } from '../../src/core/import/report.ts'
import type { Page } from '../../src/core/page.ts'
import type { WaitingReply } from '../../src/core/replies-waiting.ts'
import type { ScoreExplained } from '../../src/core/score-explained.ts'
import type { FoundContact, SearchResult } from '../../src/core/search/search.ts'
import type { GroupStatistics, Statistics } from '../../src/core/statistics.ts'

const DAY = 24 * 60 * 60 * 1000
export const NOW = Date.parse('2026-11-22T10:00:00Z')

export function aCard(overrides: Partial<ContactCard> = {}): ContactCard {
  return {
    id: 42,
    email: 'ada@example.com',
    domain: 'example.com',
    firstName: 'Ada',
    lastName: 'Lovelace',
    company: 'Analytical Engines',
    title: 'CTO',
    status: 'engaged',
    owner: 'U0GRACE',
    tags: ['vip', 'conference'],
    sourceCampaign: 'Spring launch',
    emailEvidence: { status: 'valid', source: 'reply', at: NOW - DAY },
    emailDetail: null,
    facts: [],
    addedBy: null,
    suppression: null,
    score: 26.5,
    counters: {
      sent: { count: 4, first: NOW - 20 * DAY, last: NOW - 2 * DAY },
      opened: { count: 3, first: NOW - 19 * DAY, last: NOW - 2 * DAY },
      machine_opened: { count: 2, first: NOW - 20 * DAY, last: NOW - 3 * DAY },
      clicked: { count: 1, first: NOW - 2 * DAY, last: NOW - 2 * DAY },
      replied: { count: 1, first: NOW - DAY, last: NOW - DAY },
    },
    createdAt: NOW - 30 * DAY,
    updatedAt: NOW - DAY,
    recent: [
      aCardEvent({ type: 'replied', subject: 'Re: Hello', excerpt: 'Sounds good.\nThursday?' }),
      aCardEvent({ type: 'clicked', url: 'https://pricing.example.com/plans?who=ada' }),
      aCardEvent({ type: 'opened', machine: true }),
    ],
    notes: [{ author: 'U0GRACE', at: NOW - DAY, text: 'Met at the fair.' }],
    noteCount: 1,
    ...overrides,
  }
}

export function aCardEvent(overrides: Partial<CardEvent> = {}): CardEvent {
  return {
    type: 'opened',
    class: null,
    machine: null,
    suspected: null,
    occurredAt: NOW - DAY,
    provider: 'sendgrid',
    campaign: { id: 'c1', name: 'Spring launch', step: '2' },
    url: null,
    subject: null,
    excerpt: null,
    reason: null,
    ...overrides,
  }
}

export function aChange(overrides: Partial<Told> = {}): Told {
  return {
    id: 7,
    contactId: 42,
    at: NOW - DAY,
    actor: 'U0GRACE',
    action: 'status',
    before: { decision: null, decidedAt: null, status: 'engaged' },
    after: { decision: 'converted', decidedAt: NOW - DAY, status: 'converted' },
    undoes: null,
    isUndone: false,
    noteText: null,
    ...overrides,
  }
}

/** What Apollo told a week ago. */
export function aFact(overrides: Partial<ContactFact> = {}): ContactFact {
  return {
    field: 'industry',
    value: 'Computing',
    source: 'apollo',
    at: NOW - 7 * DAY,
    confidence: 0.75,
    isGuess: false,
    note: null,
    requestId: null,
    agreeing: [],
    others: [],
    ...overrides,
  }
}

export function anOutcome(overrides: Partial<ContactOutcome> = {}): ContactOutcome {
  return {
    id: 42,
    kind: 'enriched',
    found: ['companyName', 'jobTitle', 'linkedinUrl'],
    lacking: [],
    asked: ['apollo'],
    credits: 1,
    retryAt: null,
    ...overrides,
  }
}

export function anEstimate(overrides: Partial<Estimate> = {}): Estimate {
  return { contacts: 128, toAsk: 90, least: 90, most: 270, spentToday: 12, dailyCredits: 500, ...overrides }
}

export function aBatchOutcome(overrides: Partial<BatchOutcome> = {}): BatchOutcome {
  return {
    contacts: 128,
    counts: { enriched: 90, complete: 12, nothing: 20, waiting: 4, suppressed: 2, gone: 0, failed: 0 },
    credits: 96,
    lacking: { nobody_knows: 20, waiting: 4 },
    later: null,
    ...overrides,
  }
}

/** A contact of which nothing is known but the address. */
export function anEmptyCard(): ContactCard {
  return aCard({
    firstName: null,
    lastName: null,
    company: null,
    title: null,
    status: 'new',
    owner: null,
    tags: [],
    sourceCampaign: null,
    emailEvidence: null,
    score: 0,
    counters: {},
    recent: [],
    notes: [],
    noteCount: 0,
  })
}

export function aMatch(overrides: Partial<NearMiss> = {}): NearMiss {
  const { id, email, firstName, lastName, company, status } = aCard()
  return { id, email, firstName, lastName, company, status, ...overrides }
}

export function aHotContact(overrides: Partial<HotContact> = {}): HotContact {
  const { id, email, firstName, lastName, company, title, status, score } = aCard()
  return { id, email, firstName, lastName, company, title, status, score, ...overrides }
}

export function aFoundContact(overrides: Partial<FoundContact> = {}): FoundContact {
  return { ...aHotContact(), suppressed: null, ...overrides }
}

export function aSearchResult(overrides: Partial<SearchResult> = {}): SearchResult {
  const contacts = [aFoundContact(), aFoundContact({ id: 43, email: 'ada@other.example', suppressed: 'unsubscribed' })]
  return {
    ...{ contacts, isNear: false, first: 1, total: 2, isMore: false, order: 'hottest', previous: null, next: null },
    ...overrides,
  }
}

/** A CSV with a column that nobody knows. */
export function anInspection(overrides: Partial<Inspection> = {}): Inspection {
  return {
    format: 'table',
    unit: 'row',
    header: ['Email', 'First name', 'Shoe size'],
    columns: [
      { index: 0, field: 'email' },
      { index: 1, field: 'firstName' },
      { index: 2, custom: 'Shoe size' },
    ],
    unknown: ['Shoe size'],
    sample: [['ada@example.com', 'Ada', '38']],
    warnings: [],
    encoding: 'utf-8',
    delimiter: ',',
    headerAt: 1,
    size: 60,
    ...overrides,
  }
}

/** An import that is done. */
export function anImportState(overrides: Partial<ImportState> = {}): ImportState {
  return {
    id: 7,
    by: 'U0ADA',
    name: 'people.csv',
    campaign: 'Spring launch',
    tags: ['fair'],
    overwrite: false,
    enrich: true,
    stage: 'done',
    done: 12,
    total: 12,
    counts: { ...NO_COUNTS, created: 8, changed: 1, unchanged: 1, invalid: 1, duplicate: 1 },
    undone: NOTHING_UNDONE,
    message: { channel: 'D0ADA', ts: '1.1' },
    createdAt: NOW - 60_000,
    touchedAt: NOW,
    endedAt: NOW,
    ...overrides,
  }
}

/** What `anImportState` would have done. */
export function aDryRun(overrides: Partial<DryRun> = {}): DryRun {
  const bob = { at: 3, value: 'bob@example.com' }
  return {
    counts: anImportState().counts,
    total: 12,
    first: {
      created: [{ at: 2, value: 'ada@example.com' }],
      changed: [{ ...bob, changes: [{ field: 'company', before: 'Acme', after: 'Acme Engines' }] }],
      unchanged: [{ at: 4, value: 'carol@example.com' }],
      suppressed: [],
      spared: [],
      duplicate: [{ ...bob, at: 6, reason: 'the same address as in row 3' }],
      invalid: [{ at: 5, value: 'adda@', reason: 'this is not an e-mail address' }],
      suggested: [],
    },
    suggestions: 0,
    unclear: [],
    ...overrides,
  }
}

export function aCompanyPerson(overrides: Partial<CompanyPerson> = {}): CompanyPerson {
  return { ...aHotContact(), suppression: null, ...overrides }
}

export function aCompany(overrides: Partial<Company> = {}): Company {
  const person = aCompanyPerson()
  return {
    domain: 'acme.example',
    facts: [
      { field: 'companyName', value: 'Acme Engines', agreeing: 3, of: 5, sources: ['apollo', 'user'] },
      { field: 'companySize', value: '51-200', agreeing: 1, of: 1, sources: ['apollo'] },
    ],
    people: 12,
    suppressed: 2,
    events: { sent: 40, delivered: 38, opened: 12, machine_opened: 7, clicked: 3, replied: 1 },
    hottest: [person, aCompanyPerson({ id: 43, firstName: 'Bob', email: 'bob@acme.example' })],
    recent: [{ person, event: aCardEvent({ type: 'clicked', url: 'https://pricing.example.com/plans?who=ada' }) }],
    ...overrides,
  }
}

export function aCampaign(overrides: Partial<CampaignReport> = {}): CampaignReport {
  return {
    name: 'Spring launch',
    firstDay: '2026-11-16',
    lastDay: '2026-11-19',
    events: { sent: 2400, delivered: 2380, opened: 640, machine_opened: 900, clicked: 88, replied: 31, bounced: 20 },
    people: 1410,
    reach: { sent: 1400, delivered: 1390, opened: 312, machine_opened: 420, clicked: 70, replied: 30, bounced: 10 },
    steps: [
      { step: '1', events: { sent: 1400, opened: 400, clicked: 60, replied: 21 } },
      { step: '2', events: { sent: 1000, opened: 240, clicked: 28, replied: 10 } },
    ],
    links: [
      { link: 'example.com/pricing', clicks: 60 },
      { link: 'example.com/docs', clicks: 1 },
    ],
    days: [
      { day: '2026-11-16', events: { sent: 1400, delivered: 1390, opened: 300, clicked: 40, replied: 20 } },
      { day: '2026-11-17', events: { opened: 100, clicked: 20, replied: 1 } },
      { day: '2026-11-19', events: { sent: 1000, delivered: 990, opened: 240, clicked: 28, replied: 10 } },
    ],
    ...overrides,
  }
}

export function someStatistics(overrides: Partial<Statistics> = {}): Statistics {
  return {
    days: 30,
    from: '2026-10-24',
    to: '2026-11-22',
    contacts: 1240,
    byStatus: { new: 700, enriched: 240, verified: 180, engaged: 100, converted: 19, disqualified: 1 },
    suppressed: 31,
    enriched: 540,
    verified: 300,
    newContacts: 120,
    newContactsBefore: 80,
    events: { sent: 2400, delivered: 2380, opened: 640, machine_opened: 900, clicked: 88, replied: 31, bounced: 20 },
    eventsBefore: { sent: 2000, delivered: 1990, opened: 650, clicked: 88, replied: 20, bounced: 10, unsubscribed: 4 },
    daily: [
      { day: '2026-10-24', events: { sent: 1400, delivered: 1390, opened: 300, clicked: 40, replied: 20 } },
      { day: '2026-11-02', events: { opened: 100, clicked: 20, replied: 1 } },
      { day: '2026-11-22', events: { sent: 1000, delivered: 990, opened: 240, clicked: 28, replied: 10 } },
    ],
    ...overrides,
  }
}

export function someGroup(overrides: Partial<GroupStatistics> = {}): GroupStatistics {
  const { newContacts: _new, newContactsBefore: _before, events, eventsBefore, daily, ...stats } = someStatistics()
  return {
    ...stats,
    campaign: 'Spring launch',
    tag: null,
    reach: { sent: 1200, delivered: 1190, opened: 312, machine_opened: 420, clicked: 70, replied: 30, bounced: 10 },
    engagement: { events, eventsBefore, daily },
    ...overrides,
  }
}

export function noStatistics(): Statistics {
  return someStatistics({
    contacts: 0,
    byStatus: { new: 0, enriched: 0, verified: 0, engaged: 0, converted: 0, disqualified: 0 },
    suppressed: 0,
    enriched: 0,
    verified: 0,
    newContacts: 0,
    newContactsBefore: 0,
    events: {},
    eventsBefore: {},
    daily: [],
  })
}

/** A reply to a campaign, which nobody has looked at yet. */
export function anAlert(overrides: Partial<Alert> = {}): Alert {
  return {
    conversation: 12,
    contact: { ...aCard(), owner: null },
    lead: anAlertEvent(),
    also: [],
    triage: null,
    ...overrides,
  }
}

export function anAlertEvent(overrides: Partial<AlertEvent> = {}): AlertEvent {
  return {
    ...{ kind: 'replied', type: 'replied', occurredAt: NOW - DAY, url: null, figure: null },
    campaign: { id: null, name: 'Spring launch', step: '2' },
    ...{ subject: 'Re: Hello', excerpt: 'Sounds good.\nThursday?' },
    ...overrides,
  }
}

export function aTriage(overrides: Partial<Triage> = {}): Triage {
  return { kind: 'interested', by: 'U0GRACE', at: NOW, change: 7, until: null, isOver: false, ...overrides }
}

export function aWaitingReply(overrides: Partial<WaitingReply> = {}): WaitingReply {
  const { id, email, firstName, lastName, company, title } = aCard()
  const who = { id, email, firstName, lastName, company, title, owner: 'U0GRACE' }
  return { ...who, since: NOW - DAY, subject: 'Re: Hello', excerpt: 'Sounds good.\nThursday?', ...overrides }
}

/** The Home tab of a member. */
export function aHome(overrides: Partial<HomeContent> = {}): HomeContent {
  return {
    waiting: { replies: [aWaitingReply()], recent: 1, total: 1 },
    answered: [],
    mine: [aHotContact({ id: 44, firstName: 'Grace', lastName: 'Hopper', email: 'grace@example.com' })],
    hottest: [aHotContact()],
    week: someStatistics({ days: 7 }),
    role: 'member',
    ...overrides,
  }
}

export function someFindings(outside = 'postmark'): Finding[] {
  return [
    { name: 'database', state: 'ok', facts: ['sqlite, can be written'], fixes: [] },
    { name: 'reply alerts', state: 'off', facts: [], fixes: ['set CRM_ALERT_CHANNEL to the id of a channel'] },
    {
      name: outside,
      state: 'problem',
      facts: [{ words: 'last event', at: NOW }, '12 refused with the wrong key', outside],
      fixes: [`compare POSTMARK_WEBHOOK_SECRET with what ${outside} shows`, 'look at its log'],
    },
  ]
}

/** Every mrkdwn string of a message, its fallback included: where something from outside could become active. */
export function mrkdwnOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(mrkdwnOf)
  if (typeof value !== 'object' || value === null) return []
  const own =
    'text' in value && typeof value.text === 'string' && (!('type' in value) || value.type === 'mrkdwn')
      ? [value.text]
      : []
  return [...own, ...Object.values(value).flatMap(mrkdwnOf)]
}

/** Everything of a message that people read, in order. */
export function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).join('\n')
  if (typeof value !== 'object' || value === null) return ''
  const own = 'text' in value && typeof value.text === 'string' ? [value.text] : []
  return [...own, ...Object.values(value).map(wordsOf)].filter(Boolean).join('\n')
}

/** A page of a list about a contact. */
export function aPage<Row>(...rows: readonly Row[]): Page<Row> {
  return { rows, newer: { direction: 'newer', at: NOW, id: 7 }, older: { direction: 'older', at: NOW - DAY, id: 3 } }
}

export function aScoreExplained(overrides: Partial<ScoreExplained> = {}): ScoreExplained {
  const replied = aCardEvent({ type: 'replied', subject: 'Re: Hello' })
  return {
    score: 26.5,
    parts: [
      { event: replied, points: 20, worth: 19 },
      {
        event: aCardEvent({ type: 'clicked', url: 'https://pricing.example.com/plans?who=ada' }),
        points: 5,
        worth: 4.8,
      },
    ],
    rest: { events: 3, worth: 2.7 },
    ...overrides,
  }
}

/** What each button and each entry of a menu in a message or view asks for, in order. */
export function buttonsOf(value: unknown): { action_id: string; value: string }[] {
  if (Array.isArray(value)) return value.flatMap(buttonsOf)
  if (typeof value !== 'object' || value === null) return []
  if ('type' in value && value.type === 'overflow' && 'options' in value) return entriesOf(value.options)
  if (
    'type' in value &&
    value.type === 'static_select' &&
    'options' in value &&
    'action_id' in value &&
    value.action_id !== 'value'
  )
    return valuesIn(value.options).map((chosen) => ({ action_id: String(value.action_id), value: chosen }))
  if ('action_id' in value && 'value' in value)
    return [{ action_id: String(value.action_id), value: String(value.value) }]
  return Object.values(value).flatMap(buttonsOf)
}

function valuesIn(options: unknown): string[] {
  return z
    .array(z.object({ value: z.string() }))
    .parse(options)
    .map(({ value }) => value)
}

function entriesOf(options: unknown): { action_id: string; value: string }[] {
  return z
    .array(z.object({ value: z.string() }))
    .parse(options)
    .map(({ value: choice }) => {
      const [action_id = '', ...value] = choice.split(' ')
      return { action_id, value: value.join(' ') }
    })
}

export function anErasure(overrides: Partial<Erasure & Scrubbed> = {}): Erasure & Scrubbed {
  const nothing = { kept: 0, posts: 0, isNew: true, wasContact: true, filesCleared: true }
  return { ...nothing, events: 12, notes: 1, ...overrides }
}

/** Of four weeks. */
export function compared(count: number, usual: number | null, filter: string | null = null): Compared {
  return { count, usual, weeks: usual === null ? 0 : 4, filter }
}

/** Of a Saturday, with something of everything. */
export function aDigest(overrides: Partial<Digest> = {}): Digest {
  const { byStatus, contacts, suppressed, enriched, verified } = someStatistics()
  return {
    day: '2026-11-22',
    timeZone: 'Europe/Berlin',
    from: '2026-11-21',
    to: '2026-11-21',
    days: 1,
    isEmpty: false,
    figures: [
      { tally: 'replied', ...compared(12, 8, 'waiting:yes') },
      { tally: 'clicked', ...compared(31, 31) },
      { tally: 'opened', ...compared(120, 98.25, 'since:2026-11-21') },
      { tally: 'sent', ...compared(412, 380) },
      { tally: 'delivered', ...compared(405, 371) },
      { tally: 'bounced', ...compared(7, 0.5) },
    ],
    newContacts: compared(31, 20.25, 'since:2026-11-21'),
    people: { byStatus, contacts, suppressed, enriched, verified },
    peopleFilters: {
      new: 'status:new',
      enriched: 'status:enriched',
      verified: 'status:verified',
      engaged: 'status:engaged',
      converted: 'status:converted',
      disqualified: 'status:disqualified',
    },
    hottest: [
      aHotContact(),
      aHotContact({ id: 43, email: 'grace@example.com', firstName: 'Grace', lastName: 'Hopper' }),
    ],
    hottestFilter: 'score:>0',
    waiting: { replies: [aWaitingReply()], recent: 1, total: 1 },
    waitingFilter: 'waiting:yes',
    warnings: [{ kind: 'bounced', campaign: 'Spring launch', count: 12, sent: 180 }],
    campaigns: [{ campaign: 'Spring launch', events: { sent: 180, opened: 60, clicked: 12, replied: 4, bounced: 12 } }],
    silences: [
      {
        source: 'sendgrid',
        name: 'SendGrid',
        lastDeliveryAt: NOW - 4 * DAY,
        silence: { days: 3, missed: 3, isUnusual: true, hasRhythm: true },
      },
    ],
    chart: {
      days: 14,
      from: '2026-11-08',
      to: '2026-11-21',
      daily: [
        { day: '2026-11-16', events: { sent: 300, opened: 80, clicked: 9, replied: 3 } },
        { day: '2026-11-21', events: { sent: 412, opened: 120, clicked: 31, replied: 12 } },
      ],
    },
    imports: [
      {
        id: 3,
        name: 'fair.csv',
        campaign: null,
        by: 'U0GRACE',
        endedAt: NOW - DAY,
        counts: { ...NO_COUNTS, created: 31, changed: 4, invalid: 2 },
      },
    ],
    enrichment: { hits: 20, asked: 31, credits: 40 },
    ...overrides,
  }
}

/** A day on which nothing happened. */
export function anEmptyDigest(overrides: Partial<Digest> = {}): Digest {
  return aDigest({
    isEmpty: true,
    figures: [],
    newContacts: compared(0, 0),
    hottest: [],
    waiting: { replies: [], recent: 0, total: 0 },
    warnings: [],
    silences: [],
    campaigns: [],
    imports: [],
    enrichment: null,
    chart: { days: 14, from: '2026-11-08', to: '2026-11-21', daily: [] },
    ...overrides,
  })
}

/** Every working day in a channel, as the server says. */
export function aDigestState(overrides: Partial<DigestState['settings']> = {}): Omit<DigestState, 'trouble'> {
  return {
    settings: {
      channel: 'C0SALES',
      at: '09:00',
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
      timeZone: 'Europe/Berlin',
      saved: null,
      ...overrides,
    },
    nextDay: '2026-11-23',
    last: { channel: 'C0SALES', at: NOW - 2 * DAY },
  }
}

/** To whom what goes: everything of one campaign to #sales. */
export function anAlertRule(overrides: Partial<AlertRule> = {}): AlertRule {
  const rule = { id: 3, kinds: [], campaign: 'Spring launch', tag: null, owner: null, target: 'C0SALES' }
  return { ...rule, ...overrides }
}

/** With a channel, a rule and quiet hours. */
export function anAlertsState(overrides: Partial<AlertsState> = {}): AlertsState {
  return {
    kinds: kindSettings([{ kind: 'hot', isOn: true, threshold: 42 }]),
    rules: [anAlertRule()],
    channel: 'C0ALERTS',
    troubles: new Map(),
    quiet: { from: '19:00', until: '08:00', timeZone: 'Europe/Berlin' },
    ...overrides,
  }
}

export function someNotices(name = 'Spring launch'): Notice[] {
  return [
    { kind: 'bounce_rate', campaign: name, sent: 180, bounced: 12, threshold: 5 },
    { kind: 'source_silent', name, lastAt: NOW - 4 * DAY, days: 3, missed: 3 },
    { kind: 'source_silent', name, lastAt: NOW - 40 * DAY, days: 39, missed: 0 },
  ]
}
