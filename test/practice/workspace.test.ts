import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findBrowser, NO_BROWSER, openBrowser } from '../../practice/browser.ts'
import { type Practice, startPractice } from '../../practice/practice.ts'

const PEOPLE_CSV = join(import.meta.dirname, '../../practice/samples/people.csv')

const about = 'the practice workspace, with the real program and its sample data'
const hasBrowser = findBrowser() !== undefined

describe.skipIf(!hasBrowser)(hasBrowser ? about : `${about} (${NO_BROWSER})`, () => {
  let practice: Practice
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    practice = await startPractice({ port: 0, withSamples: true, now: Date.now })
    browser = await openBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.setDefaultTimeout(8_000)
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(practice.url) && !/^(data|blob):/.test(request.url()))
        complaints.push(request.url())
    })
    await page.goto(practice.url)
    await page
      .getByRole('main')
      .getByRole('combobox', { name: /^Message / })
      .waitFor()
  })

  afterAll(async () => {
    await browser?.close()
    await practice?.[Symbol.asyncDispose]()
  })

  const channel = (name: string) =>
    page
      .getByRole('navigation', { name: 'Conversations' })
      .getByRole('button', { name: new RegExp(`^${name}( unread messages)?$`) })
      .click()
  const message = (words: string | RegExp) => page.getByRole('article').filter({ hasText: words }).last()
  const dialog = () => page.getByRole('dialog').last()

  async function type(text: string): Promise<void> {
    const composer = page.getByRole('main').getByRole('combobox', { name: /^Message / })
    await composer.fill(text)
    await composer.press('Escape')
    await composer.press('Enter')
  }

  test('begins with the reply of this morning in #sales', async () => {
    await channel('sales')
    await message('replied to').waitFor()
  })

  test('a look-up shows the card, to one person only', async () => {
    await type('/crm lookup Imani Okonjo')
    const card = message('imani.okonjo@kestrelvane.example')
    await card.waitFor()
    await expect.poll(() => card.innerText()).toContain('Only visible to you')
    await expect.poll(() => card.innerText()).toContain('Head of Supply Chain')
  })

  test('a button on a near miss opens the card', async () => {
    await type('/crm imani.okonja@kestrelvane.example')
    await message('Did you mean').getByRole('button').first().click()
    await expect.poll(() => message('Head of Supply Chain').count()).toBe(1)
  })

  test('a click at an e-mail tool arrives on the card, and a reply in the channel, live', async () => {
    const tools = page.getByRole('region', { name: 'Resend' })
    const contact = page.getByRole('combobox', { name: 'Contact' })
    await contact.fill('newcomer@example.com')
    await contact.press('Enter')
    await tools.getByRole('button', { name: 'Resend: Clicked' }).click()
    await tools.getByText('"accepted":1').waitFor()
    await type('/crm newcomer@example.com')
    await message(/1 click/).waitFor()
    await tools.getByRole('button', { name: 'Resend: Replied' }).click()
    await message('newcomer@example.com replied').waitFor()
    await tools.getByRole('button', { name: 'Resend: Send a forged one' }).click()
    await tools.getByText('401').waitFor()
  })

  test('a modal says what is wrong, keeps what was entered, and then adds', async () => {
    await type('/crm add')
    await dialog().getByLabel('First name').fill('Ines')
    await dialog().getByLabel('E-mail').fill('imani.okonjo@kestrelvane.example')
    await dialog().getByRole('button', { name: 'Add', exact: true }).click()
    await dialog().getByRole('alert').filter({ hasText: 'Already in the CRM' }).waitFor()
    await expect.poll(() => dialog().getByLabel('First name').inputValue()).toBe('Ines')
    await dialog().getByLabel('E-mail').fill('ines@newcompany.example')
    await dialog().getByRole('button', { name: 'Add', exact: true }).click()
    await dialog().getByText('ines@newcompany.example').waitFor()
    await dialog().getByRole('button', { name: 'Done' }).click()
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  })

  test('an uploaded CSV is checked and imported, with a report as a direct message', async () => {
    await type('/crm import')
    await dialog().locator('input[type=file]').setInputFiles(PEOPLE_CSV)
    await dialog().getByText('people.csv', { exact: true }).waitFor()
    await dialog().getByRole('button', { name: 'Continue' }).click()
    await dialog().getByText('people.csv is checked').waitFor()
    await dialog().getByRole('button', { name: 'Done' }).click()
    await channel('Touchpoint')
    await message('Nothing is written yet').getByRole('button', { name: 'Import 10 contacts' }).click()
    const report = message(/people\.csv: 10 new/)
    await report.waitFor()
    await expect.poll(() => report.innerText()).toContain('left out')
  })

  test('the App Home shows the hottest contacts, and opens a card', async () => {
    await channel('Touchpoint Home')
    const main = page.getByRole('main')
    await main.getByText('Hottest contacts').waitFor()
    await main.getByRole('button', { name: 'Open card' }).first().click()
    await dialog().getByText('Score').first().waitFor()
    await page.keyboard.press('Escape')
  })

  test('nothing was asked of the network, nothing failed on the page, and Slack would have taken it all', () => {
    expect(complaints).toEqual([])
    expect(practice.slack.problems).toEqual([])
  })
})
