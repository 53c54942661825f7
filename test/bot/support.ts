import { once } from 'node:events'
import { createServer } from 'node:http'

import { BOT_TOKEN, type Persona, type Slack, startSlack } from '../../practice/slack/index.ts'
import { slackSigned } from '../../practice/slack/sign.ts'
import type { AlertAnswerDeps } from '../../src/bot/alerts/answers.ts'
import { type BotDeps, createBot } from '../../src/bot/app.ts'
import { createGate, type Gate } from '../../src/bot/gate.ts'
import type { Importing } from '../../src/bot/importing.ts'
import { createSlackReceiver, SLACK_PATH } from '../../src/bot/receiver.ts'
import type { Standing } from '../../src/bot/roles.ts'
import type { ContactChanges } from '../../src/core/changes/contact-changes.ts'
import type { Logger } from '../../src/core/logger.ts'
import {
  aCampaign,
  aCard,
  aCardEvent,
  aCompany,
  aDigest,
  aDigestState,
  anAlertRule,
  anAlertsState,
  anErasure,
  anEstimate,
  anImportState,
  anInspection,
  anOutcome,
  aPage,
  aScoreExplained,
  aSearchResult,
  NOW,
  someFindings,
  someGroup,
  someStatistics,
} from './fixtures.ts'

export const SIGNING_SECRET = 'a-signing-secret-of-a-test'
export const TOKEN = BOT_TOKEN

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>> | undefined
}

export function aLog(): { readonly log: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const write = (level: LogLine['level']) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    lines.push({ level, message, fields })
  }
  return { lines, log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') } }
}

/** A contact that already is as everybody wants it. */
export const noChanges: ContactChanges = {
  setStatus: async () => ({ kind: 'same' }),
  assign: async () => ({ kind: 'same' }),
  markAnswered: async () => ({ kind: 'same' }),
  changeTags: async () => ({ kind: 'same' }),
  addNote: async () => ({ kind: 'same' }),
  editProfile: async () => ({ kind: 'same' }),
  undo: async () => ({ kind: 'gone' }),
  history: async () => ({ rows: [], newer: null, older: null }),
}

/** All alerts are about people who were erased. */
export const noAlerts: AlertAnswerDeps['alerts'] = {
  read: async () => undefined,
  triage: async () => ({ kind: 'gone' }),
  later: async () => ({ kind: 'gone' }),
  undo: async () => ({ kind: 'gone' }),
  today: () => '2026-11-22',
  offersUndo: () => false,
}

/** Every import is there, and nothing happens to it. */
export const noImports: Importing = {
  file: async () => {},
  pasted: async () => {},
  toCheck: async () => ({ name: 'people.csv', inspection: anInspection() }),
  chosen: async () => {},
  start: async () => {},
  cancel: async () => {},
  toUndo: async () => anImportState(),
  undo: async () => {},
}

/** Lets everybody of the workspace in as the same. */
export function aGate(standing: Standing = 'admin', { log } = aLog()): Gate {
  return createGate({ standing: async () => standing, admins: [], log })
}

