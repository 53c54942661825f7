import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { problemsOf } from '../../practice/slack/block-kit.ts'
import type { Message } from '../../src/bot/blocks.ts'
import { ACTIONS, FORMS, readPress } from '../../src/bot/listeners.ts'
import type { Role } from '../../src/bot/permissions.ts'
import { messageModal } from '../../src/bot/surfaces.ts'
import { addContactForm } from '../../src/bot/views/add-contact-form.ts'
import { kindsForm, quietForm, ruleForm } from '../../src/bot/views/alert-forms.ts'
import { laterForm } from '../../src/bot/views/alert-later-form.ts'
import { noticeView } from '../../src/bot/views/alert-notice.ts'
import { alertsView, alertTestView } from '../../src/bot/views/alert-settings.ts'
import { campaignsView, campaignView } from '../../src/bot/views/campaign.ts'
import {
  assignForm,
  editForm,
  noteForm,
  profileForm,
  seenOf,
  statusForm,
  tagForm,
} from '../../src/bot/views/change-forms.ts'
import { changeSentence, sameSentence, undoSentence } from '../../src/bot/views/change-words.ts'
import { companyView } from '../../src/bot/views/company.ts'
import { contactCardView } from '../../src/bot/views/contact-card.ts'
import { contactHistoryView } from '../../src/bot/views/contact-history.ts'
import { contactNotesView } from '../../src/bot/views/contact-notes.ts'
import { contactScoreView } from '../../src/bot/views/contact-score.ts'
import { contactSourcesView } from '../../src/bot/views/contact-sources.ts'
import { contactTimelineView } from '../../src/bot/views/contact-timeline.ts'
import { deniedView } from '../../src/bot/views/denied.ts'
import { digestView } from '../../src/bot/views/digest.ts'
import { digestForm, digestStateView } from '../../src/bot/views/digest-schedule.ts'
import { digestThread } from '../../src/bot/views/digest-thread.ts'
import { enrichCostView, notStartedView } from '../../src/bot/views/enrich-cost.ts'
import {
  enrichingView,
  enrichReportView,
  interruptedView,
  runFailedView,
  runRefusedView,
} from '../../src/bot/views/enrich-run.ts'
import { exportChoiceView } from '../../src/bot/views/export.ts'
import { forgetForm } from '../../src/bot/views/forget.ts'
import { FOUND_A_PAGE, foundView } from '../../src/bot/views/found.ts'
import { healthView } from '../../src/bot/views/health.ts'
import { helpView } from '../../src/bot/views/help.ts'
import { homeClosedView, homeProblemView, homeView } from '../../src/bot/views/home.ts'
import { importCheckedView } from '../../src/bot/views/import-checked.ts'
import { columnsAskedView, columnsForm } from '../../src/bot/views/import-columns.ts'
import { importForm } from '../../src/bot/views/import-form.ts'
import { importProgressView } from '../../src/bot/views/import-progress.ts'
import { importReportView, importUndoForm } from '../../src/bot/views/import-report.ts'
import { lookedUpView, lookupForm } from '../../src/bot/views/lookup-form.ts'
import { nearMissesView, whomView } from '../../src/bot/views/near-misses.ts'
import { peopleHereView } from '../../src/bot/views/people-here.ts'
import { collectingView, personExportView } from '../../src/bot/views/person-export.ts'
import {
  BUG,
  filterProblemView,
  goneView,
  notOpenedView,
  problemView,
  progressView,
  staleButtonView,
  startedView,
  tooSlowView,
  workingView,
} from '../../src/bot/views/problem.ts'
import { groupView, nobodyView, statsView } from '../../src/bot/views/stats.ts'
import { statsForm } from '../../src/bot/views/stats-form.ts'
import { PROFILE_FIELDS } from '../../src/core/changes/change.ts'
import type { Told } from '../../src/core/changes/history.ts'
import type { CardEvent, ContactCard } from '../../src/core/contact-card.ts'
import { FIELDS } from '../../src/core/enrichment/fields.ts'
import { SHARED_FIELDS } from '../../src/core/enrichment/local/siblings.ts'
import { EVENT_TYPES } from '../../src/core/event.ts'
import type { Finding } from '../../src/core/finding.ts'
import { MOST_COUNTED, type RepliesWaiting } from '../../src/core/replies-waiting.ts'
import type { ScoreExplained } from '../../src/core/score-explained.ts'
import { FilterError, pointed } from '../../src/core/search/filter-error.ts'
import { alertViews, outsideAlert, typicalAlerts } from './alert-views.ts'
import {
  aBatchOutcome,
  aCampaign,
  aCard,
  aCardEvent,
  aChange,
  aCompany,
  aCompanyPerson,
  aDigest,
  aDigestState,
  aDryRun,
  aFact,
  aFoundContact,
  aHome,
  aHotContact,
  aMatch,
  anAlert,
  anAlertRule,
  anAlertsState,
  anEmptyCard,
  anEmptyDigest,
  anEstimate,
  anImportState,
  anInspection,
  anOutcome,
  aPage,
  aScoreExplained,
  aSearchResult,
  aWaitingReply,
  buttonsOf,
  mrkdwnOf,
  NOW,
  noStatistics,
  someFindings,
  someGroup,
  someNotices,
  someStatistics,
  wordsOf,
} from './fixtures.ts'

