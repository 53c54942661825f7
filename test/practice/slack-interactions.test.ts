import type { BlockAction } from '@slack/bolt'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { textOf } from '../../practice/slack/index.ts'
import type { BoltApp } from './slack-app.ts'
import { aBoltApp, actions, aManifest, button, message, plain } from './slack-app.ts'

const option = (text: string) => ({ text: plain(text), value: text.toLowerCase() })

/** The app keeps the payloads of what people do with its blocks. */
function listening(bolt: BoltApp): { readonly payloads: BlockAction[] } {
  const payloads: BlockAction[] = []
  bolt.app.action({ type: 'block_actions' }, async ({ body, ack }) => {
    payloads.push(body)
    await ack()
  })
  return { payloads }
}

/** And posts these blocks into #sales. */
async function withBlocks(bolt: BoltApp, blocks: readonly object[]): Promise<{ readonly payloads: BlockAction[] }> {
  await post(bolt, { text: 'Choose', blocks })
  return listening(bolt)
}

async function post(bolt: BoltApp, said: object, channel = '#sales'): Promise<string> {
  const answer = await bolt.app.client.apiCall('chat.postMessage', { channel, ...said })
  return z.object({ ts: z.string() }).parse(answer).ts
}

describe('a button in a message', () => {
  test('tells the app where it stands and who pressed it', async () => {
    await using bolt = await aBoltApp()
    const { payloads } = await withBlocks(bolt, [actions(button('Open', { value: '42', style: 'primary' }))])
    const grace = bolt.slack.person('grace')
    await grace.press('Open')
    const [posted] = grace.messages()
    const channel = { id: bolt.slack.channel('sales').id, name: 'sales' }
    expect(payloads).toEqual([
      {
        type: 'block_actions',
        token: expect.any(String),
        api_app_id: expect.stringMatching(/^A/),
        team: { id: grace.screen().team.id, domain: 'practice' },
        user: { id: grace.id, username: 'grace.moreau', name: 'grace.moreau', team_id: grace.screen().team.id },
        enterprise: null,
        is_enterprise_install: false,
        action_ts: expect.any(String),
        trigger_id: expect.any(String),
        response_url: expect.stringContaining('http://127.0.0.1:'),
        container: { type: 'message', message_ts: posted?.ts, channel_id: channel.id, is_ephemeral: false },
        channel,
        message: expect.objectContaining({ type: 'message', text: 'Choose', ts: posted?.ts, blocks: posted?.blocks }),
        state: { values: {} },
        actions: [
          {
            type: 'button',
            action_id: 'go',
            block_id: posted?.blocks[0]?.block_id,
            text: plain('Open'),
            value: '42',
            style: 'primary',
            action_ts: expect.any(String),
          },
        ],
      },
    ])
  })

  test('that only one person sees comes without the message, which Slack does not keep', async () => {
    await using bolt = await aBoltApp()
    const { payloads } = listening(bolt)
    bolt.app.command('/crm', async ({ ack }) => await ack(message(actions(button('Open')))))
    const ada = bolt.slack.person()
    await ada.type('/crm')
    await ada.press('Open')
    expect(payloads[0]).not.toHaveProperty('message')
    expect(payloads[0]?.container).toMatchObject({ is_ephemeral: true })
  })

  test('in a thread says of which', async () => {
    await using bolt = await aBoltApp()
    const ts = await post(bolt, { text: 'Alert' })
    const { payloads } = listening(bolt)
    await post(bolt, { text: 'More', thread_ts: ts, blocks: [actions(button('Open'))] })
    await bolt.slack.person().press('Open')
    expect(payloads[0]?.container).toMatchObject({ thread_ts: ts })
  })

  test('that is not acknowledged in three seconds is said to the person', async () => {
    await using bolt = await aBoltApp({ after: async () => {} })
    await withBlocks(bolt, [actions(button('Open'))])
    const ada = bolt.slack.person()
    await ada.press('Open')
    expect(ada.notices.map(textOf)).toEqual(['Touchpoint did not respond (operation_timeout)'])
  })

  test('that is answered with an error is said to the person', async () => {
    await using bolt = await aBoltApp({ secret: 'another' })
    await withBlocks(bolt, [actions(button('Open'))])
    const ada = bolt.slack.person()
    await ada.press('Open')
    expect(ada.notices.map(textOf)).toEqual(['Touchpoint responded with Status Code 401 (dispatch_failed)'])
  })

  test('of a message that is gone cannot be pressed', async () => {
    await using bolt = await aBoltApp()
    await withBlocks(bolt, [actions(button('Open'))])
    const ada = bolt.slack.person()
    const [posted] = ada.messages()
    const place = { surface: 'message', conversation: bolt.slack.channel('sales').id, ts: posted?.ts ?? '' } as const
    const act = { act: 'interact', place, block: posted?.blocks[0]?.block_id ?? '', action: 'go' } as const
    expect(await bolt.slack.act(act)).toEqual({ ok: true })
    await bolt.app.client.chat.delete({ channel: place.conversation, ts: place.ts })
    expect(await bolt.slack.act(act)).toEqual({ ok: false, problem: 'this is not on the screen any more' })
  })
})

