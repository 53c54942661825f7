import { createServer } from 'node:http'

import type { ViewResponseAction, ViewSubmitAction } from '@slack/bolt'
import { describe, expect, test, vi } from 'vitest'

import { textOf } from '../../practice/slack/index.ts'
import type { BoltApp } from './slack-app.ts'
import { aBoltApp, actions, button, input, modal, plain, response, triggerOf } from './slack-app.ts'

const name = input('Name', { type: 'plain_text_input', action_id: 'name' }, { block_id: 'name' })

const form = (more: object = {}) => modal('A form', [name], { callback_id: 'form', ...more })

/** `/crm` opens this modal in front of whoever types it. */
function opens(bolt: BoltApp, view: ReturnType<typeof modal>): void {
  bolt.app.command('/crm', async ({ ack, client, body }) => {
    await ack()
    await client.views.open({ trigger_id: body.trigger_id, view })
  })
}

async function aForm(bolt: BoltApp, view = form()) {
  opens(bolt, view)
  const ada = bolt.slack.person()
  await ada.type('/crm')
  await ada.sees(view.title.text)
  return ada
}

/** What Slack answers to a call that fails. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => 'taken',
    (error) => error.data?.error ?? error,
  )
}

describe('a modal', () => {
  test('opens with the trigger of an act, in front of who acted', async () => {
    await using bolt = await aBoltApp()
    const ada = await aForm(bolt)
    expect(ada.modal).toMatchObject({ title: 'A form', submit: 'Send', close: 'Cancel', errors: {}, isBusy: false })
    expect(bolt.slack.person('grace').modal).toBeUndefined()
  })

  test('opens once with a trigger', async () => {
    await using bolt = await aBoltApp()
    const outcomes: unknown[] = []
    bolt.app.command('/crm', async ({ ack, client, body: { trigger_id } }) => {
      for (let n = 0; n < 2; n += 1) outcomes.push(await refusalOf(client.views.open({ trigger_id, view: form() })))
      await ack()
    })
    await bolt.slack.person().type('/crm')
    expect(outcomes).toEqual(['taken', 'exchanged_trigger_id'])
  })

  test.each([
    [3000, 'taken'],
    [3001, 'expired_trigger_id'],
  ])('opens with a trigger after %i ms: %s', async (ms, outcome) => {
    let now = Date.now()
    await using bolt = await aBoltApp({ now: () => now })
    const outcomes: unknown[] = []
    bolt.app.command('/crm', async ({ ack, client, body: { trigger_id } }) => {
      now += ms
      outcomes.push(await refusalOf(client.views.open({ trigger_id, view: form() })))
      await ack()
    })
    await bolt.slack.person().type('/crm')
    expect(outcomes).toEqual([outcome])
  })

  test('opens with no trigger that was guessed', async () => {
    await using bolt = await aBoltApp()
    const call = bolt.app.client.views.open({ trigger_id: '1.2.3', view: form() })
    expect(await refusalOf(call)).toBe('invalid_trigger_id')
  })

  test('that Slack would not show is refused with the place of what is wrong', async () => {
    await using bolt = await aBoltApp()
    const view = form({ title: plain('x'.repeat(25)) })
    const error = await bolt.app.client.views.open({ trigger_id: '1.2.3', view }).catch((thrown) => thrown)
    expect(error.data).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: { messages: ['[ERROR] 25 characters, at most 24 [json-pointer:/title/text]'] },
    })
    expect(bolt.slack.takeProblems()).toEqual(['views.open: /title/text: 25 characters, at most 24'])
  })

  test('above 250 KB is too large', async () => {
    await using bolt = await aBoltApp()
    const blocks = Array.from({ length: 90 }, () => ({ type: 'section', text: plain('x'.repeat(3000)) }))
    const call = bolt.app.client.views.open({ trigger_id: '1.2.3', view: modal('Large', blocks) })
    expect(await refusalOf(call)).toBe('view_too_large')
    bolt.slack.takeProblems()
  })

  test('takes two more on top, and no fourth', async () => {
    await using bolt = await aBoltApp()
    const outcomes: unknown[] = []
    const more = modal('More', [actions(button('Deeper'))])
    bolt.app.action('go', async ({ ack, client, body }) => {
      outcomes.push(await refusalOf(client.views.push({ trigger_id: triggerOf(body), view: more })))
      await ack()
    })
    const ada = await aForm(bolt, more)
    for (let n = 0; n < 3; n += 1) await ada.press('Deeper')
    expect(outcomes).toEqual(['taken', 'taken', 'push_limit_reached'])
    expect(ada.screen().modals).toHaveLength(3)
    await ada.close()
    await ada.press('Deeper')
    expect(outcomes.at(-1)).toBe('taken')
  })

  test('names the one below and the lowest', async () => {
    await using bolt = await aBoltApp()
    const pushed: unknown[] = []
    bolt.app.action('go', async ({ ack, client, body }) => {
      pushed.push((await client.views.push({ trigger_id: triggerOf(body), view: form() })).view)
      await ack()
    })
    const ada = await aForm(bolt, modal('Lowest', [actions(button('Deeper'))]))
    const lowest = ada.modal?.id
    await ada.press('Deeper')
    expect(pushed).toMatchObject([{ root_view_id: lowest, previous_view_id: lowest }])
  })

  test('is updated only by who saw its last state, where a hash is given', async () => {
    await using bolt = await aBoltApp()
    const ada = await aForm(bolt, modal('Old', [actions(button('Go'))]))
    const hashes: string[] = []
    bolt.app.action('go', async ({ ack, body }) => {
      if ('view' in body) hashes.push(body.view?.hash ?? '')
      await ack()
    })
    await ada.press('Go')
    const update = async (title: string, hash?: string) =>
      await refusalOf(
        bolt.app.client.views.update({
          view_id: ada.modal?.id ?? '',
          view: modal(title, [actions(button('Go'))]),
          ...(hash ? { hash } : {}),
        }),
      )
    expect(await update('New', hashes[0])).toBe('taken')
    expect(await update('Newer', hashes[0])).toBe('hash_conflict')
    expect(await update('Newest')).toBe('taken')
    expect(ada.modal?.title).toBe('Newest')
  })

  test('that was closed cannot be updated, and its external id is free again', async () => {
    await using bolt = await aBoltApp()
    const ada = await aForm(bolt, form({ external_id: 'mine' }))
    await ada.close()
    expect(await refusalOf(bolt.app.client.views.update({ external_id: 'mine', view: form() }))).toBe('not_found')
    await ada.type('/crm')
    await ada.sees('A form')
    expect(ada.modal).toBeDefined()
  })
})

describe('closing', () => {
  test('is told to the app where it asked for it', async () => {
    await using bolt = await aBoltApp()
    const closed: unknown[] = []
    bolt.app.view({ callback_id: 'form', type: 'view_closed' }, async ({ body, ack }) => {
      closed.push(body)
      await ack()
    })
    const ada = await aForm(bolt, form({ notify_on_close: true }))
    await ada.close()
    expect(closed).toMatchObject([{ type: 'view_closed', is_cleared: false, view: { callback_id: 'form' } }])
    expect(ada.modal).toBeUndefined()
  })

  test('is not told where it did not', async () => {
    await using bolt = await aBoltApp()
    const ada = await aForm(bolt)
    const before = bolt.slack.exchanges.summaries().filter(({ from }) => from === 'slack').length
    await ada.close()
    expect(bolt.slack.exchanges.summaries().filter(({ from }) => from === 'slack')).toHaveLength(before)
  })

  test.each([
    ['all of them', { all: true }, {}],
    ['one that takes all with it', {}, { clear_on_close: true }],
  ])('%s clears the stack', async (_what, how, more) => {
    await using bolt = await aBoltApp()
    const closed: boolean[] = []
    bolt.app.view({ callback_id: 'form', type: 'view_closed' }, async ({ body, ack }) => {
      closed.push('is_cleared' in body && body.is_cleared === true)
      await ack()
    })
    bolt.app.view('form', async ({ ack }) => {
      await ack({ response_action: 'push', view: form({ notify_on_close: true, ...more }) })
    })
    const ada = await aForm(bolt, form({ notify_on_close: true }))
    await ada.fill('Name', 'Ada')
    await ada.submit()
    expect(ada.screen().modals).toHaveLength(2)
    await ada.close(how)
    expect(ada.screen().modals).toEqual([])
    expect(closed).toEqual([true, true])
  })
})

/** The submissions that reach the app; `answer` is what it acknowledges them with. */
function submissions(bolt: BoltApp, answer?: ViewResponseAction): ViewSubmitAction[] {
  const seen: ViewSubmitAction[] = []
  bolt.app.view('form', async ({ body, ack }) => {
    if (body.type === 'view_submission') seen.push(body)
    await (answer ? ack(answer) : ack())
  })
  return seen
}

