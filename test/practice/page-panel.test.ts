import { expect, test } from 'vitest'

import { SALES } from './page-parts.ts'
import { cutOff, oneBrowser } from './page-support.ts'

const inBrowser = oneBrowser()

inBrowser('the e-mail tools', (open) => {
  test('report for the contact that was chosen', async () => {
    const { page, parts } = await open()
    const contact = page.getByRole('combobox', { name: 'Contact' })
    await expect.poll(() => contact.inputValue()).toBe('Ada Lovelace')
    await contact.click()
    await contact.pressSequentially('northwind')
    await contact.press('Enter')
    await page.getByRole('button', { name: 'Resend: Clicked' }).click()
    const tool = page.getByRole('region', { name: 'Resend' })
    await tool.getByText('200 accepted').waitFor()
    await tool.getByText('resend: clicked, jane.doe@northwind.example').waitFor()
    expect(parts.emails).toEqual([
      { kind: 'event', tool: 'resend', action: 'clicked', contact: 'jane.doe@northwind.example' },
    ])
  })

  test('report for an address that nobody knows yet, also after a reload', async () => {
    const { page, parts } = await open()
    const contact = page.getByRole('combobox', { name: 'Contact' })
    await contact.click()
    await contact.pressSequentially('new@nowhere.example')
    await contact.press('Enter')
    await page.reload()
    await page.getByRole('button', { name: 'SendGrid: Opened by a machine' }).click()
    await expect
      .poll(() => parts.emails)
      .toEqual([{ kind: 'event', tool: 'sendgrid', action: 'machine_opened', contact: 'new@nowhere.example' }])
  })

  test('are five at once, and all of them when asked for', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: 'Generic: Clicked' }).waitFor()
    await expect.poll(() => page.getByRole('region', { name: 'Brevo' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Show 2 more tools' }).click()
    await page.getByRole('button', { name: 'Mailjet: Clicked' }).waitFor()
  })

  test('repeat what they sent, and forge', async () => {
    const { page, parts } = await open()
    const tool = page.getByRole('region', { name: 'Postmark' })
    await tool.getByRole('button', { name: 'Replay last' }).click()
    await tool.getByText('200 accepted').waitFor()
    await tool.getByRole('button', { name: 'Replay 1,000' }).click()
    await tool.getByText('1,000 requests, 8.4 ms').waitFor()
    await tool.getByRole('button', { name: 'Send a forged one' }).click()
    await tool.getByText('401 refused').waitFor()
    await tool.getByText('the proof of this delivery is wrong').waitFor()
    expect(parts.emails.map(({ kind }) => kind)).toEqual(['replay-last', 'replay-batch', 'forge'])
  })
})

inBrowser('the enrichment APIs', (open) => {
  test('can be made slow and broken', async () => {
    const { page, parts } = await open()
    await page.getByRole('tab', { name: 'Enrichment' }).click()
    await page.getByRole('region', { name: 'Apollo' }).getByText('0 calls').waitFor()
    await page.getByRole('region', { name: 'Dropcontact' }).getByText('1 call').waitFor()
    await page.getByRole('switch', { name: 'Apollo: Outage' }).click()
    const latency = page.getByRole('slider', { name: 'Dropcontact: latency' })
    await latency.press('End')
    await page.getByText('10.0 s').waitFor()
    await expect
      .poll(() => parts.moods)
      .toEqual([
        { api: 'apollo', mood: { outage: true } },
        { api: 'dropcontact', mood: { latencyMs: 10_000 } },
      ])
    const outage = page.getByRole('switch', { name: 'Apollo: Outage' })
    await expect.poll(() => outage.isChecked()).toBe(true)
    await outage.click()
    await expect.poll(() => outage.isChecked()).toBe(false)
    expect(parts.moods.at(-1)).toEqual({ api: 'apollo', mood: { outage: false } })
  })

  test('are offered only what they can have', async () => {
    const { page } = await open()
    await page.getByRole('tab', { name: 'Enrichment' }).click()
    const switches = (name: string) => page.getByRole('region', { name }).getByRole('switch')
    await expect.poll(() => switches('Hunter').count()).toBe(8)
    expect(await switches('Reacher').allTextContents()).toEqual(['Finds nobody', 'Outage'])
  })

  test.each([
    ['a wide window', { width: 1280, height: 800 }],
    ['a phone', { width: 390, height: 844 }],
  ])('are all there in %s, and nothing of them is cut off', async (_what, viewport) => {
    const { page } = await open({ viewport })
    const parts = page.getByRole('navigation', { name: 'Parts of the page' })
    if (await parts.isVisible()) await parts.getByRole('button', { name: 'Tools' }).click()
    await page.getByRole('tab', { name: 'Enrichment' }).click()
    const apis = page.getByRole('tabpanel').getByRole('region')
    await expect.poll(() => apis.count()).toBe(7)
    await expect.poll(() => cutOff(page)).toEqual([])
    const heights = (await Promise.all((await apis.all()).map((one) => one.boundingBox()))).map((box) => box?.height)
    expect(Math.max(...heights.map((height) => height ?? Number.NaN))).toBeLessThan(160)
  })
})