describe('a choice is told by its kind:', () => {
  const options = [option('One'), option('Two')]

  test.each<[element: object, choice: string | string[], said: object]>([
    [{ type: 'static_select', options }, 'Two', { selected_option: option('Two') }],
    [{ type: 'radio_buttons', options }, 'Two', { selected_option: option('Two') }],
    [{ type: 'checkboxes', options }, ['One', 'Two'], { selected_options: options }],
    [{ type: 'multi_static_select', options }, ['Two'], { selected_options: [option('Two')] }],
    [
      { type: 'static_select', option_groups: [{ label: plain('G'), options }] },
      'One',
      { selected_option: option('One') },
    ],
    [{ type: 'users_select' }, 'Grace Moreau', { selected_user: expect.stringMatching(/^U/) }],
    [{ type: 'multi_users_select' }, ['grace', 'tom'], { selected_users: [expect.any(String), expect.any(String)] }],
    [{ type: 'channels_select' }, '#marketing', { selected_channel: expect.stringMatching(/^C/) }],
    [{ type: 'conversations_select' }, '@touchpoint', { selected_conversation: expect.stringMatching(/^D/) }],
    [{ type: 'datepicker' }, '2026-12-01', { selected_date: '2026-12-01' }],
    [{ type: 'timepicker' }, '09:30', { selected_time: '09:30' }],
    [{ type: 'datetimepicker' }, '1796119200', { selected_date_time: 1796119200 }],
  ])('%j', async (element, choice, said) => {
    await using bolt = await aBoltApp()
    const { payloads } = await withBlocks(bolt, [{ ...actions({ ...element, action_id: 'pick' }), block_id: 'b' }])
    await bolt.slack.person().choose('', choice)
    const type = 'type' in element ? element.type : ''
    expect(payloads[0]?.actions[0]).toMatchObject({ type, block_id: 'b', action_id: 'pick', ...said })
    expect(payloads[0]?.state?.values).toEqual({ b: { pick: { type, ...said } } })
  })

  test('an overflow menu, which keeps nothing', async () => {
    await using bolt = await aBoltApp()
    const { payloads } = await withBlocks(bolt, [actions({ type: 'overflow', action_id: 'more', options })])
    await bolt.slack.person().press('Two')
    expect(payloads[0]?.actions).toMatchObject([{ type: 'overflow', selected_option: option('Two') }])
    expect(payloads[0]?.state?.values).toEqual({})
  })
})

