import { describe, expect, test, vi } from 'vitest'

import { textOf } from '../../practice/slack/index.ts'
import { aBoltApp, actions, aManifest, button, message, PATIENT } from './slack-app.ts'

const hello = message({ type: 'section', text: { type: 'mrkdwn', text: '*Hello*' } })

describe('a command', () => {
  test('brings every field that Slack sends, and is signed', async () => {
    await using bolt = await aBoltApp()
    const seen: unknown[] = []
    bolt.app.command('/crm', async ({ command, ack }) => {
      seen.push(command)
      await ack()
    })
    const ada = bolt.slack.person()
    expect(await ada.type('/crm lookup  ada@example.com')).toBeUndefined()
    expect(seen).toEqual([
      {
        token: expect.any(String),
        team_id: ada.screen().team.id,
        team_domain: 'practice',
        channel_id: bolt.slack.channel('sales').id,
        channel_name: 'sales',
        user_id: ada.id,
        user_name: 'ada.king',
        command: '/crm',
        text: 'lookup  ada@example.com',
        api_app_id: expect.stringMatching(/^A/),
        is_enterprise_install: 'false',
        response_url: expect.stringContaining('http://127.0.0.1:'),
        trigger_id: expect.any(String),
      },
    ])
    expect(ada.messages()).toEqual([])
  })

  test('in a conversation with the app names it as one', async () => {
    await using bolt = await aBoltApp()
    bolt.app.command('/crm', async ({ command, ack }) => await ack(`in ${command.channel_name}`))
    expect(textOf(await bolt.slack.person('grace').type('/crm', { in: '@touchpoint' }))).toBe('in directmessage')
  })

  test('is answered to one person, in its acknowledgement', async () => {
    await using bolt = await aBoltApp()
    bolt.app.command('/crm', async ({ ack }) => await ack(hello))
    const [ada, grace] = [bolt.slack.person('ada'), bolt.slack.person('grace')]
    expect(await ada.type('/crm')).toMatchObject({ isEphemeral: true, from: { name: 'touchpoint', isBot: true } })
    expect(ada.messages().map(textOf)).toEqual(['*Hello*'])
    expect(grace.messages()).toEqual([])
  })

  test('is answered to all with the line that was typed', async () => {
    await using bolt = await aBoltApp()
    bolt.app.command('/crm', async ({ ack }) => await ack({ ...hello, response_type: 'in_channel' }))
    await bolt.slack.person('ada').type('/crm hi', { in: '#general' })
    const seen = bolt.slack.person('grace').messages('#general')
    expect(seen.map((one) => [one.from.name, textOf(one), one.isEphemeral])).toEqual([
      ['ada.king', '/crm hi', false],
      ['touchpoint', '*Hello*', false],
    ])
  })

  test('that is not acknowledged in three seconds fails in front of the person', async () => {
    const waits: number[] = []
    await using bolt = await aBoltApp({ after: async (ms) => void waits.push(ms) })
    const { promise: forever } = Promise.withResolvers<void>()
    bolt.app.command('/crm', async () => await forever)
    const ada = bolt.slack.person()
    await ada.type('/crm slow')
    expect(waits).toEqual([3000])
    expect(ada.notices.map(textOf)).toEqual(['/crm failed because the app did not respond (operation_timeout)'])
  })

  test('that is answered with an error fails in front of the person', async () => {
    await using bolt = await aBoltApp()
    bolt.slack.connect({ url: bolt.slack.apiUrl.replace('/api/', '/nowhere'), signingSecret: 'x' })
    const ada = bolt.slack.person()
    await ada.type('/crm')
    expect(ada.notices.map(textOf)).toEqual(['/crm failed with the error "dispatch_failed"'])
  })

  test('for an app that cannot be reached fails in front of the person', async () => {
    await using bolt = await aBoltApp()
    bolt.slack.connect({ url: 'http://127.0.0.1:1/', signingSecret: 'x' })
    const ada = bolt.slack.person()
    await ada.type('/crm')
    expect(ada.notices.map(textOf)).toEqual(['/crm failed with the error "dispatch_failed"'])
  })

  test('with an answer that Slack would not show shows none', async () => {
    await using bolt = await aBoltApp()
    bolt.app.command('/crm', async ({ ack }) => await ack(message(actions())))
    const ada = bolt.slack.person()
    expect(await ada.type('/crm')).toBeUndefined()
    expect(ada.notices.map(textOf)).toEqual(['/crm failed with the error "invalid_blocks"'])
    expect(bolt.slack.takeProblems()).toEqual(['the answer to a command: /blocks/0/elements: 0 entries, at least 1'])
  })

  test('that the manifest does not name does not reach the app', async () => {
    await using bolt = await aBoltApp()
    const ada = bolt.slack.person()
    await ada.type('/crmx help')
    expect(ada.notices.map(textOf)).toEqual(['/crmx is not a valid command.'])
    expect(bolt.slack.exchanges.summaries()).toEqual([])
  })

  test('cannot be used in a thread', async () => {
    await using bolt = await aBoltApp()
    const ada = bolt.slack.person()
    const parent = await ada.type('Hello')
    await ada.type('/crm help', { thread: parent?.ts ?? '' })
    expect(ada.notices.map(textOf)).toEqual(['/crm is not supported in threads. Sorry!'])
  })

  test('signed with another secret is refused by the app', async () => {
    await using bolt = await aBoltApp({ secret: 'another' })
    const ada = bolt.slack.person()
    await ada.type('/crm')
    expect(ada.notices.map(textOf)).toEqual(['/crm failed with the error "dispatch_failed"'])
    expect(bolt.slack.exchanges.summaries()).toMatchObject([{ from: 'slack', to: 'touchpoint', status: 401 }])
  })
})