const SOME_PEOPLE = { addresses: ['ada@example.com', 'new@example.com'], author: 0, isAuthorHidden: true, more: 3 }
const SOME_HOLDERS = [
  { address: 'ada@example.com', contact: aFoundContact() },
  { address: 'new@example.com', contact: null },
]

/** Every view with `outside` in each field that strangers can write, `many` times where there is a list. */
function everyView(outside: string, many = 3): Message[] {
  const campaign = { id: outside, name: outside, step: outside }
  const events = EVENT_TYPES.map((type) =>
    aCardEvent({ type, campaign, url: outside, subject: outside, excerpt: outside, reason: outside }),
  )
  const card = aCard({
    email: outside,
    domain: outside,
    firstName: outside,
    lastName: outside,
    company: outside,
    title: outside,
    owner: outside,
    tags: Array(many).fill(outside),
    sourceCampaign: outside,
    emailEvidence: { status: 'risky', source: outside, at: NOW },
    emailDetail: outside,
    facts: factsOf(outside, many),
    addedBy: outside,
    suppression: { reason: 'unsubscribed', since: NOW, event: outside },
    recent: events,
    notes: Array.from({ length: 3 }, () => ({ author: outside, at: NOW, text: outside })),
    noteCount: 10_000,
    counters: { ...aCard().counters, sent: { count: 10_000, first: NOW, last: NOW } },
  })
  const matches = Array.from({ length: many }, () => aMatch({ ...card }))
  return [
    contactCardView(card),
    contactCardView(card, { role: 'admin', now: NOW }),
    contactCardView({ ...card, recent: events.slice(8) }, { added: true, role: 'viewer' }),
    personExportView({ email: outside, json: outside, counts: { fields: 200, events: 10_000, notes: 1, changes: 7 } }),
    contactCardView({ ...card, recent: events.slice(16), firstName: null, lastName: null }),
    contactCardView({ ...card, suppression: null, company: null, title: null }, { outcome: anOutcome(), now: NOW }),
    nearMissesView(outside, { kind: 'choose', exact: true, address: null, matches }),
    whomView(outside, { kind: 'choose', exact: false, address: outside, matches }),
    contactCardView(card, { news: { sentence: changeSentence(everyChange(outside, many)), undo: 7 }, now: NOW }),
    contactCardView(card, { news: { sentence: undoSentence({ kind: 'overtaken', contactId: 42, by: outside }) } }),
    nearMissesView(outside, { kind: 'choose', exact: true, address: null, matches }, 'contact_enrich'),
    nearMissesView(outside, { kind: 'choose', exact: false, address: null, matches }),
    nearMissesView(outside, { kind: 'none', address: outside.slice(0, 320) || null }),
    groupView(someGroup({ campaign: outside, tag: outside })),
    groupView(someGroup({ campaign: outside })),
    groupView(someGroup({ campaign: null, tag: outside, engagement: null })),
    nobodyView({ days: 30, campaign: outside, tag: outside }),
    ...companyAndCampaignViews(outside, many),
    ...alertViews(outside, many),
    ...searches(outside, many),
    problemView(outside),
    healthView(Array.from({ length: many }, () => someFindings(outside)).flat()),
    // As it comes from a command, which refuses longer ones.
    enrichCostView(`tag:${outside}`.slice(0, 2000).toWellFormed(), anEstimate(), ['apollo']),
    enrichCostView(outside, anEstimate({ contacts: 0 }), ['apollo']),
    enrichingView(outside, { done: 1, total: 3, credits: 1 }),
    interruptedView(outside, { done: 1, total: 3, credits: 1 }),
    runFailedView(outside, outside),
    runRefusedView(outside, outside),
    enrichReportView(`campaign:"${outside}"`, aBatchOutcome()),
  ]
}

function companyAndCampaignViews(outside: string, many: number): Message[] {
  const list = <T>(value: T): T[] => Array(many).fill(value)
  const named = { email: outside, firstName: outside, lastName: outside, title: outside }
  const person = aCompanyPerson({ ...named, suppression: { reason: 'unsubscribed', since: NOW, event: outside } })
  const inCampaign = { id: outside, name: outside, step: outside }
  const event = aCardEvent({ type: 'replied', campaign: inCampaign, subject: outside })
  const company = aCompany({
    domain: outside,
    facts: SHARED_FIELDS.map((field) => ({ field, value: outside, agreeing: 1, of: 2, sources: list(outside) })),
    // The core gives no more than these.
    hottest: Array(10).fill(person),
    recent: Array(8).fill({ person, event }),
  })
  // No campaign is without a name, nor any text with half a character.
  const name = outside.toWellFormed() || 'x'
  const campaign = aCampaign({
    name,
    steps: list({ step: outside, events: { sent: 1e9, opened: 1e9, clicked: 1e9, replied: 1e9 } }),
    links: Array(5).fill({ link: outside, clicks: 1 }),
  })
  return [
    companyView({ kind: 'found', company }),
    companyView({ kind: 'found', company: { ...company, facts: [], hottest: [], recent: [] } }),
    companyView({ kind: 'public', domain: outside }),
    companyView({ kind: 'none', domain: outside }),
    companyView({ kind: 'choose', domain: outside, domains: Array(5).fill(outside) }),
    campaignView(outside, { kind: 'found', campaign }),
    campaignView(outside, { kind: 'choose', names: Array(5).fill(name) }),
    campaignView(outside, { kind: 'none' }),
    campaignsView(Array(10).fill(campaign)),
  ]
}

