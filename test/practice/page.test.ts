import { expect, test } from 'vitest'

import type { Outcome } from '../../practice/contract.ts'
import { blocksOf } from './page-blocks.ts'
import { ADA, aReplyAlert, BOT, DIRECT, GRACE, MARKETING, SALES } from './page-parts.ts'
import { cutOff, focused, hasFocus, oneBrowser, styleOf } from './page-support.ts'

const inBrowser = oneBrowser()

inBrowser('the text box', (open) => {
  test('completes a command and proposes what may follow on it', async () => {
    const { page, composer } = await open()
    await composer.pressSequentially('/c')
    const option = page.getByRole('option')
    await expect
      .poll(() => option.allTextContents())
      .toEqual([expect.stringContaining('/crm ada@example.com | lookup')])
    await composer.press('Enter')
    await expect.poll(() => composer.inputValue()).toBe('/crm ')
    await expect.poll(() => option.count()).toBe(4)
    await composer.pressSequentially('st')
    await expect.poll(() => option.allTextContents()).toEqual(['/crm stats 30d'])
    await composer.press('Tab')
    await expect.poll(() => composer.inputValue()).toBe('/crm stats 30d')
    await expect.poll(() => option.count()).toBe(0)
  })

  test('takes the proposal that the arrows chose, and none after Escape', async () => {
    const { page, parts, composer } = await open()
    await composer.fill('/crm ')
    await composer.press('ArrowDown')
    await composer.press('ArrowDown')
    const active = await composer.getAttribute('aria-activedescendant')
    await expect.poll(() => page.locator(`[id="${active}"]`).textContent()).toBe('/crm lookup Ada Lovelace')
    await composer.press('Enter')
    await expect.poll(() => composer.inputValue()).toBe('/crm lookup Ada Lovelace')
    await composer.fill('/crm h')
    await composer.press('Escape')
    await expect.poll(() => page.getByRole('option').count()).toBe(0)
    await composer.press('Enter')
    expect(parts.acts).toEqual([{ act: 'type', conversation: SALES, text: '/crm h' }])
  })

  test('sends with Enter, and begins a new line with Shift and Enter', async () => {
    const { page, parts, composer } = await open()
    await composer.pressSequentially('one')
    await composer.press('Shift+Enter')
    await composer.pressSequentially('two')
    await composer.press('Enter')
    await page.getByText('one\ntwo').waitFor()
    expect(parts.acts).toEqual([{ act: 'type', conversation: SALES, text: 'one\ntwo' }])
    await expect.poll(() => composer.inputValue()).toBe('')
  })

  test('shows that a command runs until the app has acknowledged it', async () => {
    const { page, parts, say } = await open()
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    parts.answerWith(promise)
    await say('/crm stats')
    const running = page.getByText('running…')
    await running.waitFor()
    resolve({ ok: true })
    await page.getByRole('heading', { name: 'Last 30 days' }).waitFor()
    await running.waitFor({ state: 'detached' })
  })

  test('gives back what did not arrive, and sends it again', async () => {
    const { page, parts, say, composer } = await open()
    parts.answerWith({ ok: false, problem: 'The app did not answer in time.' })
    await say('/crm stats')
    const failed = page.getByRole('alert').filter({ hasText: 'The app did not answer in time.' })
    await failed.waitFor()
    await expect.poll(() => composer.inputValue()).toBe('/crm stats')
    parts.answerWith({ ok: true })
    await failed.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: 'Last 30 days' }).waitFor()
    await expect.poll(() => failed.count()).toBe(0)
  })

  test('recalls the last lines with the arrow up', async () => {
    const { composer, say } = await open()
    await say('/crm help')
    await say('/crm stats')
    await composer.press('ArrowUp')
    await expect.poll(() => composer.inputValue()).toBe('/crm stats')
    await composer.press('ArrowUp')
    await expect.poll(() => composer.inputValue()).toBe('/crm help')
    await composer.press('ArrowDown')
    await composer.press('ArrowDown')
    await expect.poll(() => composer.inputValue()).toBe('')
  })

  test('keeps a draft while another conversation is open', async () => {
    const { page, composer } = await open()
    await composer.fill('to be continued')
    await page.getByRole('button', { name: 'marketing' }).click()
    await expect.poll(() => composer.inputValue()).toBe('')
    await page.getByText('Touchpoint was not invited to #marketing').waitFor()
    await page.getByRole('button', { name: 'sales' }).click()
    await expect.poll(() => composer.inputValue()).toBe('to be continued')
  })

  test('teaches a newcomer, whose choice fills it', async () => {
    const { page, composer } = await open()
    const steps = page.getByRole('complementary', { name: 'First steps' })
    await steps.getByRole('button', { name: '/crm lookup Ada Lovelace' }).click()
    await expect.poll(() => composer.inputValue()).toBe('/crm lookup Ada Lovelace')
    await composer.press('Enter')
    await page.getByRole('complementary', { name: 'Next step' }).getByRole('button').click()
    await page.reload()
    await composer.waitFor()
    await expect.poll(() => steps.count()).toBe(0)
  })

  test('offers the shortcuts of the app', async () => {
    const { page, parts } = await open()
    await page.getByRole('button', { name: 'Shortcuts' }).click()
    await page.getByRole('menuitem', { name: /Look up a contact/ }).click()
    await expect.poll(() => parts.acts).toEqual([{ act: 'shortcut', callbackId: 'crm_lookup' }])
  })
})

