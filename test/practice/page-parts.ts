import type {
  Act,
  ClockMove,
  Conversation,
  EmailAct,
  EmailResult,
  EnrichmentApi,
  Exchange,
  FileOnScreen,
  HomeView,
  Message,
  Modal,
  Notice,
  Option,
  OptionsQuery,
  Outcome,
  Person,
  PracticeParts,
  PracticeState,
  Screen,
} from '../../practice/contract.ts'
import { EMAIL_ACTIONS, ENRICHMENT_FAULTS, GOOD_MOOD } from '../../practice/contract.ts'
import { alertView } from '../../src/bot/views/alert.ts'
import { contactCardView } from '../../src/bot/views/contact-card.ts'
import { helpView } from '../../src/bot/views/help.ts'
import { statsView } from '../../src/bot/views/stats.ts'
import { aCard, aCardEvent, anAlert, anAlertEvent, someStatistics } from '../bot/fixtures.ts'
import { blocksOf, everyInput, homeBlocks, kitchenSink, secondStep } from './page-blocks.ts'

export const ADA: Person = { id: 'U0ADA', name: 'ada', realName: 'Ada King', isBot: false }
export const GRACE: Person = { id: 'U0GRACE', name: 'grace', realName: 'Grace Hopper', isBot: false }
export const BOT: Person = { id: 'U0BOT', name: 'touchpoint', realName: 'Touchpoint', isBot: true }

export const SALES = 'C0SALES'
export const MARKETING = 'C0MARKETING'
export const DIRECT = 'D0BOT'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** A workspace in memory behind the real page and server: what was asked of it is kept, what it shows can be set. */
export interface FakeParts extends PracticeParts {
  readonly acts: Act[]
  readonly queries: OptionsQuery[]
  readonly emails: EmailAct[]
  readonly uploads: { readonly name: string; readonly mimetype: string; readonly bytes: Uint8Array }[]
  readonly moods: { readonly api: string; readonly mood: object }[]
  readonly clockMoves: ClockMove[]
  /** How many listen for changes. */
  readonly listeners: () => number
  post(conversation: string, message: Partial<Message>): Message
  edit(conversation: string, ts: string, change: Partial<Message>): void
  open(modal: Partial<Modal>): void
  update(id: string, change: Partial<Modal>): void
  notify(text: string): void
  publish(home: HomeView | undefined): void
  setScreen(change: Partial<Screen>): void
  /** What the app finds wrong with the next submission, by block id. */
  refuse(errors: Readonly<Record<string, string>>): void
  /** What the next acts are answered with; a promise keeps them waiting. */
  answerWith(outcome: Outcome | Promise<Outcome>): void
  changed(): void
}