/** A change of everything at once, to and from what strangers write. */
function everyChange(outside: string, many = 3): Told {
  const tags = Array<string>(many).fill(outside)
  const values = { firstName: outside, lastName: outside, company: outside, title: outside, owner: outside, tags }
  const settled = { triage: 'later', until: outside, stopped: { at: NOW, event: outside } } as const
  const [before, after] = [
    { ...values, status: 'new', decision: null } as const,
    { ...values, ...settled, status: 'converted', decision: 'converted', note: 7 } as const,
  ]
  return aChange({ actor: outside, before, after, noteText: outside })
}

/** What a search finds; as it comes from a command, which refuses longer ones. */
function searches(outside: string, many: number): Message[] {
  const typed = outside.slice(0, 1800).toWellFormed()
  const people = { email: outside, firstName: outside, lastName: outside, company: outside, title: outside }
  const contacts = Array.from({ length: Math.min(many, FOUND_A_PAGE) }, (_, n) =>
    aFoundContact({ ...people, id: 999_999_999_999_999 - n, suppressed: 'opted_out' }),
  )
  const cursor = 'previous:hottest:1:1.2345678901234567e+123:999999999999999:999999999'
  const page = { contacts, isMore: true, total: 1000, first: 999_999_999, previous: cursor, next: cursor }
  return [
    foundView(typed, aSearchResult(page)),
    foundView(typed, aSearchResult({ ...page, order: 'newest' })),
    foundView(typed, aSearchResult({ contacts, isNear: true })),
    foundView(typed, aSearchResult({ contacts: [], total: 0 })),
    filterProblemView(outside, pointed(new FilterError(outside, { text: `tag:${outside}`, at: 4, length: 1 }))),
  ]
}

/** Every kind of fact, half of them guesses. */
function factsOf(outside: string, many: number) {
  return FIELDS.map((field, index) =>
    aFact({
      field,
      value: outside,
      source: index % 3 === 0 ? `event:${outside}` : outside,
      isGuess: index % 2 === 0,
      note: outside,
      requestId: outside,
      agreeing: Array(many).fill(outside),
      others: Array(many).fill({ source: outside, value: outside, at: NOW }),
    }),
  )
}

/** Every form with `outside` in it, and every view that stands elsewhere than in a message. */
function everyPlace(outside: string, messages: readonly Message[]) {
  const hottest = Array.from({ length: 5 }, () =>
    aHotContact({ email: outside, firstName: outside, lastName: outside, company: outside, title: outside }),
  )
  const nameless = hottest.map((contact) => ({ ...contact, firstName: null, lastName: null }))
  const week = someStatistics({ days: 7, from: outside, to: outside })
  const who = { id: 42, email: outside, firstName: outside, lastName: outside }
  const answered = [1, 2, 3].map((change) => ({ change, ...who }))
  return {
    modals: [
      addContactForm({ email: outside, firstName: outside, lastName: outside }),
      ...contactForms(outsider(outside)),
      messageModal('History', contactHistoryView(outsider(outside), aPage(...changesOf(outside)))),
      messageModal('Timeline', contactTimelineView(outsider(outside), aPage(...eventsOf(outside)))),
      messageModal('Notes', contactNotesView(outsider(outside), aPage(...notesOf(outside)))),
      contactScoreView(outsider(outside), scoreOf(outside)),
      contactSourcesView(
        aCard({
          email: outside,
          firstName: outside,
          lastName: outside,
          sourceCampaign: outside,
          addedBy: outside,
          emailDetail: outside,
          emailEvidence: { status: 'risky', source: outside, at: NOW },
          facts: factsOf(outside, 50),
        }),
      ),
      ...messages.slice(0, 3).map((message) => messageModal(outside || 'Contact', message)),
      ...statsForms(outside),
      laterForm({ alert: outsideAlert(outside), initial: '2026-12-01', isPrivate: true }),
    ],
    homes: [
      homeView({ waiting: waitingOf(outside, false), answered, mine: hottest, hottest, week, role: 'admin' }),
      homeView({ waiting: waitingOf(outside, true), answered, mine: nameless, hottest: nameless, week, role: 'admin' }),
      homeProblemView(problemView(outside), 'admin'),
      homeClosedView(problemView(outside)),
    ],
  }
}

/** With more to choose than a menu holds, and where tags are typed. */
function statsForms(outside: string) {
  const names = [outside || 'x', ...Array.from({ length: 200 }, (_, n) => `tag ${n}`)]
  const now = { days: 30, campaign: outside || null, tag: outside || null } as const
  return [statsForm({ campaigns: names, tags: names }, now), statsForm({ campaigns: [], tags: null }, now)]
}

/** As many as are read, and more than are counted. */
function waitingOf(outside: string, isNameless: boolean): RepliesWaiting {
  const name = isNameless ? null : outside
  const who = { email: outside, firstName: name, lastName: name, company: outside, title: outside, owner: outside }
  const replies = Array.from({ length: 5 }, () => aWaitingReply({ ...who, subject: outside, excerpt: outside }))
  return { replies, recent: MOST_COUNTED, total: MOST_COUNTED }
}

