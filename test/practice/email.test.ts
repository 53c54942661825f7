import { describe, expect, test } from 'vitest'

import { EMAIL_ACTIONS, type EmailAction } from '../../practice/contract.ts'
import { thousandEvents } from '../../practice/email/batch.ts'
import { RETURNS_BENCHMARK, STOCK_PLANNER } from '../../practice/email/campaigns.ts'
import { deviceOf } from '../../practice/email/devices.ts'
import { uuidOf } from '../../practice/email/ids.ts'
import { createEmailTools, type EmailToolsDeps } from '../../practice/email/index.ts'
import { requestOf, requestsOf } from '../../practice/email/request.ts'
import { PUBLIC_URL } from '../../practice/email/sign.ts'
import { arrivalOf, type Happening } from '../../practice/email/tool.ts'
import { TOOLS, toolById } from '../../practice/email/tools/index.ts'
import { ANSWERS } from '../../practice/email/words.ts'
import { Exchanges } from '../../practice/exchanges.ts'
import { aHome, startProgram } from '../../practice/program.ts'
import type { Tally } from '../../src/core/event.ts'
import { providers } from '../../src/webhooks/providers/index.ts'
import { aReceiver, signed } from '../webhooks/harness.ts'
import { NOON, type Receiving, startReceiving } from './email-support.ts'

const ADA = 'ada@example.com'
const HOUR = 60 * 60 * 1000

function aToolbox(receiving: Receiving, more: Partial<EmailToolsDeps> = {}) {
  const exchanges = new Exchanges()
  const tools = createEmailTools({ program: receiving, exchanges, now: () => receiving.clock.now, ...more })
  const press = (tool: string, action: EmailAction, contact = ADA) =>
    tools.act({ kind: 'event', tool, action, contact })
  const requests = () => exchanges.summaries().flatMap(({ id }) => exchanges.get(id) ?? [])
  return { ...tools, press, requests }
}

test('every provider of the program has its tool, and every tool its secret', () => {
  expect(TOOLS.map(({ id }) => id).toSorted()).toEqual(providers.map(({ id }) => id).toSorted())
  const { env } = createEmailTools({ program: { url: '' }, exchanges: new Exchanges(), now: () => NOON })
  for (const { id, variable = `${id.toUpperCase()}_WEBHOOK_SECRET`, secretProblem } of providers) {
    expect(secretProblem(env[variable] ?? '')).toBeUndefined()
  }
  // One of them signs the address that the program says it has.
  expect(env.PUBLIC_URL).toBe(PUBLIC_URL)
})

test('a tool offers what its provider can tell, in the order of a mail’s life', () => {
  const { tools } = createEmailTools({ program: { url: '' }, exchanges: new Exchanges(), now: () => NOON })
  const missing = tools.map(({ id, actions }) => [id, EMAIL_ACTIONS.filter((action) => !actions.includes(action))])
  expect(Object.fromEntries(missing)).toEqual({
    sendgrid: ['sent'],
    mailgun: ['sent'],
    postmark: ['sent', 'machine_opened'],
    resend: ['machine_opened'],
    generic: [],
    ses: ['machine_opened'],
    brevo: ['sent'],
    mailjet: ['sent', 'machine_opened'],
    mandrill: [],
    sparkpost: ['sent'],
    mailersend: ['machine_opened'],
    postal: ['sent', 'machine_opened', 'unsubscribed'],
    mailtrap: ['sent', 'machine_opened'],
    customerio: ['replied'],
    instantly: ['delivered', 'machine_opened'],
    smartlead: ['delivered', 'machine_opened'],
    lemlist: ['delivered'],
    replyio: ['delivered', 'machine_opened'],
    woodpecker: ['delivered', 'machine_opened'],
  })
  for (const { actions } of tools) expect(actions).toEqual(EMAIL_ACTIONS.filter((action) => actions.includes(action)))
})

/** Of these nobody says whether a bounce is for good, so that it stops nothing. */
const WITHOUT_CLASS = ['instantly', 'smartlead', 'lemlist', 'woodpecker']

const offered = createEmailTools({ program: { url: '' }, exchanges: new Exchanges(), now: () => NOON }).tools

