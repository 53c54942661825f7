import { describe, expect, test, vi } from 'vitest'

import { textOf } from '../../practice/slack/index.ts'
import { slackSigned, slashCommand } from '../../practice/slack/sign.ts'
import { createSlackSender } from '../../src/bot/sender.ts'
import { isAnswerUrl } from '../../src/bot/slack-hosts.ts'
import { alertView } from '../../src/bot/views/alert.ts'
import { InvalidInputError, StorageError } from '../../src/core/errors.ts'
import { aCard, aMatch, anAlert, NOW, someStatistics } from './fixtures.ts'
import { aBotOverHttp, buttonPress, type HttpBot, SIGNING_SECRET, TOKEN } from './support.ts'

describe('a request', () => {
  test('with another secret is refused', async () => {
    await using bot = await aBotOverHttp()
    const request = slackSigned('another-secret', slashCommand('help'), Date.now())
    expect((await fetch(`${bot.url}/slack/events`, request)).status).toBe(401)
  })

  test('without a signature is refused', async () => {
    await using bot = await aBotOverHttp()
    const body = new URLSearchParams(slashCommand('help'))
    expect((await fetch(`${bot.url}/slack/events`, { method: 'POST', body })).status).toBe(401)
  })

  test.each([
    ['six minutes ago', -360_000, 401],
    ['four minutes ago', -240_000, 200],
    ['in four minutes', 240_000, 200],
    ['in six minutes', 360_000, 401],
  ])('signed %s', async (_when, offset, status) => {
    await using bot = await aBotOverHttp()
    expect((await bot.send(slashCommand('help'), Date.now() + offset)).status).toBe(status)
  })

  test('that checks the certificate is answered and brings nothing in', async () => {
    const lookup = vi.fn()
    await using bot = await aBotOverHttp({ lookup })
    const body = new URLSearchParams({ ssl_check: '1', ...slashCommand('ada@example.com') }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await fetch(`${bot.url}/slack/events`, { method: 'POST', headers, body })).status).toBe(200)
    expect(lookup).not.toHaveBeenCalled()
  })

  test.each([
    ['GET', '/slack/events'],
    ['POST', '/slack/other'],
    ['POST', '/slack/events/x'],
    ['GET', '//'],
  ])('%s %s is not found and harms nothing', async (method, path) => {
    await using bot = await aBotOverHttp()
    expect((await fetch(`${bot.url}${path}`, { method })).status).toBe(404)
    expect(textOf(await bot.ada.type('/crm help'))).toContain('Ask the CRM')
  })

  test('that is too large is refused', async () => {
    await using bot = await aBotOverHttp()
    expect((await bot.send(slashCommand('x'.repeat(1024 * 1024 + 1)))).status).toBe(413)
  })

  test('needs the exact content type, which the helper for signed requests therefore sends', async () => {
    await using bot = await aBotOverHttp()
    const request = slackSigned(SIGNING_SECRET, slashCommand('help'), Date.now())
    const headers = { ...request.headers, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
    expect((await fetch(`${bot.url}/slack/events`, { ...request, headers })).status).toBe(400)
    expect((await fetch(`${bot.url}/slack/events`, request)).status).toBe(200)
  })
})