const NOBODY_WAITS: RepliesWaiting = { replies: [], recent: 0, total: 0 }

const EMPTY_PAGE = { rows: [], newer: null, older: null }

/** A few rows of each list; whole pages are in card-views.test.ts. */
function changesOf(outside: string): Told[] {
  return Array<Told>(2).fill(everyChange(outside, 200))
}

function eventsOf(outside: string): CardEvent[] {
  const campaign = { id: outside, name: outside, step: outside }
  const event = aCardEvent({ type: 'replied', campaign, subject: outside, reason: outside, suspected: 'link_burst' })
  return Array.from({ length: 2 }, (_, at) => ({ ...event, excerpt: at === 0 ? outside : null }))
}

function notesOf(outside: string) {
  return [{ author: outside, at: NOW, text: outside }]
}

function scoreOf(outside: string): ScoreExplained {
  const parts = eventsOf(outside).map((event) => ({ event, points: 20, worth: 19.9 }))
  return { score: 1234.5, parts, rest: { events: 10_000, worth: 936 } }
}

/** A contact of whom everything that can be edited comes from strangers. */
function outsider(outside: string) {
  const named = { firstName: outside, lastName: outside, company: outside, title: outside }
  const tags = Array.from({ length: 150 }, (_, index) => `${index} ${outside}`)
  return aCard({ ...named, email: outside, owner: outside, tags })
}

function contactForms(card: ContactCard) {
  const { firstName, lastName, company, title } = card
  const entered = { firstName, lastName, company, title }
  const conflicts = PROFILE_FIELDS.map((field) => ({ field, now: card[field] }))
  return [
    noteForm(card),
    tagForm(card),
    statusForm(card),
    assignForm(card),
    editForm(card),
    profileForm(card, { seen: seenOf(card), entered, conflicts }),
  ]
}

function problemsIn(messages: readonly Message[]): string[] {
  return messages.flatMap(({ charted, ...message }) => [
    ...problemsOf(message, 'message'),
    ...(charted ? problemsOf({ ...message, blocks: charted }, 'message') : []),
  ])
}

function problemsInPlaces({ modals, homes }: ReturnType<typeof everyPlace>): string[] {
  return [...modals.flatMap((view) => problemsOf(view, 'modal')), ...homes.flatMap((view) => problemsOf(view, 'home'))]
}

/** What is left of a mrkdwn text without the forms that only our own code can make. */
function withoutOurs(mrkdwn: string): string {
  return mrkdwn
    .replace(/<!date\^-?\d+\^\{date_short_pretty\}(?: \{time\})?\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>/g, '')
    .replace(/<@[UW][A-Z0-9]+>/g, '')
    .replace(/<https:\/\/[^<>|\s]+\|[^<>]*>/g, '')
}