inBrowser('a conversation', (open) => {
  test('shows an answer as Slack draws it, and that only one person sees it', async () => {
    const { page, say } = await open()
    await say('/crm ada@example.com')
    const card = page.getByRole('article').filter({ hasText: 'Only visible to you' })
    await card.getByRole('heading', { name: 'Ada Lovelace' }).waitFor()
    const words = await card.innerText()
    expect(words).toContain('APP')
    expect(words).toMatch(/Status\s+Engaged/)
    expect(words).toContain('@Grace Hopper')
    expect(words).toMatch(/(?:Today|Yesterday) \d+:\d\d [AP]M/)
    expect(words).not.toMatch(/[*`]|<!date|&amp;|:[a-z_]+:/)
    await expect
      .poll(() => card.getByRole('link', { name: 'example.com' }).getAttribute('href'))
      .toBe('https://example.com/')
    await expect.poll(() => card.getByRole('button', { name: 'Reply in thread' }).count()).toBe(0)
  })

  test('shows dates in the zone of whoever looks', async () => {
    const text = 'Due <!date^1790000000^{date_num} {time_secs}|then>'
    const { page } = await open({ timezoneId: 'Asia/Tokyo', prepare: (parts) => parts.post(SALES, { text }) })
    // 1,790,000,000 seconds are 2026-09-21 14:13:20 UTC.
    await page.getByText(/2026-09-21 11:13:20\sPM/).waitFor()
  })

  test('reads mark-up as Slack does, and nothing in plain text', async () => {
    const blocks = [
      {
        type: 'section',
        block_id: 'm',
        text: { type: 'mrkdwn', verbatim: true, text: '*bold* snake_case 2 * 3 * 4 &lt;b&gt; `a*b*`' },
      },
      { type: 'section', block_id: 'p', text: { type: 'plain_text', text: '*not bold* <b>' } },
    ]
    const { page } = await open({ prepare: (parts) => parts.post(SALES, { blocks }) })
    await page.getByText('*not bold* <b>').waitFor()
    const [markup = ''] = await page.locator('.block-section').allInnerTexts()
    expect(markup).toBe('bold snake_case 2 * 3 * 4 <b> a*b*')
    const weight = await styleOf(page.getByText('bold', { exact: true }), 'font-weight')
    expect(weight).toBe('700')
  })

  test('draws every block, and one that it does not know costs only itself', async () => {
    const { page, say } = await open()
    await say('/crm blocks')
    await page.getByText('A block of type hologram, which this page cannot draw').waitFor()
    await page.getByRole('img', { name: /^Bar chart: Replies by week/ }).waitFor()
    await expect.poll(() => page.getByText('*First* mail').count()).toBe(1)
    await expect.poll(() => page.getByRole('img', { name: 'rocket' }).textContent()).toBe('🚀')
    await page.getByRole('button', { name: 'History' }).click()
    await expect.poll(() => page.getByText('Sent, opened, clicked').count()).toBe(0)
  })

  test('draws the rest when a block breaks', async () => {
    const broken = {
      type: 'rich_text',
      elements: [{ type: 'rich_text_list', style: 'bullet', elements: [{ type: 'rich_text_section' }] }],
    }
    const whole = { type: 'section', text: { type: 'plain_text', text: 'still here' } }
    const { page, parts, expectComplaint } = await open()
    expectComplaint(/TypeError/)
    parts.post(SALES, { blocks: blocksOf([broken, whole]) })
    await page.getByText('still here').waitFor()
    await page.getByText('A block of type rich_text, which this page cannot draw').waitFor()
  })

  test('sorts, filters and turns the pages of a data table', async () => {
    const { page, say } = await open()
    await say('/crm blocks')
    const table = page.getByRole('table', { name: 'Hottest contacts' })
    await table.waitFor()
    const names = () => table.getByRole('rowheader').allTextContents()
    await expect.poll(() => names()).toEqual(['Jane Doe', 'Li Wei', 'Ada Lovelace'])
    await page.getByRole('button', { name: 'Next', exact: true }).click()
    await expect.poll(() => names()).toEqual(['Omar Haddad', 'Zoë Quinn'])
    await table.getByRole('button', { name: 'Score' }).click()
    await page.getByRole('button', { name: 'Back' }).click()
    await expect.poll(() => names()).toEqual(['Omar Haddad', 'Ada Lovelace', 'Li Wei'])
    await expect
      .poll(() => table.getByRole('columnheader', { name: 'Score' }).getAttribute('aria-sort'))
      .toBe('ascending')
    await page.getByRole('searchbox', { name: 'Filter Hottest contacts' }).fill('north')
    await expect.poll(() => names()).toEqual(['Jane Doe', 'Zoë Quinn'])
  })

  test('shows an alert as it arrives, reads it aloud, and says what was edited', async () => {
    const { page, parts } = await open()
    const { ts } = parts.post(SALES, aReplyAlert())
    await page.getByRole('article').getByRole('button', { name: 'Open card' }).waitFor()
    await page.getByRole('status').filter({ hasText: 'Touchpoint in sales: Jane Doe (jane.doe@' }).waitFor()
    parts.edit(SALES, ts, { isEdited: true, blocks: [], text: 'Ada takes it' })
    await page.getByText('(edited)').waitFor()
  })

  test('follows new messages at the end, and offers the way there to who reads above', async () => {
    const many = Array.from({ length: 40 }, (_, index) => `line ${index}`)
    const { page, parts } = await open({
      prepare: (fake) => many.forEach((text) => void fake.post(SALES, { from: ADA, text })),
    })
    const list = page.getByRole('region', { name: 'Messages in #sales' })
    const distance = () => list.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight)
    const { ts } = parts.post(SALES, { from: ADA, text: 'seen' })
    await page.getByText('seen', { exact: true }).waitFor()
    await expect.poll(distance).toBeLessThan(2)
    parts.edit(SALES, ts, { text: 'grown\n'.repeat(20) })
    await page.getByText('grown').waitFor()
    await expect.poll(distance).toBeLessThan(2)
    await list.evaluate((box) => box.scrollTo({ top: 0 }))
    parts.post(SALES, { from: ADA, text: 'missed' })
    await page.getByRole('button', { name: 'New messages' }).click()
    await expect.poll(distance).toBeLessThan(2)
    await expect.poll(() => page.getByRole('button', { name: 'New messages' }).count()).toBe(0)
  })

  test('marks what arrives elsewhere as unread until it is opened', async () => {
    const { page, parts } = await open({ prepare: (fake) => fake.post(DIRECT, { text: 'old' }) })
    const entry = page.getByRole('button', { name: 'Touchpoint unread messages' })
    await expect.poll(() => entry.count()).toBe(0)
    parts.post(MARKETING, { from: GRACE, text: 'my own' })
    parts.post(DIRECT, {
      text: 'Your import is done',
      files: [{ id: 'F9', name: 'errors.csv', mimetype: 'text/csv', size: 2048, url: '/practice/files/F9' }],
    })
    await entry.waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'marketing', exact: true }).count()).toBe(1)
    await entry.click()
    const file = page.getByRole('link', { name: /errors\.csv/ })
    expect([await file.getAttribute('href'), await file.getAttribute('download')]).toEqual([
      '/practice/files/F9',
      'errors.csv',
    ])
    await expect.poll(() => file.innerText()).toContain('2.0 KB')
    await expect.poll(() => entry.count()).toBe(0)
  })

  test('separates days and puts messages of a moment together', async () => {
    const at = new Date().setHours(12, 0, 0, 0)
    const day = 24 * 60 * 60 * 1000
    const { page } = await open({
      prepare: (fake) => {
        fake.post(MARKETING, { from: ADA, text: 'before', at: at - day })
        fake.post(MARKETING, { from: ADA, text: 'one', at })
        fake.post(MARKETING, { from: ADA, text: 'two', at: at + 60_000 })
        fake.post(MARKETING, { from: BOT, text: 'three', at: at + 61_000 })
      },
    })
    await page.getByRole('button', { name: 'marketing' }).click()
    await expect.poll(() => page.locator('.day').allTextContents()).toEqual(['Yesterday', 'Today'])
    await expect
      .poll(() => page.locator('.message-head strong').allTextContents())
      .toEqual(['Ada King', 'Ada King', 'Touchpoint'])
  })

  test('holds threads, where commands do not work', async () => {
    const { page, parts } = await open({
      prepare: (fake) => {
        const root = fake.post(SALES, { from: ADA, text: 'Who takes Northwind?' })
        fake.post(SALES, { from: GRACE, text: 'I do', thread: root.ts })
        fake.post(SALES, { from: ADA, text: 'Told everybody', thread: root.ts, isBroadcast: true })
      },
    })
    const main = page.getByRole('main')
    await expect.poll(() => main.getByText('I do').count()).toBe(0)
    await expect.poll(() => main.getByText('Told everybody').count()).toBe(1)
    await page.getByRole('button', { name: /2 replies/ }).click()
    const thread = page.getByRole('complementary', { name: 'Thread' })
    await thread.getByText('I do').waitFor()
    const reply = thread.getByRole('combobox', { name: 'Reply' })
    await expect.poll(() => hasFocus(reply)).toBe(true)
    await reply.fill('/crm stats')
    await reply.press('Enter')
    await thread.getByRole('alert').filter({ hasText: '/crm is not supported in threads. Sorry!' }).waitFor()
    expect([await reply.inputValue(), parts.acts]).toEqual(['/crm stats', []])
    await reply.fill('Thank you')
    await reply.press('Enter')
    await thread.getByText('Thank you').waitFor()
    expect(parts.acts).toEqual([{ act: 'type', conversation: SALES, text: 'Thank you', thread: expect.any(String) }])
    await reply.press('Escape')
    await page.getByRole('tab', { name: 'E-mail tools' }).waitFor()
  })

  test('offers what can be done with a message, by keyboard too', async () => {
    const { page, parts } = await open({ prepare: (fake) => fake.post(SALES, { from: ADA, text: 'jane@x.example' }) })
    const more = page.getByRole('article').getByRole('button', { name: 'More actions' })
    await more.focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => parts.acts)
      .toEqual([{ act: 'message-shortcut', callbackId: 'people', conversation: SALES, ts: expect.any(String) }])
    await expect.poll(() => hasFocus(more)).toBe(true)
  })
})

inBrowser('the workspace', (open) => {
  test('opens the Home of the app, which says when there is nothing yet', async () => {
    const { page, parts } = await open()
    parts.answerWith({ ok: false, problem: 'The app did not answer.' })
    await page.getByRole('button', { name: 'Touchpoint Home' }).click()
    await page.getByText('Nothing here yet').waitFor()
    await page.getByRole('alert').filter({ hasText: 'The app did not answer.' }).waitFor()
    parts.answerWith({ ok: true })
    await page.getByRole('button', { name: 'Messages' }).click()
    await page.getByRole('button', { name: 'Home', exact: true }).click()
    await page.getByRole('button', { name: 'Look up' }).click()
    await expect
      .poll(() => parts.acts.at(-1))
      .toMatchObject({ act: 'interact', place: { surface: 'home' }, action: 'home_lookup' })
    expect(parts.acts.filter(({ act }) => act === 'open-home')).toHaveLength(2)
  })

  test('shows what Slack itself says, until it is dismissed', async () => {
    const { page, parts } = await open()
    parts.notify('/crm failed because the app did not respond (operation_timeout)')
    const notice = page.getByRole('region', { name: 'Notices' })
    await notice.getByText('operation_timeout').waitFor()
    await expect.poll(() => notice.innerText()).toContain('Only visible to you')
    await notice.getByRole('button', { name: 'Dismiss' }).click()
    await notice.getByText('operation_timeout').waitFor({ state: 'detached' })
  })

  test('follows the theme of the system until somebody chooses, and remembers the choice', async () => {
    const { page } = await open({ colorScheme: 'dark' })
    const theme = () => page.evaluate<string>('document.documentElement.dataset.theme')
    const ground = () => styleOf(page.getByRole('main'), 'background-color')
    expect([await theme(), await ground()]).toEqual(['dark', 'rgb(26, 29, 33)'])
    await page.getByRole('button', { name: 'Use the light theme' }).click()
    expect([await theme(), await ground()]).toEqual(['light', 'rgb(255, 255, 255)'])
    await page.reload()
    await page.getByRole('main').waitFor()
    await expect.poll(() => theme()).toBe('light')
  })

  test('says when its server is gone, and comes back by itself', async () => {
    const { page, expectComplaint } = await open()
    expectComplaint(/ERR_INTERNET_DISCONNECTED/)
    await page.context().setOffline(true)
    await page.getByRole('combobox', { name: 'Message #sales' }).fill('lost?')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: 'The practice server does not answer' }).first().waitFor()
    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('article').getByText('lost?').waitFor()
  })

  test('is all there in a narrow window, where nothing scrolls sideways', async () => {
    const { page, parts, say } = await open({ viewport: { width: 390, height: 844 }, hasTouch: true })
    const bar = page.getByRole('navigation', { name: 'Parts of the page' })
    await say('/crm stats')
    await page.getByRole('heading', { name: 'Last 30 days' }).waitFor()
    await say('/crm blocks')
    await page.getByText('A block of type hologram').waitFor()
    await expect.poll(() => cutOff(page)).toEqual([])
    await say('/crm form')
    await page.getByRole('dialog', { name: 'Every input' }).waitFor()
    await expect.poll(() => cutOff(page)).toEqual([])
    await page.keyboard.press('Escape')
    await bar.getByRole('button', { name: 'Practice tools' }).click()
    await page.getByRole('button', { name: 'Resend: Clicked' }).waitFor()
    await expect.poll(() => cutOff(page)).toEqual([])
    await page.getByRole('tab', { name: 'Inspector' }).click()
    await page.getByText('/webhooks/resend').first().click()
    await page.getByRole('button', { name: 'All requests' }).waitFor()
    await expect.poll(() => cutOff(page)).toEqual([])
    parts.post(SALES, aReplyAlert())
    await bar.getByRole('button', { name: 'Chat unread messages' }).waitFor()
    await bar.getByRole('button', { name: 'Channels' }).click()
    await page.getByRole('button', { name: 'marketing' }).click()
    await page.getByRole('combobox', { name: 'Message #marketing' }).waitFor()
    await expect.poll(() => cutOff(page)).toEqual([])
  })

  test('can be used by keyboard alone', async () => {
    const { page, parts } = await open({ prepare: (fake) => fake.post(SALES, aReplyAlert()) })
    const tabTo = async (name: string) => {
      for (let presses = 0; presses < 40 && (await focused(page)) !== name; presses += 1)
        await page.keyboard.press('Tab')
      await expect.poll(() => focused(page)).toBe(name)
    }
    await tabTo('Open card')
    await page.keyboard.press('Enter')
    await page.getByText('Only visible to you').waitFor()
    await tabTo('Message #sales')
    await page.keyboard.type('/crm form')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.type('Grace')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe('Message #sales')
    expect(parts.acts.map(({ act }) => act)).toEqual(['interact', 'type', 'submit'])
  })
})