export function fakeParts({ at = Date.now() }: { readonly at?: number } = {}): FakeParts {
  const listeners = new Set<() => void>()
  const files = new Map<string, { name: string; mimetype: string; bytes: Uint8Array }>()
  const acts: Act[] = []
  const queries: OptionsQuery[] = []
  const emails: EmailAct[] = []
  const uploads: { name: string; mimetype: string; bytes: Uint8Array }[] = []
  const moods: { api: string; mood: object }[] = []
  const clockMoves: ClockMove[] = []
  let answer: Outcome | Promise<Outcome> = { ok: true }
  let errors: Readonly<Record<string, string>> = {}
  let count = 0
  let screen = aScreen()
  let enrichment = someApis()
  const exchanges = someExchanges(at)

  const changed = () => {
    for (const listener of listeners) listener()
  }
  const setScreen = (change: Partial<Screen>) => {
    screen = { ...screen, ...change }
    changed()
  }
  const inConversation = (id: string, change: (one: Conversation) => Conversation) =>
    setScreen({ conversations: screen.conversations.map((one) => (one.id === id ? change(one) : one)) })

  function post(conversation: string, message: Partial<Message>): Message {
    count += 1
    const made: Message = {
      ts: `${Math.floor(at / 1000)}.${String(count).padStart(6, '0')}`,
      from: BOT,
      at: Date.now(),
      text: '',
      blocks: [],
      files: [],
      isEphemeral: false,
      isEdited: false,
      thread: undefined,
      isBroadcast: false,
      ...message,
    }
    inConversation(conversation, (one) => ({ ...one, messages: [...one.messages, made] }))
    return made
  }
  const show = (conversation: string, view: { readonly text: string; readonly blocks: readonly object[] }) =>
    post(conversation, { text: view.text, blocks: blocksOf(view.blocks), isEphemeral: true })
  const open = (modal: Partial<Modal>) => {
    count += 1
    setScreen({ modals: [...screen.modals, { ...aModal(), id: `V${count}`, ...modal }] })
  }

  function type(conversation: string, text: string, thread: string | undefined): void {
    const [command, verb = '', ...rest] = text.split(' ')
    if (command !== '/crm') {
      post(conversation, { from: GRACE, text, thread })
      return
    }
    if (verb === 'stats') return void show(conversation, statsView(someStatistics()))
    if (verb === 'form') return void open(everyInput())
    if (verb === 'blocks') return void post(conversation, { text: 'Every block', blocks: blocksOf(kitchenSink()) })
    if (verb === 'help' || verb === '') return void show(conversation, helpView())
    const who = verb === 'lookup' ? rest.join(' ') : [verb, ...rest].join(' ')
    show(conversation, contactCardView(theCard(at, who.includes('@') ? who : 'ada@example.com')))
  }

  return {
    acts,
    queries,
    emails,
    uploads,
    moods,
    clockMoves,
    listeners: () => listeners.size,
    post,
    edit: (conversation, ts, change) =>
      inConversation(conversation, (one) => ({
        ...one,
        messages: one.messages.map((message) => (message.ts === ts ? { ...message, ...change } : message)),
      })),
    open,
    update: (id, change) =>
      setScreen({ modals: screen.modals.map((modal) => (modal.id === id ? { ...modal, ...change } : modal)) }),
    notify(text) {
      count += 1
      const notice: Notice = { id: count, at: Date.now(), text }
      setScreen({ notices: [...screen.notices, notice] })
    },
    publish: (home) => setScreen({ home }),
    setScreen,
    refuse(wrong) {
      errors = wrong
    },
    answerWith(outcome) {
      answer = outcome
    },
    changed,

    state: (): PracticeState => ({
      screen,
      clock: { aheadMs: clockMoves.length * DAY },
      tools: ['SendGrid', 'Mailgun', 'Postmark', 'Resend', 'Generic', 'Brevo', 'Mailjet'].map((name) => ({
        id: name.toLowerCase(),
        name,
        actions: EMAIL_ACTIONS,
      })),
      contacts: CONTACTS,
      enrichment,
      exchanges: [...exchanges.values()].map(({ id, at, from, to, method, target, status, ms }) => ({
        id,
        at,
        from,
        to,
        method,
        target,
        status,
        ms,
      })),
    }),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async act(act) {
      acts.push(act)
      const outcome = await answer
      if (!outcome.ok) return outcome
      switch (act.act) {
        case 'type':
          type(act.conversation, act.text, act.thread)
          break
        case 'close':
          setScreen({ modals: act.all ? [] : screen.modals.slice(0, -1) })
          break
        case 'dismiss':
          setScreen({ notices: screen.notices.filter(({ id }) => id !== act.notice) })
          break
        case 'open-home':
          if (!screen.home) setScreen({ home: { id: 'VHOME', blocks: blocksOf(homeBlocks()) } })
          break
        case 'interact':
          if (act.action === 'contact_open') show(SALES, contactCardView(theCard(at, 'ada@example.com')))
          if (act.action === 'next_step') open(secondStep())
          break
        case 'submit':
          if (Object.keys(errors).length === 0) setScreen({ modals: screen.modals.slice(0, -1) })
          else
            setScreen({ modals: screen.modals.map((modal) => (modal.id === act.modal ? { ...modal, errors } : modal)) })
          errors = {}
          break
        default:
          break
      }
      return outcome
    },
    async options(query): Promise<readonly Option[]> {
      queries.push(query)
      return CONTACTS.filter(({ name }) => name.toLowerCase().includes(query.query.toLowerCase())).map(
        ({ name, email, company }) => ({ text: name, value: email, group: company }),
      )
    },
    async addFile(file): Promise<FileOnScreen> {
      uploads.push(file)
      count += 1
      const id = `F${count}`
      files.set(id, file)
      const { name, mimetype, bytes } = file
      return { id, name, mimetype, size: bytes.length, url: `/practice/files/${id}` }
    },
    file: async (id) => files.get(id),
    async email(act): Promise<EmailResult> {
      emails.push(act)
      const forged = act.kind === 'forge'
      return {
        tool: act.tool,
        what:
          'contact' in act ? `${act.tool}: ${act.kind === 'event' ? act.action : act.kind}, ${act.contact}` : act.kind,
        requests: act.kind === 'replay-batch' ? 1000 : 1,
        status: forged ? 401 : 200,
        body: forged
          ? '{"error":"the proof of this delivery is wrong"}'
          : '{"accepted":1,"duplicates":0,"unreadable":0}',
        ms: 8.4,
      }
    },
    setMood(api, mood): Outcome {
      moods.push({ api, mood })
      enrichment = enrichment.map((one) => (one.id === api ? { ...one, mood: { ...one.mood, ...mood } } : one))
      changed()
      return { ok: true }
    },
    exchange: (id) => exchanges.get(id),
    async moveClock(move): Promise<Outcome> {
      const outcome = await answer
      if (outcome.ok) clockMoves.push(move)
      changed()
      return outcome
    },
  }
}

