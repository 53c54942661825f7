import { readFileSync } from 'node:fs'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createEmailTools, type EmailTools } from '../../practice/email/index.ts'
import { Exchanges } from '../../practice/exchanges.ts'
import { aHome, startProgram } from '../../practice/program.ts'
import { APP_TOKEN, BOT_TOKEN, freePort, type LocalSlack, SALES, startLocalSlack } from './local-slack.ts'

const GRACE = 'grace@example.com'

const typed = (value: string | null) => ({ type: 'plain_text_input', value })

interface Workspace extends AsyncDisposable {
  readonly slack: LocalSlack
  readonly tools: EmailTools
}

/** The real program as a process, with that Slack in place of the real one. */
async function started(mode: 'HTTP' | 'Socket Mode'): Promise<Workspace> {
  await using resources = new AsyncDisposableStack()
  const port = await freePort()
  const env = {
    SLACK_BOT_TOKEN: BOT_TOKEN,
    SLACK_API_URL: `http://127.0.0.1:${port}/api/`,
    CRM_ALERT_CHANNEL: SALES,
    ...(mode === 'Socket Mode' ? { SLACK_APP_TOKEN: APP_TOKEN } : {}),
  }
  const home = resources.use(aHome(env))
  const socketSlack = mode === 'Socket Mode' ? resources.use(await startLocalSlack({ port })) : undefined
  const program = resources.use(await startProgram(home))
  const requestUrl = `${program.url}/slack/events`
  const slack = socketSlack ?? resources.use(await startLocalSlack({ port, requestUrl }))
  if (socketSlack) await slack.sees('socket_status', /true/)
  const people = [{ email: GRACE, name: 'Grace Hopper' }]
  const tools = createEmailTools({ program, exchanges: new Exchanges(), now: Date.now, people })
  const owned = resources.move()
  return { slack, tools, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

describe.each(['HTTP', 'Socket Mode'] as const)('over %s', (mode) => {
  let workspace: Workspace
  beforeAll(async () => {
    workspace = await started(mode)
  })
  afterAll(() => workspace?.[Symbol.asyncDispose]())

  test('a reply that an e-mail tool reports becomes an alert in the channel, with a button that opens the card', async () => {
    const { slack, tools } = workspace
    const action = 'replied' as const
    expect(await tools.act({ kind: 'event', tool: 'sendgrid', action, contact: GRACE })).toMatchObject({ status: 200 })
    const { message } = await slack.sees('message', /replied/)
    expect(message.channel).toBe(SALES)
    slack.press(message, 'Open card')
    const card = await slack.sees('message', /In the CRM since/)
    expect(card.message).toMatchObject({ ephemeral_to: 'U0ADA', text: expect.stringContaining(GRACE) })
  })

  test('/crm lookup shows the card to the person who asked', async () => {
    const { slack } = workspace
    slack.type(`lookup ${GRACE}`)
    const { message } = await slack.sees('message', /In the CRM since/)
    expect(message).toMatchObject({ ephemeral_to: 'U0ADA', text: expect.stringContaining(GRACE) })
    expect(message.blocks.map(({ type }) => type)).toContain('header')
  })

  test('a near miss is opened by its button', async () => {
    const { slack } = workspace
    slack.type('lookup grace@exmaple.com')
    const { message } = await slack.sees('message', /exmaple/)
    slack.press(message, `Open ${GRACE}`)
    await slack.sees('message', /In the CRM since/)
  })

  test('/crm add takes a form, says what is wrong with it, and then shows the contact', async () => {
    const { slack } = workspace
    slack.type('add')
    const { stack } = await slack.sees('view', /add_contact/)
    expect(stack).toHaveLength(1)
    slack.submit({ email: typed('ada at example'), first_name: typed('Ada') })
    const { errors } = await slack.sees('view_errors')
    expect(Object.keys(errors)).toEqual(['email'])
    slack.submit({ email: typed('ada@example.com'), first_name: typed('Ada'), tags: typed('pilot, fair') })
    const added = await slack.sees('view', /Just added/)
    expect(JSON.stringify(added.stack)).toContain('pilot, fair')
  })

  test('the Home tab shows who is warm', async () => {
    const { slack } = workspace
    slack.openHome()
    const { user, view } = await slack.sees('home', /Grace|grace@/)
    expect([user, view.blocks.length > 0]).toEqual(['U0ADA', true])
  })

  test('/crm import reads an uploaded file and tells the result in a direct message', async () => {
    const { slack } = workspace
    const file = readFileSync(new URL('../../practice/samples/people.csv', import.meta.url), 'utf8')
    const files = await slack.upload('people.csv', file)
    slack.type('import')
    await slack.sees('view', /import_contacts/)
    slack.submit({ file: { type: 'file_input', files }, pasted: typed(null), campaign: typed('Trade fair') })
    const { message } = await slack.sees('message_update', /10 new/)
    expect(message.channel).toMatch(/^D/)
    expect(JSON.stringify(message)).toContain('ilse.vandecasteele(at)')
    slack.type('lookup gudrun.thorsdottir@skarvik.example')
    await slack.sees('message', /Trade fair/)
  })

  test('/crm stats draws numbers that a person can read', async () => {
    const { slack } = workspace
    slack.type('stats 7d')
    const { message } = await slack.sees('message', /Last 7 days/)
    slack.press(message, '30 days')
    // It calls no message ephemeral, so that the answer stands beside the question.
    await slack.sees('message', /Last 30 days/)
  })
})