describe('/crm', () => {
  test('is ready without a call to Slack', async () => {
    await using bot = await aBotOverHttp()
    await bot.ada.type('/crm help')
    expect(bot.slack.calls).toEqual([])
  })

  test('answers with the card in the acknowledgement, to one person', async () => {
    const lookup = vi.fn(async () => ({ kind: 'found', card: aCard() }) as const)
    await using bot = await aBotOverHttp({ lookup })
    const card = await bot.ada.type('/crm lookup <mailto:ada@example.com|ada@example.com>')
    expect(lookup).toHaveBeenCalledExactlyOnceWith('ada@example.com')
    expect(card).toMatchObject({ isEphemeral: true })
    expect(textOf(card)).toContain('Ada Lovelace')
    expect(bot.slack.answers).toEqual([])
  })

  test('shows near misses', async () => {
    await using bot = await aBotOverHttp({ lookup: nearMiss })
    expect(textOf(await bot.ada.type('/crm adda'))).toContain('Did you mean one of these?')
  })

  test('shows statistics of the period asked for', async () => {
    const statistics = vi.fn(async () => someStatistics({ days: 7 }))
    await using bot = await aBotOverHttp({ statistics })
    expect(textOf(await bot.ada.type('/crm stats 7 days'))).toContain('Last 7 days')
    expect(statistics).toHaveBeenCalledExactlyOnceWith(7)
  })

  test('gives each of two people at once an answer of their own', async () => {
    const lookup = async (who: string) => ({ kind: 'found', card: aCard({ firstName: who }) }) as const
    await using bot = await aBotOverHttp({ lookup })
    const [ada, tom] = [bot.slack.person('ada'), bot.slack.person('tom')]
    await Promise.all([ada.type('/crm Ada'), tom.type('/crm Tom')])
    expect(ada.messages().map(textOf)).toEqual([expect.stringContaining('Ada Lovelace')])
    expect(tom.messages().map(textOf)).toEqual([expect.stringContaining('Tom Lovelace')])
  })

  test('says what to type when it cannot read a command', async () => {
    await using bot = await aBotOverHttp()
    expect(textOf(await bot.ada.type('/crm stats 14d'))).toContain('/crm stats 30d')
    expect(bot.lines).toEqual([])
  })

  test('passes on what the core says of the input, with nothing in it that is active', async () => {
    const lookup = () => Promise.reject(new InvalidInputError('Too many people are called <!channel>'))
    await using bot = await aBotOverHttp({ lookup })
    const said = await bot.ada.type('/crm ada')
    expect(JSON.stringify(said?.blocks)).toContain('Too many people are called &lt;!channel&gt;')
    expect(textOf(said)).toContain('Too many people are called <!channel>')
  })

  test('says so, and logs it, when the database cannot', async () => {
    await using bot = await aBotOverHttp({ lookup: () => Promise.reject(new StorageError('The disk is full')) })
    expect(textOf(await bot.ada.type('/crm ada'))).toContain('The disk is full')
    expect(bot.lines.map(({ level }) => level)).toEqual(['error'])
  })

  test('hides a bug from people and logs it once, without leaving Slack waiting', async () => {
    const bug = new TypeError('secret of the database')
    await using bot = await aBotOverHttp({ lookup: () => Promise.reject(bug) })
    const words = textOf(await bot.ada.type('/crm ada'))
    expect(words).toContain('Something went wrong on our side')
    expect(words).not.toContain('secret')
    expect(bot.lines).toEqual([expect.objectContaining({ level: 'error', fields: { error: bug } })])
    expect(bot.ada.notices).toEqual([])
  })

  test('treats a part that throws before it returns in the same way', async () => {
    const lookup = () => {
      throw new Error('not even a promise')
    }
    await using bot = await aBotOverHttp({ lookup })
    expect(textOf(await bot.ada.type('/crm ada'))).toContain('Something went wrong on our side')
  })

  test('does nothing for a bot', async () => {
    const lookup = vi.fn()
    await using bot = await aBotOverHttp({ lookup })
    const response = await bot.send(slashCommand('ada', { user_id: 'USLACKBOT' }))
    expect(await response.text()).toContain('members of its own workspace')
    expect(lookup).not.toHaveBeenCalled()
  })

  test('logs nothing of what people look for', async () => {
    await using bot = await aBotOverHttp({ lookup: () => Promise.reject(new Error('boom')) })
    await bot.ada.type('/crm lookup ada@example.com')
    expect(bot.lines).not.toEqual([])
    expect(JSON.stringify(bot.lines)).not.toContain('ada@example.com')
  })
})

const nearMiss = async () => ({ kind: 'choose', exact: false, address: null, matches: [aMatch()] }) as const

