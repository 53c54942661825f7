import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'

import type { Act, Modal, Outcome, Values } from '../../practice/contract.ts'
import { blocksOf, everyInput } from './page-blocks.ts'
import { SALES } from './page-parts.ts'
import { focused, hasFocus, oneBrowser } from './page-support.ts'

const inBrowser = oneBrowser()

const CSV = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from('email\nada@example.com\n') }

const field = (page: Page, name: string): Locator => page.locator(`[data-block="${name}"]`)

async function pick(page: Page, name: string, typed: string, option = typed): Promise<void> {
  const box = field(page, name).getByRole('combobox')
  await box.click()
  await box.pressSequentially(typed)
  await page.getByRole('option', { name: option }).click()
}

function text(block_id: string, more: object = {}, around: object = {}) {
  const element = { type: 'plain_text_input', action_id: 'value', ...more }
  return { type: 'input', block_id, label: { type: 'plain_text', text: block_id }, optional: true, element, ...around }
}

function aModal(...blocks: readonly object[]): Partial<Modal> {
  return { id: 'V1', title: 'Form', blocks: blocksOf(blocks) }
}

function submitted(acts: readonly Act[]): readonly Values[] {
  return acts.flatMap((act) => (act.act === 'submit' ? [act.values] : []))
}

inBrowser('a modal', (open) => {
  test('sends what was entered in every kind of input', async () => {
    const { page, parts, say } = await open({ timezoneId: 'Europe/Berlin' })
    await say('/crm form')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Grace Hopper')
    await page.getByRole('textbox', { name: 'Note' }).fill('first\nsecond')
    await page.getByRole('textbox', { name: 'Website' }).fill('https://navy.example')
    await page.getByRole('textbox', { name: 'Seats' }).fill('12')
    await pick(page, 'size', 'med', 'Medium')
    await pick(page, 'tags', 'conf', 'Conference')
    await pick(page, 'tags', 'hot', 'Hot')
    await pick(page, 'contact', 'li', 'Li Wei')
    await pick(page, 'owner', 'ada', 'Ada King')
    await pick(page, 'channel', 'mark', '#marketing')
    await page.getByRole('checkbox', { name: 'Demo' }).check()
    await page.getByRole('checkbox', { name: 'Prices' }).check()
    await page.getByRole('radio', { name: 'Later' }).check()
    await field(page, 'day').locator('input').fill('2026-12-01')
    await field(page, 'hour').locator('input').fill('14:05')
    await field(page, 'moment').locator('input').fill('2026-12-01T14:05')
    await page.getByRole('textbox', { name: 'Story' }).fill('Once')
    await field(page, 'file').locator('input').setInputFiles(CSV)
    await field(page, 'file').getByText('people.csv').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(submitted(parts.acts)).toEqual([
      {
        name: { value: 'Grace Hopper' },
        note: { value: 'first\nsecond' },
        email: { value: 'ada@example.com' },
        site: { value: 'https://navy.example' },
        seats: { value: '12' },
        size: { value: 'medium' },
        tags: { value: ['conference', 'hot'] },
        contact: { value: 'li.wei@lumen.example' },
        owner: { value: 'U0ADA' },
        channel: { value: 'C0MARKETING' },
        wants: { value: ['prices', 'demo'] },
        mood: { value: 'later' },
        day: { value: '2026-12-01' },
        hour: { value: '14:05' },
        // 13:05 UTC.
        moment: { value: '1796130300' },
        story: { value: 'Once' },
        file: { value: [expect.stringMatching(/^F/)] },
      },
    ])
    expect(parts.uploads).toMatchObject([{ name: 'people.csv', mimetype: 'text/csv', bytes: { length: 22 } }])
  })

  test('sends what stands there when nothing was entered', async () => {
    const { page, parts, say } = await open()
    await say('/crm form')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(submitted(parts.acts)[0]).toMatchObject({
      name: { value: null },
      email: { value: 'ada@example.com' },
      tags: { value: [] },
      owner: { value: 'U0GRACE' },
      hour: { value: '09:30' },
      file: { value: [] },
    })
  })

  test('begins with the open conversation where the app asks for it', async () => {
    const here = { type: 'conversations_select', action_id: 'value', default_to_current_conversation: true }
    const { page, parts } = await open()
    parts.open(aModal(text('room', here)))
    await expect.poll(() => page.getByRole('combobox', { name: 'room' }).inputValue()).toBe('#sales')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => submitted(parts.acts)).toEqual([{ room: { value: SALES } }])
  })

  test('says under an input what the app found wrong, and takes the person there', async () => {
    const { page, parts, say } = await open()
    await say('/crm form')
    parts.refuse({ email: 'Nobody has this address.' })
    await page.getByRole('button', { name: 'Save' }).click()
    const error = page.getByRole('alert').filter({ hasText: 'Nobody has this address.' })
    await error.waitFor()
    const email = page.getByRole('textbox', { name: 'E-mail' })
    await expect.poll(() => email.getAttribute('aria-invalid')).toBe('true')
    await expect.poll(() => email.getAttribute('aria-describedby')).toBe(await error.getAttribute('id'))
    await expect.poll(() => hasFocus(email)).toBe(true)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  test('takes the focus, keeps it inside, and gives it back', async () => {
    const { page, parts, composer, say } = await open()
    await say('/crm form')
    await expect.poll(() => hasFocus(page.getByRole('textbox', { name: 'Name', exact: true }))).toBe(true)
    await page.keyboard.press('Shift+Tab')
    await expect.poll(() => focused(page)).toBe('Close')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => hasFocus(composer)).toBe(true)
    expect(parts.acts.at(-1)).toEqual({ act: 'close', modal: expect.any(String) })
  })

  test('closes a list with the first Escape, and itself with the second', async () => {
    const { page, say } = await open()
    await say('/crm form')
    await page.getByRole('combobox', { name: 'Size' }).click()
    await page.getByRole('option', { name: 'Small' }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('option').count()).toBe(0)
    // Were it closed already, the next would not stand upon it.
    await page.getByRole('button', { name: 'Next step' }).click()
    await page.getByRole('button', { name: 'Back' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  test('keeps what was entered when the app updates it, except under other ids', async () => {
    const { page, parts } = await open()
    parts.open(aModal(text('kept'), text('old'), text('proposed', { initial_value: 'first' })))
    await page.getByRole('textbox', { name: 'kept' }).fill('mine')
    await page.getByRole('textbox', { name: 'old' }).fill('gone')
    const again = [
      text('kept', { initial_value: 'theirs' }),
      text('new'),
      text('proposed', { initial_value: 'second' }),
    ]
    parts.update('V1', aModal(...again))
    await page.getByRole('textbox', { name: 'new' }).waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await expect
      .poll(() => submitted(parts.acts))
      .toEqual([{ kept: { value: 'mine' }, new: { value: null }, proposed: { value: 'first' } }])
  })

  test('stands upon another, which keeps what was entered in it', async () => {
    const { page, parts, say } = await open()
    await say('/crm form')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Grace')
    await page.getByRole('button', { name: 'Next step' }).click()
    await page.getByRole('dialog', { name: 'Second step' }).waitFor()
    await page.getByRole('button', { name: 'Back' }).click()
    await page.getByRole('dialog', { name: 'Every input' }).waitFor()
    await expect.poll(() => page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Grace')
    await page.getByRole('button', { name: 'Next step' }).click()
    await page.getByRole('dialog', { name: 'Second step' }).waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(parts.acts.filter(({ act }) => act === 'close')).toEqual([
      { act: 'close', modal: expect.any(String) },
      { act: 'close', modal: expect.any(String), all: true },
    ])
  })

  test('is busy until the app has answered, and sends once', async () => {
    const { page, parts } = await open()
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    parts.open(aModal(text('name')))
    parts.answerWith(promise)
    const save = page.getByRole('button', { name: 'Save' })
    await save.click()
    await save.click()
    await expect.poll(() => save.getAttribute('aria-busy')).toBe('true')
    resolve({ ok: false, problem: 'We had some trouble connecting. Try again?' })
    await page.getByRole('alert').filter({ hasText: 'We had some trouble' }).waitFor()
    await expect.poll(() => save.getAttribute('aria-busy')).toBe('false')
    expect(submitted(parts.acts)).toHaveLength(1)
  })

  test('says what Slack says of a submission that failed as a whole', async () => {
    const { page, parts } = await open()
    parts.open({ ...aModal(text('name')), problem: 'We had some trouble connecting. Try again?' })
    await page.getByRole('alert').filter({ hasText: 'We had some trouble' }).waitFor()
  })
})

inBrowser('an input', (open) => {
  test('asks the app for options from the shortest query on, and shows them in their groups', async () => {
    const { page, parts } = await open()
    parts.open(everyInput())
    const contact = page.getByRole('combobox', { name: 'Contact (optional)' })
    await contact.click()
    await contact.pressSequentially('j')
    await page.getByText('Type at least 2 letters.').waitFor()
    await contact.pressSequentially('ane')
    await page.getByRole('option', { name: 'Jane Doe' }).waitFor()
    await expect.poll(() => page.locator('.option-group').allTextContents()).toEqual(['Northwind'])
    await contact.press('Enter')
    await expect.poll(() => contact.inputValue()).toBe('Jane Doe')
    expect(parts.queries.at(-1)).toMatchObject({ place: { surface: 'modal' }, block: 'contact', query: 'jane' })
    expect(parts.queries.every(({ query }) => query.length >= 2)).toBe(true)
  })

  test('of several choices shows each as a chip that can be taken away', async () => {
    const { page, parts } = await open()
    parts.open(everyInput())
    await pick(page, 'tags', 'cold', 'Cold')
    await pick(page, 'tags', 'ref', 'Referral')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Remove Cold' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => submitted(parts.acts)[0]?.tags).toEqual({ value: ['referral'] })
  })

  test('tells the app of what is typed where it asked to hear of it', async () => {
    const { page, parts } = await open()
    const each = { dispatch_action_config: { trigger_actions_on: ['on_character_entered'] } }
    const dispatch = { dispatch_action: true }
    parts.open(aModal(text('each', each, dispatch), text('enter', {}, dispatch), text('silent')))
    await page.getByRole('textbox', { name: 'silent' }).fill('s')
    await page.getByRole('textbox', { name: 'each' }).pressSequentially('ab')
    await page.getByRole('textbox', { name: 'enter' }).fill('c')
    await page.getByRole('textbox', { name: 'enter' }).press('Enter')
    const told = () => parts.acts.flatMap((act) => (act.act === 'interact' ? [[act.block, act.entered]] : []))
    await expect.poll(told).toEqual([
      ['each', 'a'],
      ['each', 'ab'],
      ['enter', 'c'],
    ])
    expect(parts.acts.at(-1)).toMatchObject({
      values: { each: { value: 'ab' }, enter: { value: 'c' }, silent: { value: 's' } },
    })
    expect(submitted(parts.acts)).toEqual([])
  })

  test('for files refuses what the app does not take, and lets go of what was chosen', async () => {
    const { page, parts } = await open()
    parts.open(everyInput())
    const files = field(page, 'file')
    await files.locator('input').setInputFiles({ ...CSV, name: 'photo.png' })
    await files.getByRole('alert').filter({ hasText: 'photo.png is not one of: csv.' }).waitFor()
    await files.locator('input').setInputFiles(CSV)
    await files.getByText('22 B').waitFor()
    await expect.poll(() => files.getByRole('button', { name: 'Choose a file' }).count()).toBe(0)
    await files.getByRole('button', { name: 'Remove people.csv' }).click()
    await files.getByRole('button', { name: 'Choose a file' }).waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => submitted(parts.acts)[0]?.file).toEqual({ value: [] })
  })

  test('for files takes what is dropped on it', async () => {
    const { page, parts } = await open()
    parts.open(everyInput())
    await field(page, 'file').waitFor()
    await page.evaluate(`
      const data = new DataTransfer()
      data.items.add(new File(['email'], 'dropped.csv', { type: 'text/csv' }))
      document.querySelector('.drop').dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer: data }))
    `)
    await field(page, 'file').getByText('dropped.csv').waitFor()
    expect(parts.uploads).toMatchObject([{ name: 'dropped.csv' }])
  })
})

inBrowser('a message', (open) => {
  test('tells the app what was pressed and chosen in it, and what else stands there', async () => {
    const { page, parts, say } = await open()
    await say('/crm blocks')
    const message = page.getByRole('article').last()
    await message.getByRole('button', { name: 'Interested' }).click()
    await message.getByRole('combobox', { name: 'Size' }).click()
    await page.getByRole('option', { name: 'Large' }).click()
    await message.getByLabel('Date').fill('2026-12-24')
    await message.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: /Delete/ }).click()
    const place = { surface: 'message', conversation: SALES, ts: expect.any(String) }
    await expect
      .poll(() => parts.acts.slice(1))
      .toMatchObject([
        { act: 'interact', place, block: 'pick', action: 'yes', entered: 'Interested' },
        { action: 'size', entered: 'large', values: { pick: { size: 'large', day: '2026-11-22' } } },
        { action: 'day', entered: '2026-12-24', values: { pick: { size: 'large', day: '2026-12-24' } } },
        { block: 'b1', action: 'more', entered: 'delete' },
      ])
  })

  test('asks before what is dangerous', async () => {
    const { page, parts, say } = await open()
    await say('/crm blocks')
    const press = page.getByRole('article').getByRole('button', { name: 'Unsubscribe' }).first()
    await press.click()
    const question = page.getByRole('dialog', { name: 'Unsubscribe Jane?' })
    await question.getByRole('button', { name: 'Keep' }).click()
    await press.click()
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    expect(parts.acts).toHaveLength(1)
    await press.click()
    await question.getByRole('button', { name: 'Unsubscribe' }).click()
    await expect.poll(() => parts.acts.slice(1)).toMatchObject([{ action: 'no', entered: 'Unsubscribe' }])
  })

  test('shows that a press is on its way, and why it did not arrive', async () => {
    const { page, parts, say } = await open()
    await say('/crm blocks')
    const button = page.getByRole('button', { name: 'Interested' })
    await button.waitFor()
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    parts.answerWith(promise)
    await button.click()
    await expect.poll(() => button.getAttribute('aria-busy')).toBe('true')
    resolve({ ok: false, problem: 'this is not on the screen any more' })
    await page.getByRole('alert').filter({ hasText: 'not on the screen any more' }).waitFor()
    await expect.poll(() => button.getAttribute('aria-busy')).toBe('false')
  })
})