describe('a response_url', () => {
  /** A button whose response_url the test posts to. */
  async function pressed(bolt: BoltApp, how: 'to all' | 'to one' = 'to all') {
    const { payloads } = listening(bolt)
    const ada = bolt.slack.person()
    const question = message(actions(button('Open')))
    bolt.app.command('/crm', async ({ ack }) => await ack(question))
    if (how === 'to one') await ada.type('/crm')
    else await post(bolt, question)
    await ada.press('Open')
    const url = payloads[0]?.response_url ?? ''
    return { ada, say: async (body: object) => await postJson(url, body) }
  }

  async function postJson(url: string, body: object) {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
    return [response.status, await response.json()]
  }

  test('takes five answers', async () => {
    await using bolt = await aBoltApp()
    const { ada, say } = await pressed(bolt)
    for (let n = 1; n <= 5; n += 1) expect(await say({ text: `answer ${n}` })).toEqual([200, { ok: true }])
    expect(await say({ text: 'answer 6' })).toEqual([404, { ok: false, error: 'used_url' }])
    expect(ada.messages().slice(1).map(textOf)).toEqual([1, 2, 3, 4, 5].map((n) => `answer ${n}`))
  })

  test('works for thirty minutes', async () => {
    let now = Date.now()
    await using bolt = await aBoltApp({ now: () => now })
    const { say } = await pressed(bolt)
    now += 30 * 60_000
    expect(await say({ text: 'in time' })).toEqual([200, { ok: true }])
    now += 1
    expect(await say({ text: 'late' })).toEqual([404, { ok: false, error: 'expired_url' }])
  })

  test('answers one person unless it says otherwise', async () => {
    await using bolt = await aBoltApp()
    const { say } = await pressed(bolt)
    await say({ text: 'for you' })
    await say({ text: 'for all', response_type: 'in_channel' })
    expect(bolt.slack.person('tom').messages().slice(1).map(textOf)).toEqual(['for all'])
  })

  test('replaces the message that held the button, for everybody', async () => {
    await using bolt = await aBoltApp()
    const { say } = await pressed(bolt)
    await say({ text: 'done', replace_original: true })
    expect(bolt.slack.person('tom').messages()).toMatchObject([{ text: 'done', blocks: [], isEdited: true }])
  })

  test('takes the message away', async () => {
    await using bolt = await aBoltApp()
    const { ada, say } = await pressed(bolt, 'to one')
    await say({ delete_original: true })
    expect(ada.messages()).toEqual([])
  })

  test('replaces what one person sees only by what one person sees', async () => {
    await using bolt = await aBoltApp()
    const { ada, say } = await pressed(bolt, 'to one')
    await say({ text: 'first', replace_original: true })
    expect(ada.messages().map(textOf)).toEqual(['first'])
    await say({ text: 'second', replace_original: true, response_type: 'in_channel' })
    expect(ada.messages().map(textOf)).toEqual(['first', 'second'])
    expect(bolt.slack.takeProblems()).toEqual([
      'response_url: what one person sees is replaced only by what one person sees',
    ])
  })

  test('refuses what Slack would not show', async () => {
    await using bolt = await aBoltApp()
    const { say } = await pressed(bolt)
    expect(await say({ text: 'x', blocks: [{ type: 'sectoin' }] })).toEqual([
      400,
      { ok: false, error: 'invalid_blocks' },
    ])
    expect(bolt.slack.takeProblems()).toEqual(['response_url: /blocks/0: "sectoin" is not a block'])
  })

  test('that nobody was given is refused', async () => {
    await using bolt = await aBoltApp()
    const url = bolt.slack.responseUrl().replace(/[^/]+$/, 'guessed')
    expect(await postJson(url, { text: 'x' })).toEqual([404, { ok: false, error: 'expired_url' }])
  })
})