describe('a submission', () => {
  test('brings the view with what was entered, and an empty answer closes it', async () => {
    await using bolt = await aBoltApp()
    const seen = submissions(bolt)
    const ada = await aForm(bolt, form({ private_metadata: '{"id":1}' }))
    await ada.fill('Name', 'Grace')
    expect(await ada.submit()).toBeUndefined()
    expect(seen).toMatchObject([
      {
        type: 'view_submission',
        user: { id: ada.id, team_id: ada.screen().team.id },
        trigger_id: expect.any(String),
        response_urls: [],
        view: {
          id: expect.stringMatching(/^V/),
          callback_id: 'form',
          private_metadata: '{"id":1}',
          hash: expect.any(String),
          app_installed_team_id: ada.screen().team.id,
          state: { values: { name: { name: { type: 'plain_text_input', value: 'Grace' } } } },
        },
      },
    ])
  })

  test.each([
    ['an empty field that is required', {}, '', 'Please complete this required field.'],
    ['too few characters', { type: 'plain_text_input', min_length: 3 }, 'ab', 'Please enter at least 3 characters.'],
    ['too many', { type: 'plain_text_input', max_length: 3 }, 'abcd', 'Please enter no more than 3 characters.'],
    ['no address', { type: 'email_text_input' }, 'ada@', 'Please enter a valid email address.'],
    ['no URL', { type: 'url_text_input' }, 'example', 'Please enter a valid URL.'],
    ['no number', { type: 'number_input', is_decimal_allowed: false }, '1.5', 'Please enter a valid number.'],
    ['too low', { type: 'number_input', is_decimal_allowed: true, min_value: '2' }, '1.5', 'Please enter 2 or more.'],
    ['too high', { type: 'number_input', is_decimal_allowed: true, max_value: '1' }, '1.5', 'Please enter 1 or less.'],
  ])('with %s is stopped in front of the person', async (_what, element, entered, complaint) => {
    await using bolt = await aBoltApp()
    const seen = submissions(bolt)
    const field = input('Field', { type: 'plain_text_input', action_id: 'a', ...element }, { block_id: 'field' })
    const ada = await aForm(bolt, modal('A form', [field], { callback_id: 'form' }))
    await ada.fill('Field', entered)
    expect((await ada.submit())?.errors).toEqual({ field: complaint })
    expect(seen).toEqual([])
  })

  test('may leave an optional field empty', async () => {
    await using bolt = await aBoltApp()
    const seen = submissions(bolt)
    const field = input('Mail', { type: 'email_text_input', action_id: 'a' }, { block_id: 'b', optional: true })
    const ada = await aForm(bolt, modal('A form', [field], { callback_id: 'form' }))
    await ada.submit()
    expect(seen[0]?.view.state.values).toEqual({ b: { a: { type: 'email_text_input', value: null } } })
  })

  test('begins with what the app had filled in', async () => {
    await using bolt = await aBoltApp()
    const seen = submissions(bolt)
    const option = { text: plain('One'), value: '1' }
    const initial = [
      { type: 'plain_text_input', initial_value: 'x' },
      { type: 'static_select', options: [option], initial_option: option },
      { type: 'checkboxes', options: [option], initial_options: [option] },
      { type: 'datepicker', initial_date: '2026-12-01' },
    ]
    const blocks = initial.map((element) => input('L', { ...element, action_id: 'a' }, { block_id: element.type }))
    const ada = await aForm(bolt, modal('A form', blocks, { callback_id: 'form' }))
    await ada.submit()
    expect(seen[0]?.view.state.values).toMatchObject({
      plain_text_input: { a: { value: 'x' } },
      static_select: { a: { selected_option: option } },
      checkboxes: { a: { selected_options: [option] } },
      datepicker: { a: { selected_date: '2026-12-01' } },
    })
  })

  test('knows the conversation in which the modal was asked for', async () => {
    await using bolt = await aBoltApp()
    const seen = submissions(bolt)
    const menu = {
      type: 'conversations_select',
      action_id: 'a',
      default_to_current_conversation: true,
      response_url_enabled: true,
    }
    const ada = await aForm(bolt, modal('A form', [input('Where', menu, { block_id: 'b' })], { callback_id: 'form' }))
    await ada.submit()
    const channel_id = bolt.slack.channel('sales').id
    expect(seen[0]?.view.state.values.b?.a).toMatchObject({ selected_conversation: channel_id })
    expect(seen[0]).toMatchObject({ response_urls: [{ block_id: 'b', action_id: 'a', channel_id }] })
  })

  test('answered with errors keeps the form and what was entered', async () => {
    await using bolt = await aBoltApp()
    const seen = submissions(bolt, response('errors', { errors: { name: 'Taken' } }))
    const ada = await aForm(bolt)
    await ada.fill('Name', 'Ada')
    expect((await ada.submit())?.errors).toEqual({ name: 'Taken' })
    await ada.submit()
    expect(seen[1]?.view.state.values.name?.name?.value).toBe('Ada')
  })

  test('answered with errors on what is no input fails as a whole', async () => {
    await using bolt = await aBoltApp()
    submissions(bolt, response('errors', { errors: { header: 'Wrong', name: 'Wrong' } }))
    const header = { type: 'header', block_id: 'header', text: plain('H') }
    const ada = await aForm(bolt, modal('A form', [header, name], { callback_id: 'form' }))
    await ada.fill('Name', 'Ada')
    expect(await ada.submit()).toMatchObject({ errors: {}, problem: 'We had some trouble connecting. Try again?' })
    expect(bolt.slack.takeProblems()).toEqual(['the errors of a submission: header is not an input block of the view'])
  })

  test.each([
    ['update', 1],
    ['push', 2],
  ])('answered with %s shows the next view', async (action, count) => {
    await using bolt = await aBoltApp()
    submissions(bolt, response(action, { view: modal('Next', [name]) }))
    const ada = await aForm(bolt)
    await ada.fill('Name', 'Ada')
    expect((await ada.submit())?.title).toBe('Next')
    expect(ada.screen().modals).toHaveLength(count)
  })

  test('answered with a view that Slack would not show fails as a whole', async () => {
    await using bolt = await aBoltApp()
    submissions(bolt, response('update', { view: modal('Next', []) }))
    const ada = await aForm(bolt)
    await ada.fill('Name', 'Ada')
    expect(await ada.submit()).toMatchObject({ title: 'A form', problem: expect.stringContaining('trouble') })
    expect(bolt.slack.takeProblems()).toEqual(['the answer update to a submission: /blocks: 0 entries, at least 1'])
  })

  test('answered with what is not JSON fails as a whole', async () => {
    await using bolt = await aBoltApp()
    const { promise: address, resolve } = Promise.withResolvers<string>()
    const server = createServer((_request, response) => response.end('OK')).listen(0, '127.0.0.1', () => {
      const bound = server.address()
      resolve(`http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`)
    })
    const ada = await aForm(bolt)
    bolt.slack.connect({ url: await address, signingSecret: 'x' })
    await ada.fill('Name', 'Ada')
    expect(await ada.submit()).toMatchObject({ problem: expect.stringContaining('trouble') })
    expect(bolt.slack.takeProblems()).toEqual(['the answer to a submission: not JSON'])
    server.close()
  })

  test('answered with clear closes the whole stack', async () => {
    await using bolt = await aBoltApp()
    let answer = response('push', { view: form() })
    bolt.app.view('form', async ({ ack }) => await ack(answer))
    const ada = await aForm(bolt)
    await ada.fill('Name', 'Ada')
    await ada.submit()
    answer = response('clear')
    await ada.fill('Name', 'Ada')
    expect(await ada.submit()).toBeUndefined()
  })

  test('that is not answered in three seconds says so, and can be repeated', async () => {
    const late = vi.fn(async (): Promise<unknown> => await new Promise(() => {}))
    await using bolt = await aBoltApp({ after: late })
    const ada = await aForm(bolt)
    await ada.fill('Name', 'Ada')
    late.mockImplementation(async () => {})
    bolt.app.view('form', async () => await new Promise(() => {}))
    expect(await ada.submit()).toMatchObject({ problem: 'We had some trouble connecting. Try again?', isBusy: false })
  })

  test('is sent once at a time', async () => {
    await using bolt = await aBoltApp()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    bolt.app.view('form', async ({ ack }) => {
      await released
      await ack()
    })
    const ada = await aForm(bolt)
    await ada.fill('Name', 'Ada')
    const first = ada.submit()
    expect(ada.modal?.isBusy).toBe(true)
    await expect(ada.submit()).rejects.toThrow('being sent already')
    release()
    expect(await first).toBeUndefined()
  })
})