function aScreen(): Screen {
  const conversation = (id: string, name: string, kind: Conversation['kind'], topic: string): Conversation => ({
    id,
    name,
    kind,
    topic,
    hasApp: id !== MARKETING,
    messages: [],
  })
  return {
    team: { id: 'T0', name: 'Practice' },
    me: GRACE,
    people: [GRACE, ADA, BOT],
    app: {
      name: 'Touchpoint',
      userId: BOT.id,
      commands: [
        {
          command: '/crm',
          description: 'Look up a contact, or see the numbers',
          usageHint: 'ada@example.com | lookup Ada Lovelace | stats 30d | help',
        },
      ],
      shortcuts: [
        { callbackId: 'crm_lookup', name: 'Look up a contact', description: 'Find somebody by name', type: 'global' },
        { callbackId: 'people', name: 'Look up people', description: 'Who is in this message', type: 'message' },
      ],
      hasHome: true,
    },
    conversations: [
      conversation(SALES, 'sales', 'channel', 'Who replied, who is warm, who is next'),
      conversation(MARKETING, 'marketing', 'channel', ''),
      conversation(DIRECT, 'Touchpoint', 'dm', ''),
    ],
    home: undefined,
    modals: [],
    notices: [],
  }
}

function aModal(): Modal {
  return {
    id: '',
    title: 'A modal',
    submit: 'Save',
    close: 'Cancel',
    blocks: [],
    errors: {},
    problem: undefined,
    isBusy: false,
  }
}

const CONTACTS = [
  { email: 'ada@example.com', name: 'Ada Lovelace', company: 'Analytical Engines' },
  { email: 'jane.doe@northwind.example', name: 'Jane Doe', company: 'Northwind' },
  { email: 'li.wei@lumen.example', name: 'Li Wei', company: 'Lumen Labs' },
  { email: 'omar@harbor.example', name: 'Omar Haddad', company: 'Harbor' },
]

const APIS = ['Apollo', 'Dropcontact', 'Hunter', 'People Data Labs', 'ZeroBounce', 'MillionVerifier', 'Reacher']

function someApis(): EnrichmentApi[] {
  return APIS.map((name, nth) => ({
    id: name.toLowerCase(),
    name,
    calls: nth,
    faults: name === 'Reacher' ? ['misses', 'outage'] : ENRICHMENT_FAULTS,
    mood: { ...GOOD_MOOD, latencyMs: name === 'Dropcontact' ? 2400 : 200 },
  }))
}