describe.each(offered)('$name', ({ id: tool, actions }) => {
  test.each(actions)('%s reaches the contact as just that', async (action: Tally & EmailAction) => {
    await using receiving = await startReceiving()
    const { press } = aToolbox(receiving)
    const result = await press(tool, action)
    expect(result).toMatchObject({ tool, status: 200 })
    expect(JSON.parse(result.body)).toEqual({ accepted: result.requests, duplicates: 0, unreadable: 0 })
    const { counters, suppression, recent } = await receiving.card(ADA)
    const isLasting = !WITHOUT_CLASS.includes(tool)
    const tally = action === 'bounced' && !isLasting ? 'soft_bounced' : action
    expect(counters[tally]?.count).toBe(1)
    const before = action === 'replied' ? [arrivalOf(toolById(tool))] : []
    expect(Object.keys(counters).toSorted()).toEqual([...before, tally].toSorted())
    expect(recent.every(({ occurredAt }) => Math.abs(occurredAt - NOON) < 1000)).toBe(true)
    const suppressed = { bounced: isLasting ? 'hard_bounce' : undefined, unsubscribed: 'unsubscribed' }[String(action)]
    expect(suppression?.reason).toBe(suppressed)
  })

  const others = (['complained', 'auto_replied'] as const).filter(
    (happening) => toolById(tool).events[happening] ?? toolById(tool).mail[happening],
  )
  test.each(others)('%s reaches the contact without a button', async (happening) => {
    await using receiving = await startReceiving()
    const { deliver } = aToolbox(receiving)
    const answer = await deliver({ tool, ...aRequest(tool, happening) })
    expect(JSON.parse(answer.body)).toEqual({ accepted: 1, duplicates: 0, unreadable: 0 })
    expect(Object.keys((await receiving.card(ADA)).counters)).toEqual([happening])
  })

  test('the last delivery comes once more with the same bytes, and counts for nothing', async () => {
    await using receiving = await startReceiving()
    const { press, act, requests } = aToolbox(receiving)
    for (const action of actions) await press(tool, action)
    const before = await receiving.card(ADA)
    const again = await act({ kind: 'replay-last', tool })
    expect(JSON.parse(again.body)).toEqual({ accepted: 0, duplicates: 1, unreadable: 0 })
    const [last, replayed] = requests().slice(-2)
    expect(replayed?.requestBody).toBe(last?.requestBody)
    expect(replayed?.requestHeaders).toEqual(last?.requestHeaders)
    expect((await receiving.card(ADA)).counters).toEqual(before.counters)
  })

  const repeated = (['clicked', 'replied'] as const).filter((action) => actions.includes(action))
  test.each(repeated)('%s is still a duplicate two days later', async (action) => {
    await using receiving = await startReceiving()
    const { press, act } = aToolbox(receiving)
    await press(tool, action)
    receiving.clock.now += 48 * HOUR
    const again = await act({ kind: 'replay-last', tool })
    expect(again.status).toBe(200)
    expect(JSON.parse(again.body)).toEqual({ accepted: 0, duplicates: 1, unreadable: 0 })
  })

  test('a thousand events have a thousand ids, the same when they are signed anew', async () => {
    const requests = requestsOf(toolById(tool), thousandEvents(toolById(tool), NOON))
    const ids = []
    for (const now of [NOON, NOON + 26 * HOUR]) {
      const { post, events, unreadable } = aReceiver({ now: () => now })
      for (const request of requests) await post(tool, signed(tool, request, now))
      expect(unreadable()).toEqual([])
      expect(new Set(events().map(({ recipient, type }) => `${type} ${recipient}`)).size).toBe(1000)
      ids.push(new Set(events().map(({ id }) => id)))
    }
    expect(ids[0]?.size).toBe(1000)
    expect(ids[1]).toEqual(ids[0])
  })

  test('a forged delivery is refused, and leaves no contact behind', async () => {
    await using receiving = await startReceiving()
    const { act, press } = aToolbox(receiving)
    expect(await act({ kind: 'forge', tool, contact: ADA })).toMatchObject({ status: 401, requests: 1 })
    expect(receiving.refusals).toEqual([`${tool} mismatch`])
    await expect(receiving.card(ADA)).rejects.toThrow('there is no contact')
    expect(await press(tool, 'clicked')).toMatchObject({ status: 200 })
  })

  test('does not replay a forged delivery', async () => {
    await using receiving = await startReceiving()
    const { act } = aToolbox(receiving)
    await act({ kind: 'forge', tool, contact: ADA })
    expect(await act({ kind: 'replay-last', tool })).toMatchObject({ requests: 0, status: 0 })
  })
})