describe('a message of a person', () => {
  test('is there for the others, in its thread', async () => {
    await using bolt = await aBoltApp()
    const parent = await bolt.slack.person('ada').type('Who knows them?', { in: '#general' })
    await bolt.slack.person('tom').type('I do', { in: '#general', thread: parent?.ts ?? '' })
    const seen = bolt.slack.person('grace').messages('#general')
    expect(seen.map(({ text, thread }) => [text, thread])).toEqual([
      ['Who knows them?', undefined],
      ['I do', parent?.ts],
    ])
  })

  test('is kept as Slack keeps it, with addresses, links and mentions marked, and reads as it was typed', async () => {
    await using bolt = await aBoltApp()
    const grace = bolt.slack.person('grace')
    const said = await grace.type('a < b & c@example.com, https://example.com/x see @tom.okafor in #sales, not #x')
    const channel = bolt.slack.channel('sales').id
    expect(said?.text).toBe(
      'a &lt; b &amp; <mailto:c@example.com|c@example.com>, <https://example.com/x> ' +
        `see <@${bolt.slack.person('tom').id}> in <#${channel}|sales>, not #x`,
    )
    expect(textOf(said)).toContain('a < b & c@example.com, https://example.com/x see')
  })

  test('that names the app is told to it as a mention where the manifest asks for that', async () => {
    await using bolt = await aBoltApp({ manifest: aManifest({ events: ['app_mention'] }) })
    const heard: unknown[] = []
    bolt.app.event('app_mention', async ({ event }) => void heard.push(event))
    await bolt.slack.person().type('@touchpoint who is bob@example.com?')
    await vi.waitFor(
      () => expect(heard).toMatchObject([{ type: 'app_mention', channel: expect.stringMatching(/^C/) }]),
      PATIENT,
    )
  })

  test('to the app reaches it as an event where the manifest asks for it', async () => {
    await using bolt = await aBoltApp()
    const heard: unknown[] = []
    bolt.app.message(async ({ message: said }) => void heard.push(said))
    const ada = bolt.slack.person()
    await ada.type('Hello', { in: '@touchpoint' })
    await ada.type('Not for you')
    await vi.waitFor(() => expect(heard).toHaveLength(1), PATIENT)
    expect(heard).toMatchObject([{ text: 'Hello', user: ada.id, channel: ada.dm, channel_type: 'im' }])
  })

  test('stays between people where it does not', async () => {
    await using bolt = await aBoltApp({ manifest: aManifest({ events: [] }) })
    await bolt.slack.person().type('Hello', { in: '@touchpoint' })
    expect(bolt.slack.exchanges.summaries()).toEqual([])
  })
})

test('a word that is on no button is answered with those that are', async () => {
  await using bolt = await aBoltApp()
  bolt.app.command('/crm', async ({ ack }) => {
    await ack(message(actions(button('Open card'), button('Add', { action_id: 'add' }))))
  })
  const ada = bolt.slack.person()
  await ada.type('/crm')
  await expect(ada.press('Opne card')).rejects.toThrow('there is no button “Opne card”; there are: “Open card”, “Add”')
})
