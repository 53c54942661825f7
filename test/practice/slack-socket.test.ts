import { expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'

import { startSlack, textOf } from '../../practice/slack/index.ts'
import { aBoltApp, actions, button, input, message, modal, PATIENT, triggerOf } from './slack-app.ts'

const field = input('Name', { type: 'plain_text_input', action_id: 'name' }, { block_id: 'name' })

test('an app with a socket gets everything over it', async () => {
  await using bolt = await aBoltApp({ over: 'socket' })
  bolt.app.command('/crm', async ({ ack }) => await ack(message(actions(button('Add')))))
  bolt.app.action('go', async ({ ack, client, body }) => {
    await ack()
    await client.views.open({ trigger_id: triggerOf(body), view: modal('Add', [field], { callback_id: 'form' }) })
  })
  bolt.app.view('form', async ({ ack }) => await ack({ response_action: 'errors', errors: { name: 'Taken' } }))
  const seen: string[] = []
  bolt.app.event('app_home_opened', async ({ event }) => void seen.push(event.user))
  const ada = bolt.slack.person()
  expect(textOf(await ada.type('/crm'))).toBe('Add')
  await ada.click('Add')
  await ada.fill('Name', 'Ada')
  expect((await ada.submit())?.errors).toEqual({ name: 'Taken' })
  await ada.openHome()
  await vi.waitFor(() => expect(seen).toEqual([ada.id]), PATIENT)
  expect(
    bolt.slack.exchanges
      .summaries()
      .flatMap(({ from, method, target }) => (from === 'slack' ? [[method, target]] : [])),
  ).toEqual([
    ['WS', 'slash_commands'],
    ['WS', 'interactive'],
    ['WS', 'interactive'],
    ['WS', 'events_api'],
  ])
})

test('a menu asks over a socket without an address in the manifest', async () => {
  await using bolt = await aBoltApp({ over: 'socket' })
  bolt.app.command('/crm', async ({ ack }) => {
    const menu = { type: 'external_select', action_id: 'who', placeholder: { type: 'plain_text', text: 'Who' } }
    await ack(message(actions(menu)))
  })
  const options = [{ text: { type: 'plain_text', text: 'Ada' }, value: '1' }] as const
  bolt.app.options('who', async ({ ack }) => await ack({ options: [...options] }))
  const ada = bolt.slack.person()
  await ada.type('/crm')
  expect(await ada.options('Who', 'ada')).toEqual([{ text: 'Ada', value: '1' }])
})

test('what is not acknowledged in three seconds fails there too', async () => {
  await using bolt = await aBoltApp({ over: 'socket', after: async () => {} })
  bolt.app.command('/crm', async () => await new Promise(() => {}))
  const ada = bolt.slack.person()
  await ada.type('/crm')
  expect(ada.notices.map(textOf)).toEqual(['/crm failed because the app did not respond (operation_timeout)'])
})

/** A connection made by hand. */
async function aConnection(url: string) {
  const client = new WebSocket(url)
  const inbox: Record<string, unknown>[] = []
  client.on('message', (data) => inbox.push(JSON.parse(data.toString())))
  await vi.waitFor(() => expect(inbox).toHaveLength(1), PATIENT)
  return { client, inbox }
}

async function open(apiUrl: string, token: string): Promise<string> {
  const response = await fetch(`${apiUrl}apps.connections.open`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })
  return z.object({ url: z.string() }).parse(await response.json()).url
}

test('of several connections each envelope goes to one', async () => {
  await using slack = await startSlack()
  const connections = [
    await aConnection(await open(slack.apiUrl, slack.appToken)),
    await aConnection(await open(slack.apiUrl, slack.appToken)),
  ]
  expect(connections.map(({ inbox }) => inbox[0])).toMatchObject([
    { type: 'hello', num_connections: 1 },
    { type: 'hello', num_connections: 2 },
  ])
  for (const { client, inbox } of connections)
    client.on('message', () => client.send(JSON.stringify({ envelope_id: inbox.at(-1)?.envelope_id })))
  await slack.person().type('/crm help')
  await slack.person().type('/crm help')
  expect(connections.map(({ inbox }) => inbox.length)).toEqual([2, 2])
  expect(connections[0]?.inbox[1]).toMatchObject({
    type: 'slash_commands',
    envelope_id: expect.any(String),
    accepts_response_payload: true,
    payload: { command: '/crm', text: 'help' },
  })
})

test.each([false, true])(
  'a connection that is recycled (abruptly: %s) gets nothing more, and a new one takes over',
  async (abruptly) => {
    await using slack = await startSlack()
    const old = await aConnection(await open(slack.apiUrl, slack.appToken))
    slack.socket.recycle({ abruptly })
    expect(slack.socket.isConnected).toBe(false)
    if (abruptly) await vi.waitFor(() => expect(old.client.readyState).toBe(WebSocket.CLOSED), PATIENT)
    else
      await vi.waitFor(
        () => expect(old.inbox.at(-1)).toEqual({ type: 'disconnect', reason: 'refresh_requested' }),
        PATIENT,
      )
    const connected = slack.socket.connected()
    old.client.close()
    await vi.waitFor(() => expect(old.client.readyState).toBe(WebSocket.CLOSED), PATIENT)
    const { client, inbox } = await aConnection(await open(slack.apiUrl, slack.appToken))
    await connected
    expect(slack.socket.opened).toBe(2)
    client.on('message', () =>
      client.send(JSON.stringify({ envelope_id: inbox.at(-1)?.envelope_id, payload: { text: 'Hi' } })),
    )
    expect(textOf(await slack.person().type('/crm help'))).toBe('Hi')
    expect(old.inbox.filter(({ type }) => type === 'slash_commands')).toEqual([])
  },
)

test('only ten connections are kept', async () => {
  await using slack = await startSlack()
  for (let n = 0; n < 10; n += 1) await aConnection(await open(slack.apiUrl, slack.appToken))
  const { inbox } = await aConnection(await open(slack.apiUrl, slack.appToken))
  expect(inbox).toEqual([{ type: 'disconnect', reason: 'too_many_websockets' }])
})

test('a ticket opens one connection', async () => {
  await using slack = await startSlack()
  const url = await open(slack.apiUrl, slack.appToken)
  await aConnection(url)
  const again = new WebSocket(url)
  const error = await new Promise((resolve) => again.once('error', resolve))
  expect(String(error)).toContain('401')
})