describe('what was entered', () => {
  const field = (label: string, action_id: string, initial_value?: string) =>
    input(
      label,
      { type: 'plain_text_input', action_id, ...(initial_value ? { initial_value } : {}) },
      { block_id: action_id, optional: true },
    )

  /** Opens the first view, lets the test enter something, updates to the second, and submits. */
  async function across(first: readonly object[], second: readonly object[], entering: string | undefined) {
    await using bolt = await aBoltApp()
    const seen = submissions(bolt)
    const ada = await aForm(bolt, modal('A form', first, { callback_id: 'form' }))
    if (entering !== undefined) await ada.fill('One', entering)
    const view = modal('A form', second, { callback_id: 'form' })
    await bolt.app.client.views.update({ view_id: ada.modal?.id ?? '', view })
    await ada.submit()
    return Object.values(seen[0]?.view.state.values ?? {}).flatMap((block) =>
      Object.values(block).map(({ value }) => value),
    )
  }

  test('survives an update that keeps block_id and action_id', async () => {
    expect(await across([field('One', 'a')], [field('Uno', 'a', 'new')], 'typed')).toEqual(['typed'])
  })

  test('also where nobody typed: the first value stays', async () => {
    expect(await across([field('One', 'a', 'old')], [field('One', 'a', 'new')], undefined)).toEqual(['old'])
  })

  test('is gone with other ids', async () => {
    expect(await across([field('One', 'a')], [field('One', 'b', 'new')], 'typed')).toEqual(['new'])
  })

  test('comes with a button that is pressed in the same modal', async () => {
    await using bolt = await aBoltApp()
    const seen: unknown[] = []
    bolt.app.action('go', async ({ body, ack }) => {
      seen.push(body)
      await ack()
    })
    const ada = await aForm(bolt, modal('A form', [name, actions(button('Check'))]))
    await ada.fill('Name', 'Ada')
    await ada.press('Check')
    expect(seen).toMatchObject([
      {
        container: { type: 'view', view_id: ada.modal?.id },
        view: { state: { values: { name: { name: { value: 'Ada' } } } } },
      },
    ])
    expect(seen[0]).not.toHaveProperty('channel')
    expect(seen[0]).not.toHaveProperty('response_url')
  })

  test('is told at once where the input says so', async () => {
    await using bolt = await aBoltApp()
    const seen: unknown[] = []
    bolt.app.action('name', async ({ action, ack }) => {
      seen.push(action)
      await ack()
    })
    const ada = await aForm(bolt, modal('A form', [{ ...name, dispatch_action: true }]))
    await ada.fill('Name', 'Ada')
    expect(seen).toMatchObject([{ type: 'plain_text_input', value: 'Ada', block_id: 'name' }])
  })
})

test('everything readable of a modal is there for a test to look for', async () => {
  await using bolt = await aBoltApp()
  const ada = await aForm(bolt)
  expect(textOf(ada.modal)).toBe('A form\nName\nSend\nCancel')
})