describe('an answer that takes longer than Slack waits', () => {
  test('is announced in time and delivered when it is there', async () => {
    const card = Promise.withResolvers<{ kind: 'found'; card: ReturnType<typeof aCard> }>()
    // The first deadline passes at once, the second never.
    const after = vi.fn((ms: number) => (ms <= 2000 ? Promise.resolve() : new Promise(() => {})))
    await using bot = await aBotOverHttp({ lookup: () => card.promise, after })
    expect(textOf(await bot.ada.type('/crm ada'))).toContain('Looking…')
    expect(after.mock.calls[0]?.[0]).toBe(2000)
    expect(bot.slack.answers).toEqual([])
    card.resolve({ kind: 'found', card: aCard() })
    expect(await bot.ada.sees('Ada Lovelace')).toMatchObject({ isEphemeral: true })
  })

  test('and never comes ends in a sentence', async () => {
    await using bot = await aBotOverHttp({ lookup: () => new Promise(() => {}), after: async () => {} })
    expect(textOf(await bot.ada.type('/crm ada'))).toContain('Looking…')
    await bot.ada.sees('This takes longer than it should')
  })

  test('and fails ends in a sentence too', async () => {
    const failing = Promise.withResolvers<never>()
    const after = (ms: number) => (ms <= 2000 ? Promise.resolve() : new Promise(() => {}))
    await using bot = await aBotOverHttp({ lookup: () => failing.promise, after })
    await bot.ada.type('/crm ada')
    failing.reject(new Error('boom'))
    await bot.ada.sees('Something went wrong on our side')
  })

  test('is not sent to an address that is not Slack', async () => {
    const after = async () => {}
    const request = vi.fn()
    await using bot = await aBotOverHttp({ lookup: () => new Promise(() => {}), after, fetch: request })
    await bot.send(slashCommand('ada', { response_url: 'https://evil.example/hook' }))
    await vi.waitFor(() => expect(bot.lines.map(({ message }) => message).join()).toContain('not Slack'))
    expect(request).not.toHaveBeenCalled()
  })
})