function someExchanges(at: number): Map<number, Exchange> {
  const json = { 'content-type': 'application/json' }
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-slack-signature': 'v0=5c1f…' }
  const rows: readonly (readonly [
    from: string,
    to: string,
    method: string,
    target: string,
    status: number,
    ms: number,
  ])[] = [
    ['touchpoint', 'slack', 'POST', '/api/auth.test', 200, 2.1],
    ['slack', 'touchpoint', 'POST', '/slack/events', 200, 14.2],
    ['touchpoint', 'slack', 'POST', '/api/chat.postMessage', 200, 4.6],
    ['resend', 'touchpoint', 'POST', '/webhooks/resend', 200, 8.4],
    ['resend', 'touchpoint', 'POST', '/webhooks/resend', 401, 1.2],
    ['touchpoint', 'apollo', 'POST', '/api/v1/people/match', 503, 204],
  ]
  const payload = JSON.stringify({
    type: 'block_actions',
    user: { id: GRACE.id },
    actions: [{ action_id: 'contact_open' }],
  })
  return new Map(
    rows.map(([from, to, method, target, status, ms], index) => [
      index + 1,
      {
        id: index + 1,
        at: at - (rows.length - index) * 20_000,
        from,
        to,
        method,
        target,
        requestHeaders: from === 'slack' ? form : json,
        requestBody:
          from === 'slack'
            ? `team_id=T0&payload=${encodeURIComponent(payload)}`
            : '{"type":"email.clicked","data":{"to":["ada@example.com"]}}',
        status,
        responseHeaders: json,
        responseBody: '{"ok":true}',
        ms,
      },
    ]),
  )
}

/** The fixture's dates are those of a fixed day; here they must lie before today. */
function theCard(at: number, email: string) {
  const recent = [
    aCardEvent({
      type: 'replied',
      subject: 'Re: A quick question',
      excerpt: 'Sounds good.\nThursday at 10?',
      occurredAt: at - 40 * MINUTE,
    }),
    aCardEvent({ type: 'clicked', url: 'https://pricing.example.com/plans?who=ada', occurredAt: at - DAY }),
    aCardEvent({ type: 'opened', occurredAt: at - DAY - 5 * MINUTE }),
    aCardEvent({ type: 'opened', machine: true, occurredAt: at - 3 * DAY }),
    aCardEvent({ type: 'delivered', occurredAt: at - 3 * DAY - MINUTE }),
  ]
  return aCard({
    email,
    recent,
    createdAt: at - 30 * DAY,
    emailEvidence: { status: 'valid', source: 'reply', at: at - 40 * MINUTE },
    counters: {
      sent: { count: 4, first: at - 20 * DAY, last: at - 2 * DAY },
      delivered: { count: 4, first: at - 20 * DAY, last: at - 2 * DAY },
      opened: { count: 3, first: at - 19 * DAY, last: at - 2 * DAY },
      machine_opened: { count: 2, first: at - 20 * DAY, last: at - 3 * DAY },
      clicked: { count: 1, first: at - 2 * DAY, last: at - 2 * DAY },
      replied: { count: 1, first: at - DAY, last: at - 40 * MINUTE },
    },
  })
}

export function aReplyAlert(at = Date.now()) {
  const contact = aCard({
    email: 'jane.doe@northwind.example',
    firstName: 'Jane',
    lastName: 'Doe',
    company: 'Northwind',
    title: 'Head of Sales',
  })
  const lead = anAlertEvent({
    campaign: { id: 'c1', name: 'Spring launch', step: '2' },
    subject: 'Re: A quick question',
    excerpt:
      'Thanks for the note! We are comparing three tools at the moment.\nCould you send me the prices for a team of 40?',
    occurredAt: at - 2 * MINUTE,
  })
  const view = alertView(anAlert({ contact, lead }), { audience: 'own', offersUndo: false })
  return { text: view.text, blocks: blocksOf(view.blocks) }
}