function aRequest(tool: string, happening: Happening) {
  const { campaign } = toolById(tool)
  const mail = { id: uuidOf(tool), to: { email: ADA, name: '' }, campaign, step: 1, sentAt: NOON }
  const occasion = { id: uuidOf(happening), mail, at: NOON, device: deviceOf(ADA), isFirst: true, words: 'I am away.' }
  return requestOf(toolById(tool), happening, occasion)
}

/** Those who tell what an answer says. */
const WITH_WORDS = TOOLS.filter(({ id }) => !['resend', 'mailtrap', 'customerio'].includes(id)).map(({ id }) => id)
/** Those who know their campaigns by name, and either what an answer answers or the lead that it came from. */
const WITH_CAMPAIGN = ['sendgrid', 'mailgun', 'generic', 'instantly', 'smartlead', 'lemlist', 'replyio', 'woodpecker']

describe('a conversation', () => {
  async function answered(receiving: Receiving, tool: string) {
    const { press } = aToolbox(receiving, { people: [{ email: ADA, name: 'Ada Sørensen' }] })
    for (const action of [arrivalOf(toolById(tool)), 'opened', 'replied'] as const) await press(tool, action)
    const { recent } = await receiving.card(ADA)
    return recent.find(({ type }) => type === 'replied')
  }

  test.each(WITH_WORDS)('of %s shows the new words of the answer', async (tool) => {
    await using receiving = await startReceiving()
    const reply = await answered(receiving, tool)
    expect(ANSWERS.some((words) => reply?.excerpt?.startsWith(words))).toBe(true)
    expect(reply?.excerpt).not.toContain(STOCK_PLANNER.steps[0]?.text)
    expect(reply?.excerpt).not.toContain(RETURNS_BENCHMARK.steps[0]?.text)
  })

  test.each(WITH_CAMPAIGN)('of %s keeps its campaign', async (tool) => {
    await using receiving = await startReceiving()
    expect((await answered(receiving, tool))?.campaign?.name).toBe(toolById(tool).campaign.name)
  })

  test('is found from another address, by the message that it answers', async () => {
    await using receiving = await startReceiving()
    const { press, requests, deliver } = aToolbox(receiving)
    await press('sendgrid', 'delivered')
    await press('sendgrid', 'replied')
    const [reply] = requests().slice(-1)
    const fromElsewhere = reply?.requestBody.replaceAll(ADA, 'ada.private@example.org').replace('Message-ID: <', '$&2')
    await deliver({
      tool: 'sendgrid',
      headers: { 'content-type': reply?.requestHeaders['content-type'] ?? '' },
      body: Buffer.from(fromElsewhere ?? ''),
    })
    expect((await receiving.card(ADA)).counters.replied?.count).toBe(2)
  })

  test('goes on with a mail that was sent before', async () => {
    await using receiving = await startReceiving()
    const [tool] = TOOLS
    if (!tool) throw new Error('there are no tools')
    const mail = { id: 'c0a80101-0000-4000-8000-000000000001', to: { email: ADA, name: '' }, step: 3, sentAt: NOON }
    const known = { tool: 'sendgrid', mail: { ...mail, campaign: tool.campaign }, told: ['delivered'] as const }
    const { press, requests } = aToolbox(receiving, { known: [known] })
    expect(await press('sendgrid', 'replied')).toMatchObject({ requests: 1 })
    expect(requests()[0]?.requestBody).toContain(`In-Reply-To: <${tool.rfcMessageId(known.mail)}>`)
  })

  test('goes on with the next mail when one is sent or delivered again', async () => {
    await using receiving = await startReceiving()
    const { press } = aToolbox(receiving)
    for (const action of ['sent', 'delivered', 'opened', 'sent', 'delivered', 'delivered', 'clicked'] as const) {
      await press('generic', action)
    }
    const { recent } = await receiving.card(ADA)
    expect(recent.map(({ type, campaign }) => `${type} ${campaign?.step}`).toReversed()).toEqual([
      'sent 1',
      'delivered 1',
      'opened 1',
      'sent 2',
      'delivered 2',
      'delivered 3',
      'clicked 3',
    ])
  })
})

test('what a machine opened makes nobody engaged', async () => {
  await using receiving = await startReceiving()
  const { press } = aToolbox(receiving)
  for (const tool of ['sendgrid', 'mailgun', 'generic']) await press(tool, 'machine_opened')
  expect(await receiving.card(ADA)).toMatchObject({
    status: 'new',
    score: 0,
    counters: { machine_opened: { count: 3 } },
  })
})