inBrowser('the inspector', (open) => {
  test('lists what went over the wire, the newest first, of everybody or of one', async () => {
    const { page } = await open()
    await page.getByRole('tab', { name: 'E-mail tools' }).press('ArrowLeft')
    const rows = page.getByRole('tabpanel').getByRole('listitem')
    await expect.poll(() => rows.count()).toBe(6)
    await expect.poll(() => rows.first().innerText()).toMatch(/touchpoint[\s\S]*apollo[\s\S]*503/)
    await page.getByRole('button', { name: 'resend', exact: true }).click()
    await expect.poll(() => rows.count()).toBe(2)
  })

  test('shows a request and its answer as people read them', async () => {
    const { page } = await open()
    await page.getByRole('tab', { name: 'Inspector' }).click()
    await page.getByRole('button', { name: /POST \/slack\/events/ }).click()
    const request = page.getByRole('region', { name: 'Request' })
    await request.getByText('"action_id": "contact_open"').waitFor()
    await expect.poll(() => request.locator('figcaption').allTextContents()).toEqual(['payload'])
    await request.getByText('2 headers').click()
    await request.getByText('x-slack-signature').waitFor()
    await page.getByRole('region', { name: 'Answer' }).getByText('200 accepted').waitFor()
    await page.getByRole('button', { name: 'All requests' }).click()
    await page.getByRole('button', { name: 'touchpoint', exact: true }).waitFor()
  })

  test('copies a request', async () => {
    const { page } = await open({ permissions: ['clipboard-read', 'clipboard-write'] })
    await page.getByRole('tab', { name: 'Inspector' }).click()
    await page
      .getByRole('button', { name: /POST \/webhooks\/resend/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Copy the request' }).click()
    await expect
      .poll(() => page.evaluate('navigator.clipboard.readText()'))
      .toBe('content-type: application/json\n\n{"type":"email.clicked","data":{"to":["ada@example.com"]}}')
  })
})

inBrowser('the clock', (open) => {
  const DAY = 24 * 60 * 60_000

  test('tells the time of the workspace, and makes it later', async () => {
    const { page, parts } = await open({ prepare: (fake) => fake.post(SALES, { text: 'posted today' }) })
    const clock = page.getByRole('region', { name: 'Clock' })
    const shown = async () => Date.parse((await clock.locator('time').getAttribute('datetime')) ?? '')
    await expect.poll(() => page.locator('.day').allTextContents()).toEqual(['Today'])
    const before = await shown()
    await clock.getByRole('button', { name: 'Next morning, 09:00' }).click()
    await expect.poll(async () => (await shown()) - before).toBeGreaterThanOrEqual(DAY)
    await expect.poll(() => page.locator('.day').allTextContents()).toEqual(['Yesterday'])
    await clock.getByRole('button', { name: '+1 hour' }).click()
    await expect.poll(() => parts.clockMoves).toEqual(['morning', 'hour'])
  })

  test('turns what a message called today into yesterday', async () => {
    const text = `Due <!date^${Math.floor(Date.now() / 1000)}^{date_short_pretty}|then>`
    const { page } = await open({ prepare: (fake) => fake.post(SALES, { text }) })
    await page.getByText('Due Today').waitFor()
    await page.getByRole('button', { name: '+1 hour' }).click()
    await page.getByText('Due Yesterday').waitFor()
  })

  test('says when the program did not follow', async () => {
    const { page, parts } = await open()
    parts.answerWith({ ok: false, problem: 'Touchpoint has ended.' })
    const clock = page.getByRole('region', { name: 'Clock' })
    await clock.getByRole('button', { name: '+1 hour' }).click()
    await clock.getByRole('alert').filter({ hasText: 'Touchpoint has ended.' }).waitFor()
    expect(parts.clockMoves).toEqual([])
  })

  test('is whole on a phone', async () => {
    const { page } = await open({ viewport: { width: 390, height: 844 } })
    await page
      .getByRole('navigation', { name: 'Parts of the page' })
      .getByRole('button', { name: 'Practice tools' })
      .click()
    await page.getByRole('region', { name: 'Clock' }).getByRole('button', { name: 'Next morning' }).waitFor()
    await expect.poll(() => cutOff(page)).toEqual([])
  })
})