describe('a shortcut', () => {
  test('from the menu brings a trigger and no conversation', async () => {
    await using bolt = await aBoltApp()
    const seen: object[] = []
    bolt.app.shortcut('import', async ({ body, ack }) => {
      seen.push(body)
      await ack()
    })
    await bolt.slack.person().shortcut('Import contacts')
    expect(seen).toMatchObject([{ type: 'shortcut', callback_id: 'import', trigger_id: expect.any(String) }])
    expect(seen[0]).not.toHaveProperty('channel')
  })

  test('of a message brings the message', async () => {
    await using bolt = await aBoltApp()
    const seen: object[] = []
    bolt.app.shortcut('look_up', async ({ body, ack }) => {
      seen.push(body)
      await ack()
    })
    const ada = bolt.slack.person()
    const said = await ada.type('Ask bob@example.com')
    await ada.shortcut('Look up people', said ? { on: said } : {})
    expect(seen).toMatchObject([
      {
        type: 'message_action',
        callback_id: 'look_up',
        message_ts: said?.ts,
        channel: { name: 'sales' },
        message: { text: 'Ask <mailto:bob@example.com|bob@example.com>', user: ada.id },
        response_url: expect.any(String),
      },
    ])
  })

  test('that the manifest does not name is not there', async () => {
    await using bolt = await aBoltApp({ manifest: aManifest({ shortcuts: [] }) })
    await expect(bolt.slack.person().shortcut('Import contacts')).rejects.toThrow('there are: none')
    expect(await bolt.slack.act({ act: 'shortcut', callbackId: 'import' })).toMatchObject({ ok: false })
  })
})

describe('a menu that asks the app', () => {
  const menu = (more: object = {}) =>
    actions({ type: 'external_select', action_id: 'who', placeholder: plain('Who'), ...more })

  test('shows its options, and gives back the one that was chosen', async () => {
    await using bolt = await aBoltApp()
    const { payloads } = await withBlocks(bolt, [menu()])
    const queries: string[] = []
    bolt.app.options('who', async ({ options, ack }) => {
      queries.push(options.value)
      await ack({ options: [option('Ada Lovelace'), option('Ada King')] })
    })
    const grace = bolt.slack.person('grace')
    expect(await grace.options('Who', 'ada')).toEqual([
      { text: 'Ada Lovelace', value: 'ada lovelace' },
      { text: 'Ada King', value: 'ada king' },
    ])
    await grace.choose('Who', 'Ada King')
    expect(queries).toEqual(['ada', 'Ada King'])
    expect(payloads[0]?.actions).toMatchObject([{ type: 'external_select', selected_option: option('Ada King') }])
  })

  test('knows groups', async () => {
    await using bolt = await aBoltApp()
    await withBlocks(bolt, [menu()])
    const option_groups = [{ label: plain('People'), options: [option('Ada')] }]
    bolt.app.options('who', async ({ ack }) => await ack({ option_groups }))
    expect(await bolt.slack.person().options('Who', 'ada')).toEqual([{ text: 'Ada', value: 'ada', group: 'People' }])
  })

  test.each([
    ['three letters', {}, 'ad', 0],
    ['three letters', {}, 'ada', 1],
    ['what it says', { min_query_length: 0 }, '', 1],
  ])('asks after %s: %j %j', async (_what, more, query, times) => {
    await using bolt = await aBoltApp()
    await withBlocks(bolt, [menu(more)])
    let asked = 0
    bolt.app.options('who', async ({ ack }) => {
      asked += 1
      await ack({ options: [] })
    })
    expect(await bolt.slack.person().options('Who', query)).toEqual([])
    expect(asked).toBe(times)
  })

  test('shows none of more than a hundred', async () => {
    await using bolt = await aBoltApp()
    await withBlocks(bolt, [menu()])
    const options = Array.from({ length: 101 }, (_, n) => option(`n${n}`))
    bolt.app.options('who', async ({ ack }) => await ack({ options }))
    expect(await bolt.slack.person().options('Who', 'ada')).toEqual([])
    expect(bolt.slack.takeProblems()).toEqual(['options: /options: 101 entries, at most 100'])
  })

  test('asks nobody over HTTP without an address for it in the manifest', async () => {
    await using bolt = await aBoltApp({ manifest: aManifest({ hasOptionsUrl: false }) })
    await withBlocks(bolt, [menu()])
    expect(await bolt.slack.person().options('Who', 'ada')).toEqual([])
    expect(bolt.slack.takeProblems().join()).toContain('message_menu_options_url')
  })
})