test.each([
  ['sendgrid', 1],
  ['woodpecker', 10],
  ['instantly', 1000],
])('a thousand events of %s, in %i requests, count once, however often they come', async (tool, requests) => {
  await using receiving = await startReceiving()
  const { act } = aToolbox(receiving)
  const first = await act({ kind: 'replay-batch', tool })
  expect(JSON.parse(first.body)).toEqual({ accepted: 1000, duplicates: 0, unreadable: 0 })
  expect(first.requests).toBe(requests)
  receiving.clock.now += 26 * HOUR
  const second = await act({ kind: 'replay-batch', tool })
  expect(JSON.parse(second.body)).toEqual({ accepted: 0, duplicates: 1000, unreadable: 0 })
  expect((await receiving.card('alma.abbot.1@example.com')).counters).toMatchObject({
    [arrivalOf(toolById(tool))]: { count: 1 },
    opened: { count: 1 },
    clicked: { count: 1 },
  })
})

test('the real program, in a process of its own, takes what each of them sends', async () => {
  await using home = aHome()
  await using program = await startProgram(home)
  const { act } = createEmailTools({ program, exchanges: new Exchanges(), now: Date.now })
  for (const { id: tool } of TOOLS) {
    expect(await act({ kind: 'event', tool, action: 'clicked', contact: ADA })).toMatchObject({ tool, status: 200 })
    expect(await act({ kind: 'forge', tool, contact: ADA })).toMatchObject({ tool, status: 401 })
  }
})

test('says in a sentence what was sent', async () => {
  await using receiving = await startReceiving()
  const { press, act } = aToolbox(receiving)
  const said = [
    await act({ kind: 'replay-last', tool: 'resend' }),
    await press('resend', 'replied'),
    await press('sendgrid', 'machine_opened'),
    await act({ kind: 'replay-batch', tool: 'sendgrid' }),
    await act({ kind: 'forge', tool: 'postmark', contact: ADA }),
  ]
  expect(said.map(({ what }) => what)).toEqual([
    'Resend has not sent anything yet',
    'Resend: delivered and replied, ada@example.com',
    'SendGrid: opened by a machine, ada@example.com',
    'SendGrid: 1,000 events in one request',
    'Postmark: delivered, ada@example.com, signed by somebody else',
  ])
})

test('keeps what went over the wire, both ways', async () => {
  await using receiving = await startReceiving()
  const { press, requests } = aToolbox(receiving)
  await press('mailgun', 'clicked')
  expect(requests()).toMatchObject(
    [{ from: 'mailgun', to: 'touchpoint', target: '/webhooks/mailgun', status: 200, responseBody: /accepted/ }].map(
      (expected) => ({ ...expected, responseBody: expect.stringMatching(expected.responseBody) }),
    ),
  )
})

describe('what goes wrong', () => {
  test('what nobody took is told of the same mail when it is pressed again', async () => {
    await using receiving = await startReceiving()
    const program = { url: 'http://127.0.0.1:9' }
    const { press } = aToolbox(receiving, { program })
    expect(await press('generic', 'delivered')).toMatchObject({ status: 0 })
    program.url = receiving.url
    await press('generic', 'delivered')
    expect((await receiving.card(ADA)).recent.map(({ campaign }) => campaign?.step)).toEqual(['1'])
  })

  test('a program that does not run is said, not thrown', async () => {
    const { url, ...gone } = await startReceiving()
    await gone[Symbol.asyncDispose]()
    const { act } = createEmailTools({ program: { url }, exchanges: new Exchanges(), now: () => NOON })
    const result = await act({ kind: 'event', tool: 'resend', action: 'clicked', contact: ADA })
    expect(result).toMatchObject({
      status: 0,
      body: expect.stringMatching(/Touchpoint did not answer: .*ECONNREFUSED/),
    })
  })

  test('neither an unknown tool nor an unknown action is sent', async () => {
    const { act } = createEmailTools({ program: { url: '' }, exchanges: new Exchanges(), now: () => NOON })
    await expect(act({ kind: 'replay-last', tool: 'pigeon' })).rejects.toThrow('there is no e-mail tool pigeon')
    await expect(act({ kind: 'event', tool: 'postmark', action: 'machine_opened', contact: ADA })).rejects.toThrow(
      'Postmark does not tell that a mail was machine_opened',
    )
  })
})