describe('every view', () => {
  const typical = [
    contactCardView(aCard()),
    contactCardView(anEmptyCard()),
    contactCardView(aCard({ noteCount: 12 }), { role: 'admin' }),
    contactCardView(aCard(), { news: { sentence: changeSentence(aChange()), undo: 7 }, now: NOW }),
    contactCardView(aCard(), { news: { sentence: sameSentence('tags') } }),
    whomView('x', { kind: 'none', address: null }),
    nearMissesView('ada', { kind: 'choose', exact: true, address: null, matches: [aMatch(), aMatch({ id: 43 })] }),
    nearMissesView('adda@example.com', {
      kind: 'choose',
      exact: false,
      address: 'adda@example.com',
      matches: [aMatch()],
    }),
    nearMissesView('x', { kind: 'none', address: null }),
    foundView('', aSearchResult()),
    foundView('', aSearchResult({ contacts: [], total: 0 })),
    foundView('ada', aSearchResult({ contacts: [aFoundContact()], total: 1 })),
    foundView('ada tag:vip', aSearchResult({ next: 'next:hottest:0:1.5:42:10', total: 37 })),
    nearMissesView('ada', { kind: 'choose', exact: true, address: null, matches: [aMatch()] }, 'contact_enrich'),
    contactCardView(aCard(), { outcome: anOutcome(), now: NOW }),
    enrichCostView('campaign:"Spring launch"', anEstimate(), ['apollo', 'hunter']),
    enrichCostView('tag:vip', anEstimate({ contacts: 0 }), []),
    notStartedView(),
    exportChoiceView({ text: 'tag:vip', format: 'csv' }, 128),
    enrichingView('tag:vip', { done: 64, total: 128, credits: 50 }),
    enrichReportView('tag:vip', aBatchOutcome()),
    interruptedView('tag:vip', { done: 64, total: 128, credits: 50 }),
    runFailedView('tag:vip', BUG),
    runRefusedView('tag:vip', 'this is not a filter.'),
    nearMissesView('new@example.com', { kind: 'none', address: 'new@example.com' }),
    peopleHereView(SOME_PEOPLE, SOME_HOLDERS, { mayAdd: true }),
    peopleHereView(SOME_PEOPLE, SOME_HOLDERS, { mayAdd: false, added: 'ada@example.com' }),
    peopleHereView({ ...SOME_PEOPLE, addresses: [], author: null, more: 0 }, [], { mayAdd: true }),
    statsView(someStatistics()),
    statsView(noStatistics()),
    groupView(someGroup()),
    nobodyView({ days: 30, campaign: 'Spring launch', tag: 'vip' }),
    companyView({ kind: 'found', company: aCompany() }),
    companyView({ kind: 'choose', domain: 'acmee.example', domains: ['acme.example'] }),
    campaignView('Spring launch', { kind: 'found', campaign: aCampaign() }),
    campaignsView([aCampaign()]),
    digestView(aDigest(), 'own'),
    digestView(anEmptyDigest(), 'own'),
    ...digestThread(aDigest(), 'own'),
    digestStateView({ ...aDigestState({ saved: { by: 'U0GRACE', at: NOW } }), trouble: null }, { role: 'admin' }),
    ...typicalAlerts(),
    helpView(),
    alertsView(anAlertsState(), { role: 'admin', asked: 3 }),
    alertsView(anAlertsState({ rules: [], channel: null, quiet: null }), { role: 'admin' }),
    alertsView(anAlertsState({ rules: [], channel: null, quiet: null }), { role: 'viewer' }),
    alertTestView(anAlertRule(), 'U0ADA'),
    alertTestView(null, 'U0ADA'),
    ...someNotices().map(noticeView),
    healthView(someFindings()),
    healthView([]),
    healthView([{ name: 'jobs', state: 'problem', facts: ['1 alert given up'], fixes: [], canSendAgain: true }], {
      role: 'admin',
    }),
    columnsAskedView(7, 'people.csv', anInspection()),
    importCheckedView({ ...anImportState(), format: 'table', unit: 'row', warnings: [] }, aDryRun()),
    importProgressView('importing', anImportState(), { done: 3, total: 12, aSecond: 1 }),
    importReportView(anImportState()),
    collectingView(),
    personExportView({ email: 'ada@example.com', json: '{}', counts: { fields: 12, events: 1, notes: 0, changes: 1 } }),
    deniedView({ why: 'guest' }),
    deniedView({ why: 'role', needed: 'admin', admins: Array(100).fill('W0123456789') }),
    ...[problemView(BUG), goneView(), notOpenedView(), progressView(), workingView()],
    ...[startedView(), staleButtonView(), tooSlowView()],
  ]
  const typicalPlaces = {
    modals: [
      addContactForm(),
      importForm({ enrichesImports: true }),
      columnsForm(7, 'people.csv', anInspection()),
      importUndoForm(anImportState()),
      ...contactForms(aCard()).slice(0, 5),
      messageModal('History', contactHistoryView(aCard(), aPage(aChange(), aChange({ isUndone: true })))),
      messageModal('History', contactHistoryView(aCard(), EMPTY_PAGE)),
      messageModal('Timeline', contactTimelineView(aCard(), aPage(...aCard().recent))),
      messageModal('Timeline', contactTimelineView(anEmptyCard(), EMPTY_PAGE)),
      messageModal('Notes', contactNotesView(aCard(), aPage(...aCard().notes))),
      messageModal('Notes', contactNotesView(anEmptyCard(), EMPTY_PAGE)),
      contactScoreView(aCard(), aScoreExplained()),
      contactScoreView(anEmptyCard(), { score: 0, parts: [], rest: { events: 0, worth: 0 } }),
      contactSourcesView(aCard({ facts: [aFact()] })),
      messageModal('Contact', contactCardView(aCard())),
      lookupForm('admin'),
      lookupForm('viewer'),
      lookedUpView('Contact', contactCardView(aCard())),
      forgetForm({ email: 'ada@example.com', contact: aCard(), events: 3, notes: 1 }),
      statsForm({ campaigns: ['Spring launch'], tags: ['vip'] }),
      digestForm(aDigestState().settings),
      kindsForm(anAlertsState().kinds),
      ruleForm(anAlertRule({ tag: 'vip', owner: 'U0ADA', kinds: ['replied'] })),
      quietForm(null, 'Europe/Berlin'),
      laterForm({ alert: anAlert(), initial: '2026-12-01', isPrivate: false }),
    ],
    homes: [
      homeView(aHome({ answered: [{ change: 7, ...aMatch() }] })),
      homeView(aHome({ waiting: NOBODY_WAITS, mine: [], hottest: [], role: 'viewer' })),
      homeView(aHome({ waiting: { ...NOBODY_WAITS, total: 3 } })),
      homeView(aHome({ week: noStatistics() })),
      homeClosedView(problemView(BUG)),
    ],
  }

  test('is accepted by Slack, typical and empty', () => {
    expect(problemsIn(typical)).toEqual([])
    expect(problemsInPlaces(typicalPlaces)).toEqual([])
  })

  test('with something to send off is a form that is listened to', () => {
    const forms = typicalPlaces.modals.filter(({ submit }) => submit)
    expect(forms.map(({ callback_id }) => callback_id)).toEqual([...FORMS])
  })

  test('has a sentence for notifications', () => {
    for (const { text } of typical) expect(text).toMatch(/\w+.*[.?…]$|^What you can ask/)
  })

  test('offers only buttons that are listened to, with values that are understood', () => {
    const offered = new Set<string>()
    const { modals, homes } = typicalPlaces
    for (const press of [...typical, ...modals, ...homes].flatMap(buttonsOf)) {
      const read = readPress(press.action_id, press.value)
      expect(read, press.action_id).toBeDefined()
      if (read) offered.add(read.action)
    }
    // A menu offers what is chosen from it only while somebody types.
    expect([...offered, 'contact_pick'].sort()).toEqual([...ACTIONS].sort())
  })

  test.each([
    '<!channel> <!here> <@U0ADA> <#C1> <https://evil.example|click>',
    '*bold* _it_ ~no~ `code` ``` x',
    '`',
    '__proto__',
    'constructor',
    '&amp;&lt;!channel&gt;',
    '\u202eevil\u2066\u200b',
    '\ud83d',
    'שלום עולם',
    `zalgo${'\u0300\u0489'.repeat(500)}`,
    '> quote\n> lines',
    ':no_entry: :skull:',
    '</script><!--',
    '',
    ' ',
  ])('shows %j as text', (outside) => {
    const messages = everyView(outside)
    const places = everyPlace(outside, messages)
    expect(problemsIn(messages)).toEqual([])
    expect(problemsInPlaces(places)).toEqual([])
    for (const mrkdwn of mrkdwnOf([messages, places])) expect(withoutOurs(mrkdwn)).not.toContain('<')
  })

  test('bears any text that strangers may write', () => {
    const outside = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.string({
        unit: fc.constantFrom('<', '!', '@', '#', '>', '&', ';', '|', '*', '_', '`', '~', ':', 'a', '\n'),
        maxLength: 300,
      }),
      fc
        .constantFrom('<!channel', '<@U1', '<#C1', '<http://x')
        .chain((start) => fc.string().map((rest) => start + rest)),
    )
    fc.assert(
      fc.property(outside, (text) => {
        const messages = everyView(text)
        const places = everyPlace(text, messages)
        expect(problemsIn(messages)).toEqual([])
        expect(problemsInPlaces(places)).toEqual([])
        for (const mrkdwn of mrkdwnOf([messages, places])) expect(withoutOurs(mrkdwn)).not.toContain('<')
      }),
      { numRuns: 100 },
    )
  })

  test.each(['x', '&', '<', '\n', '👩‍💻', 'é\u0301', '*', '\ud800'])('fits its limits with 50,000 of %j', (unit) => {
    const messages = everyView(unit.repeat(50_000), 200)
    expect(problemsIn(messages)).toEqual([])
    expect(problemsInPlaces(everyPlace(unit.repeat(50_000), messages))).toEqual([])
  })
})