describe('a button', () => {
  /** A press with a value that no message of the bot holds. */
  const press = (bot: HttpBot, action_id: string, value: string, more: object = {}) =>
    bot.press({ ...buttonPress({ action_id, value, response_url: bot.slack.responseUrl() }), ...more })

  test('of a near miss puts the card in place of the question', async () => {
    const cardById = vi.fn(async () => aCard())
    await using bot = await aBotOverHttp({ lookup: nearMiss, cardById })
    await bot.ada.type('/crm adda')
    await bot.ada.click('Open Ada Lovelace')
    expect(cardById).toHaveBeenCalledExactlyOnceWith(42)
    expect(bot.ada.messages()).toMatchObject([{ isEphemeral: true }])
    expect(bot.ada.messages().map(textOf)).toEqual([expect.stringContaining('CTO, Analytical Engines')])
  })

  test('"Open card" answers whoever pressed it and leaves the alert as it is', async () => {
    await using bot = await aBotOverHttp()
    const alert = await postAlert(bot)
    const answer = await bot.ada.click('Open card')
    expect(answer).toMatchObject({ isEphemeral: true })
    expect(textOf(answer)).toContain('CTO, Analytical Engines')
    expect(bot.slack.person('grace').messages()).toEqual([alert])
  })

  test('in a message that others see never replaces it', async () => {
    await using bot = await aBotOverHttp()
    const container = { type: 'message', is_ephemeral: false }
    await press(bot, 'contact_lookup', '42', { container })
    await bot.ada.sees('Ada Lovelace')
    expect(bot.slack.answers).toMatchObject([{ replace_original: false, response_type: 'ephemeral' }])
  })

  test('"Add" adds in the name of whoever pressed it and shows the card', async () => {
    const addContact = vi.fn(async () => aCard())
    const lookup = async () => ({ kind: 'none', address: 'new@example.com' }) as const
    await using bot = await aBotOverHttp({ lookup, addContact })
    await bot.ada.type('/crm new@example.com')
    expect(textOf(await bot.ada.click('Add new@example.com'))).toContain('Just added')
    expect(addContact).toHaveBeenCalledExactlyOnceWith('new@example.com', bot.ada.id)
  })

  test('of statistics switches the period', async () => {
    const statistics = vi.fn(async (days: 7 | 30 | 90) => someStatistics({ days }))
    await using bot = await aBotOverHttp({ statistics })
    await bot.ada.type('/crm stats 7d')
    expect(textOf(await bot.ada.click('90 days'))).toContain('Last 90 days')
    expect(statistics.mock.calls).toEqual([[7], [90]])
    expect(bot.ada.messages()).toHaveLength(1)
  })

  test.each([
    ['contact_lookup', '-1'],
    ['contact_lookup', '1e3'],
    ['contact_lookup', '1 OR 1=1'],
    ['contact_lookup', '99999999999999999999'],
    ['contact_add', 'not an address'],
    ['stats_period:7', '8'],
    ['stats_period:7', 'NaN'],
    ['contact_delete', '42'],
    ['__proto__', '42'],
  ])('%s with the value %j is not believed', async (action_id, value) => {
    const parts = { cardById: vi.fn(), addContact: vi.fn(), statistics: vi.fn() }
    await using bot = await aBotOverHttp(parts)
    expect((await press(bot, action_id, value)).status).toBe(200)
    await bot.ada.sees('no longer works')
    expect(bot.slack.answers).toMatchObject([{ replace_original: false }])
    for (const part of Object.values(parts)) expect(part).not.toHaveBeenCalled()
  })

  test('for a contact that is gone says so', async () => {
    await using bot = await aBotOverHttp({ lookup: nearMiss, cardById: async () => undefined })
    await bot.ada.type('/crm adda')
    expect(textOf(await bot.ada.click('Open Ada Lovelace'))).toContain('no longer in the CRM')
  })

  test('that fails is acknowledged, answered with a sentence and logged', async () => {
    await using bot = await aBotOverHttp({ lookup: nearMiss, cardById: () => Promise.reject(new Error('boom')) })
    const question = await bot.ada.type('/crm adda')
    expect(textOf(await bot.ada.click('Open Ada Lovelace'))).toContain('Something went wrong on our side')
    // The buttons stay, so that the press can be repeated.
    expect(bot.ada.messages()[0]).toEqual(question)
    expect(bot.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    expect(bot.ada.notices).toEqual([])
  })

  test.each([
    ['of another workspace', { user: { id: 'U0EVE', team_id: 'T0OTHER' } }],
    ['that is a bot', { user: { id: 'U0BOT', team_id: 'T0EXAMPLE', is_bot: true } }],
    ['that is a bot by its id', { bot_id: 'B0BOT' }],
    ['without a proper id', { user: { id: 'B0BOT' } }],
  ])('pressed by somebody %s does nothing', async (_who, more) => {
    const cardById = vi.fn()
    await using bot = await aBotOverHttp({ cardById })
    expect((await press(bot, 'contact_lookup', '42', more)).status).toBe(200)
    await vi.waitFor(() => expect(bot.lines.map(({ message }) => message).join()).toContain('not let in'))
    expect(cardById).not.toHaveBeenCalled()
    expect(bot.slack.answers).toEqual([])
  })

  test('is answered within ten seconds or not, and the card is not carried on to where a redirection points', async () => {
    const request = vi.fn<typeof fetch>(async () => new Response('ok'))
    await using bot = await aBotOverHttp({ fetch: request })
    await press(bot, 'contact_lookup', '42')
    await vi.waitFor(() => expect(request).toHaveBeenCalledOnce())
    expect(request.mock.calls[0]?.[1]).toMatchObject({ redirect: 'error', signal: expect.any(AbortSignal) })
  })

  test('whose answer Slack no longer takes is a line in the log', async () => {
    await using bot = await aBotOverHttp({ lookup: nearMiss })
    await bot.ada.type('/crm adda')
    bot.slack.trouble({ kind: 'status', status: 404 }, { method: 'response_url' })
    await bot.ada.press('Open Ada Lovelace')
    await vi.waitFor(() => expect(bot.lines).toContainEqual(expect.objectContaining({ level: 'warn' })))
    expect(bot.slack.callsOf('response_url')).toHaveLength(1)
  })
})

/** An alert that stands in #sales. */
async function postAlert({ slack, ada }: HttpBot) {
  const sender = createSlackSender({ token: TOKEN, apiUrl: slack.apiUrl, now: () => NOW })
  const alert = alertView(anAlert(), { audience: 'own', offersUndo: false })
  await sender.post({ ...alert, channel: slack.channel('sales').id, key: 'reply:1' })
  return ada.messages()[0]
}

test.each<[url: string, apiUrl: string | undefined, sent: boolean]>([
  ['https://hooks.slack.com/commands/T1/2/x', undefined, true],
  ['http://hooks.slack.com/commands/T1/2/x', undefined, false],
  ['https://hooks.slack.com.evil.example/', undefined, false],
  ['https://hooks.slack.com@evil.example/', undefined, false],
  ['https://evil.example/', undefined, false],
  ['http://127.0.0.1:4000/x', undefined, false],
  ['http://127.0.0.1:4000/x', 'http://127.0.0.1:4000/api/', true],
  ['http://127.0.0.1:5000/x', 'http://127.0.0.1:4000/api/', false],
  ['http://localhost:4000/x', 'http://localhost:4000/api/', true],
  ['https://proxy.example/x', 'https://proxy.example/api/', false],
  ['not a url', undefined, false],
])('an answer to %s with the API at %s is sent: %s', (url, apiUrl, sent) => {
  expect(isAnswerUrl(url, apiUrl)).toBe(sent)
})