/** What the bot asks the core for; say only what the test is about. */
export function aCore(overrides: Partial<BotDeps> = {}) {
  return {
    gate: aGate(),
    personChanged: async () => {},
    lookup: async () => ({ kind: 'found', card: aCard() }),
    cardById: async () => aCard(),
    changes: noChanges,
    standing: async () => 'member',
    alerts: noAlerts,
    showAlert: async () => true,
    timeZoneOf: async () => null,
    search: async () => aSearchResult(),
    suggest: async () => aSearchResult().contacts,
    contactsAt: async (addresses) => addresses.map((address) => ({ address, contact: null })),
    person: async () => undefined,
    addContact: async () => aCard(),
    addNewContact: async () => ({ isNew: true, card: aCard() }),
    importing: noImports,
    enrichesImports: true,
    timeline: async () => aPage(aCardEvent()),
    notes: async () => aPage(...aCard().notes),
    explainScore: async () => aScoreExplained(),
    startExport: () => {},
    countExport: async () => 3,
    orderExport: async () => {},
    showHome: async () => {},
    statistics: async () => someStatistics(),
    groupStatistics: async () => someGroup(),
    statsChoices: async () => ({ campaigns: ['Spring launch'], tags: ['vip'] }),
    // So that an answer is the acknowledgement.
    sendAgain: async () => 0,
    refusedBlocks: { isRefused: async () => true, refused: async () => {} },
    company: async () => ({ kind: 'found', company: aCompany() }),
    campaigns: async () => [aCampaign()],
    campaign: async () => ({ kind: 'found', campaign: aCampaign() }),
    health: async () => someFindings(),
    digests: {
      settings: async () => aDigestState().settings,
      nextDay: async () => aDigestState().nextDay,
      read: async () => aDigest(),
      choose: async () => {},
      order: async () => {},
      posts: { last: async () => undefined },
    },
    channelState: async () => ({ name: 'sales', isArchived: false, hasApp: true, isShared: false }),
    post: async ({ channel }) => ({ channel, ts: '1.1' }),
    postTest: async ({ channel }) => ({ channel, ts: '1.1' }),
    alertChoices: {
      state: async () => anAlertsState(),
      rule: async (id) => anAlertRule({ id }),
      setKinds: async () => {},
      saveRule: async () => 'saved',
      removeRule: async () => {},
      setQuietHours: async () => {},
      moved: async () => {},
    },
    timeZone: 'Europe/Berlin',
    suggestCampaigns: async () => ['Spring launch'],
    suggestTags: async () => ['vip'],
    knownNames: async () => ({ campaigns: ['Spring launch'], tags: ['vip'] }),
    previewErasure: async () => ({ email: aCard().email, contact: aCard(), events: 12, notes: 1 }),
    eraseContact: async () => anErasure(),
    enrichContact: async () => anOutcome(),
    estimateEnrichment: async () => anEstimate(),
    startEnrichment: async () => {},
    enrichmentProviders: ['apollo', 'hunter'],
    now: () => NOW,
    ...overrides,
  } satisfies Partial<BotDeps>
}

export interface HttpBot extends AsyncDisposable {
  readonly url: string
  readonly slack: Slack
  /** Who types and presses where it does not matter who. */
  readonly ada: Persona
  readonly lines: LogLine[]
  /** Sends a signed request that no person in this workspace could make; `at` is its date. */
  send(fields: Readonly<Record<string, string>>, at?: number): Promise<Response>
  /** Sends an interaction of that kind. */
  press(payload: object): Promise<Response>
}

/** The real bot behind a real server, reached as Slack reaches it. */
export async function aBotOverHttp(overrides: Partial<BotDeps> = {}): Promise<HttpBot> {
  await using resources = new AsyncDisposableStack()
  const slack = resources.use(await startSlack())
  const { log, lines } = aLog()
  const connection = createSlackReceiver({ signingSecret: SIGNING_SECRET, now: () => Date.now(), log })
  const gate = aGate('admin', { log, lines })
  createBot({
    receiver: connection.receiver,
    token: TOKEN,
    apiUrl: slack.apiUrl,
    log,
    ...aCore({ gate, ...overrides }),
  })
  const server = createServer(connection.listener).listen(0, '127.0.0.1')
  resources.defer(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  slack.connect({ url: `${url}${SLACK_PATH}`, signingSecret: SIGNING_SECRET })
  const send = (fields: Readonly<Record<string, string>>, at = Date.now()) =>
    fetch(`${url}${SLACK_PATH}`, slackSigned(SIGNING_SECRET, fields, at))
  const owned = resources.move()
  return {
    url,
    slack,
    ada: slack.person('ada'),
    lines,
    send,
    press: (payload) => send({ payload: JSON.stringify(payload) }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export interface ButtonPress {
  readonly action_id: string
  readonly value: string
  readonly response_url: string
}

/** A press of a button that stands nowhere, as the object that goes into `payload`. */
export function buttonPress({ action_id, value, response_url }: ButtonPress) {
  return {
    type: 'block_actions',
    api_app_id: 'A0APP',
    team: { id: 'T0EXAMPLE', domain: 'example' },
    user: { id: 'U0ADA', username: 'ada', team_id: 'T0EXAMPLE' },
    channel: { id: 'C0GENERAL', name: 'general' },
    container: { type: 'message', message_ts: '1760000000.000001', channel_id: 'C0GENERAL', is_ephemeral: true },
    trigger_id: '1.2.3',
    response_url,
    actions: [
      {
        type: 'button',
        block_id: 'b1',
        action_id,
        value,
        text: { type: 'plain_text', text: 'Press' },
        action_ts: '1760000001.000001',
      },
    ],
  }
}