describe('the contact card', () => {
  test('says first and in the notification that nobody should write', () => {
    const card = aCard({ suppression: { reason: 'unsubscribed', since: NOW, event: 'sendgrid:1' } })
    const { text, blocks } = contactCardView(card)
    expect(wordsOf(blocks[0])).toMatch(/^:no_entry: \*Do not write: unsubscribed since </)
    expect(text).toMatch(/^Do not write: unsubscribed since /)
  })

  test('says nothing of writing where it is allowed', () => {
    expect(JSON.stringify(contactCardView(aCard()))).not.toContain('Do not write')
  })

  test('keeps people and machines apart', () => {
    expect(wordsOf(contactCardView(aCard()))).toContain('3 opens (+2 by machines) · 1 click · 1 reply')
  })

  test('shows machines alone as no open of a person', () => {
    const counters = { machine_opened: { count: 1, first: NOW, last: NOW } }
    expect(wordsOf(contactCardView(aCard({ counters })))).toContain('0 opens (+1 by a machine)')
  })

  test('tells what happened with campaign, host and machine, newest first', () => {
    const words = wordsOf(contactCardView(aCard()))
    expect(words).toMatch(/Replied Re: Hello · Spring launch, step 2/)
    expect(words).toMatch(/Clicked pricing\.example\.com · Spring launch, step 2/)
    expect(words).toMatch(/Opened by a machine · Spring launch/)
    expect(words).not.toContain('who=ada')
  })

  test.each<[event: Partial<CardEvent>, words: string]>([
    [
      { type: 'clicked', url: 'https://pricing.example.com/', suspected: 'link_burst' },
      'Clicked pricing.example.com, probably by a machine (several links within 2 seconds) · Spring launch, step 2',
    ],
    [{ suspected: 'before_delivery' }, 'Opened, probably by a machine (before the mail was delivered)'],
    [{ suspected: 'after_delivery' }, 'Opened, probably by a machine (within 10 seconds of the mail)'],
    [{ suspected: 'prefetch' }, 'Opened, probably by a machine (as Apple Mail does ahead of reading)'],
  ])('doubts %j and says why', (event, words) => {
    expect(wordsOf(contactCardView(aCard({ recent: [aCardEvent(event)] })))).toContain(words)
  })

  test('quotes a reply as rich text, in which nothing is active', () => {
    const excerpt = 'Yes <!channel>\n*please*'
    const { blocks } = contactCardView(aCard({ recent: [aCardEvent({ type: 'replied', excerpt })] }))
    expect(blocks).toContainEqual({
      type: 'rich_text',
      elements: [{ type: 'rich_text_quote', elements: [{ type: 'text', text: excerpt }] }],
    })
  })

  test('shows an address exactly, so that it can be copied', () => {
    const card = aCard({ email: '__ada*@example.com' })
    expect(contactCardView(card).blocks).toContainEqual({
      type: 'context',
      elements: [{ type: 'plain_text', text: '__ada*@example.com', emoji: false }],
    })
  })

  test('mentions the owner and names the source of the e-mail status', () => {
    const words = wordsOf(contactCardView(aCard()))
    expect(words).toContain('<@U0GRACE>')
    expect(words).toMatch(/Works \(a reply, </)
  })

  test('of a contact without anything is complete', () => {
    const words = wordsOf(contactCardView(anEmptyCard()))
    expect(words).toContain('No opens, clicks or replies yet')
    expect(words).toContain('Nothing has happened yet.')
    expect(words).toContain('Not checked')
  })

  test.each(EVENT_TYPES)('has words for %s', (type) => {
    expect(wordsOf(contactCardView(aCard({ recent: [aCardEvent({ type })] })))).not.toContain('undefined')
  })
})

describe('near misses', () => {
  test('are buttons that carry the id and not the address', () => {
    const view = nearMissesView('adda', { kind: 'choose', exact: false, address: null, matches: [aMatch({ id: 7 })] })
    expect(view.text).toBe('No contact “adda”. Did you mean one of these?')
    expect(buttonsOf(view)).toEqual([{ action_id: 'contact_lookup', value: '7' }])
  })

  test('offer to add what was an address', () => {
    const view = nearMissesView('adda@example.com', {
      kind: 'choose',
      exact: false,
      address: 'adda@example.com',
      matches: [aMatch()],
    })
    expect(buttonsOf(view)).toContainEqual({ action_id: 'contact_add', value: 'adda@example.com' })
    const none = nearMissesView('x@example.com', { kind: 'none', address: 'x@example.com' })
    expect(wordsOf(none)).toContain('Add x@example.com')
  })

  test('do not offer to add a name', () => {
    expect(buttonsOf(nearMissesView('ada', { kind: 'none', address: null }))).toEqual([])
  })

  test('say how many are not shown', () => {
    const matches = Array.from({ length: 25 }, (_, index) => aMatch({ id: index + 1 }))
    const view = nearMissesView('ada', { kind: 'choose', exact: true, address: null, matches })
    expect(view.text).toBe('25 contacts match “ada”. Which one?')
    expect(wordsOf(view)).toContain('And 15 more.')
  })
})

describe('statistics', () => {
  test('give rates as n of m', () => {
    const words = wordsOf(statsView(someStatistics()))
    expect(words).toContain('*Enriched* 540 of 1,240 (44%) · *Verified* 300 of 1,240 (24%)')
    expect(words).toMatch(/New {10}█+░+ 700 of 1,240/)
  })

  test('show engagement beside the period before, people and machines apart', () => {
    const words = wordsOf(statsView(someStatistics()))
    expect(words).toMatch(/Sent +2,400 +2,000 +\+400/)
    expect(words).toMatch(/Opened by people +640 +650 +-10/)
    expect(words).toMatch(/Opened by machines +900 +0 +\+900/)
    expect(words).toMatch(/Clicked by people +88 +88 +=/)
    expect(words).toMatch(/Unsubscribed +0 +4 +-4/)
  })

  test('show something for one among many', () => {
    expect(wordsOf(statsView(someStatistics()))).toMatch(/Disqualified +█░+ 1 of 1,240/)
  })

  test('switch the period and mark the current one', () => {
    const buttons = JSON.stringify(statsView(someStatistics({ days: 7 })).blocks.at(-1))
    expect(buttons.match(/"style":"primary"/g)).toHaveLength(1)
    expect(buttons).toMatch(/"stats_period:7".*?"value":"7","style":"primary"/)
  })

  test('of an empty CRM teach how to connect a source', () => {
    const words = wordsOf(statsView(noStatistics()))
    expect(words).toContain('/webhooks/sendgrid')
    expect(words).toContain('SENDGRID_WEBHOOK_SECRET')
  })
})

describe('the Home tab', () => {
  test('offers to members to add and to import, and to viewers what they may do', () => {
    const labels = (role: Role) => wordsOf(homeView(aHome({ role })).blocks[2]).split('\n')
    expect(labels('member')).toEqual(expect.arrayContaining(['Add a contact', 'Import', 'Statistics']))
    expect(labels('viewer')).not.toContain('Import')
    expect(wordsOf(homeView(aHome({ role: 'member' })))).toContain('Answered')
    expect(wordsOf(homeView(aHome({ role: 'viewer' })))).not.toContain('Answered')
  })

  test('shows who waits for an answer, with their first words and since when', () => {
    const view = homeView(aHome({ waiting: { replies: [aWaitingReply({ id: 7 })], recent: 23, total: 30 } }))
    const words = wordsOf(view)
    expect(words).toContain('1 of 23, the longest waiting first')
    expect(words).toContain('7 more from before the last 30 days')
    expect(words).toContain('*Ada Lovelace* CTO, Analytical Engines\n“Sounds good. Thursday?”\n<!date^')
    expect(words).toContain('Re: Hello · ada@example.com · <@U0GRACE>')
    expect(buttonsOf(view)).toContainEqual({ action_id: 'contact_answered', value: `7:${NOW - 24 * 60 * 60 * 1000}` })
    expect(words).toContain('Show all 30')
    expect(buttonsOf(view)).toContainEqual({ action_id: 'found_list', value: 'waiting:yes' })
  })

  test('says where the mail tool did not send the words', () => {
    const replies = [aWaitingReply({ excerpt: null, subject: ' ' })]
    expect(wordsOf(homeView(aHome({ waiting: { replies, recent: 1, total: 1 } })))).toContain('did not send the text')
  })

  test('says that nobody waits, and leads to those from long ago', () => {
    expect(wordsOf(homeView(aHome({ waiting: NOBODY_WAITS })))).toContain('Nobody waits for an answer.')
    const words = wordsOf(homeView(aHome({ waiting: { ...NOBODY_WAITS, total: 3 } })))
    expect(words).toContain('Nobody has written in the last 30 days and waits; 3 from before.')
    expect(words).toContain('Show all 3')
  })

  test('takes back what was marked as answered', () => {
    const view = homeView(aHome({ answered: [{ change: 9, ...aMatch() }] }))
    expect(wordsOf(view)).toContain('Ada Lovelace (ada@example.com): marked as answered.')
    expect(buttonsOf(view)).toContainEqual({ action_id: 'change_undo', value: '9' })
  })

  test('shows mine, and teaches how to get some', () => {
    const view = homeView(aHome({ mine: [aHotContact({ id: 8 })] }))
    expect(buttonsOf(view)).toContainEqual({ action_id: 'found_list', value: 'owner:me' })
    expect(wordsOf(homeView(aHome({ mine: [] })))).toContain('`/crm assign ada@example.com me`')
  })

  test('shows who is hot with score and status, and opens their cards', () => {
    const view = homeView(aHome({ hottest: [aHotContact({ id: 7 })] }))
    expect(wordsOf(view)).toContain('*Ada Lovelace* CTO, Analytical Engines\nScore 26.5 · Engaged · ada@example.com')
    expect(buttonsOf(view)).toContainEqual({ action_id: 'contact_open', value: '7' })
  })

  test('shows this week beside the week before', () => {
    const words = wordsOf(homeView(aHome()))
    expect(words).toContain('1,240 contacts, 120 new (80 the week before).')
    expect(words).toMatch(/Replied +31 +20 +\+11/)
  })

  test('says what will stand there while nobody is hot', () => {
    expect(wordsOf(homeView(aHome({ hottest: [] })))).toContain('Nobody has opened, clicked or replied yet.')
  })

  test('of an empty CRM teaches the first steps and shows no empty lists', () => {
    const words = wordsOf(homeView(aHome({ week: noStatistics() })))
    expect(words).toContain('Connect an e-mail tool')
    expect(words).toContain('/crm import')
    expect(words).not.toContain('Hottest')
    expect(words).not.toContain('This week')
  })
})

test('help shows examples that can be pasted', () => {
  for (const example of wordsOf(helpView()).match(/`\/crm[^`]*`/g) ?? []) expect(example).toMatch(/^`\/crm \S.*`$/)
  expect(wordsOf(helpView()).match(/`\/crm/g)?.length).toBeGreaterThanOrEqual(4)
})

describe('health', () => {
  test('puts first what needs somebody, each with what to do', () => {
    const words = wordsOf(healthView(someFindings())).split('\n')
    expect(words[0]).toBe('1 thing needs somebody who runs the server.')
    expect(words.findIndex((line) => line.startsWith(':warning: *postmark* last event'))).toBeGreaterThan(0)
    expect(words.indexOf('→ look at its log')).toBeLessThan(words.findIndex((line) => line.includes('*database*')))
    expect(words.at(-1)).toContain('doctor')
  })

  test('names quiet tools close together behind what is well, and says that it may be as it should', () => {
    const quiet: Finding = { name: 'lemlist', state: 'quiet', facts: ['nothing in 92 days'], fixes: ['post to <it>'] }
    const [well, off] = someFindings()
    const others = [off, well].filter((one) => one !== undefined)
    const words = wordsOf(healthView([quiet, ...others, { ...quiet, name: 'Brevo' }]))
    const order = ['All is well.', '*database*', 'Nothing comes from', '*lemlist*', '*Brevo*', '*reply alerts*']
    const places = order.map((some) => words.lastIndexOf(some))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(words).toContain(':zzz: *lemlist* nothing in 92 days → post to &lt;it&gt;')
    expect(words.match(/Nothing comes from/g)).toHaveLength(1)
  })

  test('many tools with long names and much to do stay within what blocks take', () => {
    const long = 'ش'.repeat(600)
    const states = ['ok', 'quiet', 'off', 'problem'] as const
    const findings = states.flatMap((state) =>
      Array.from({ length: 30 }, () => ({ name: long, state, facts: [long, long], fixes: [long, long, long] })),
    )
    const views = states.map((state) => healthView(findings.filter((one) => one.state === state)))
    expect(problemsIn([healthView(findings), ...views])).toEqual([])
  })

  test('says so when nothing is wrong', () => {
    expect(healthView(someFindings().slice(0, 2)).text).toBe('All is well.')
  })

  test('says how many findings have no room', () => {
    const findings = Array.from({ length: 70 }, () => someFindings()).flat()
    const view = healthView(findings)
    expect(view.text).toBe('70 things need somebody who runs the server.')
    expect(wordsOf(view)).toContain('and 170 others')
  })
})
