import '../src/runtime.ts'

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, Locator, Page } from 'playwright-core'

import { openBrowser } from './browser.ts'
import type { EmailAction } from './contract.ts'
import { type Practice, startPractice } from './practice.ts'
import { PRACTICE_CONTACTS } from './samples/contacts.ts'

const FOLDER = join(import.meta.dirname, '../docs/screenshots')
const DESKTOP = { width: 1280, height: 800 }
const PHONE = { width: 390, height: 844 }
/** Of a message that is shown from its beginning. */
const BELOW_THE_EDGE = 150
/** Of the sample people, somebody with a history. */
const WHO = 'Imani Okonjo'

/** What everybody, or one of so many people, did. */
const BUSY = [
  ['delivered', 1],
  ['opened', 2],
  ['clicked', 5],
  ['replied', 16],
] as const satisfies readonly (readonly [EmailAction, number])[]

// The pictures of README.md, taken of the running practice workspace.
try {
  await takeAll()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function takeAll(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true })
  await using browser = await openBrowser()
  await using practice = await startPractice({ port: 0, withSamples: true, now: Date.now })
  const desktop = await open(browser, practice, { viewport: DESKTOP, colorScheme: 'light' })
  await goTo(desktop, 'sales')
  await desktop.getByText('replied to').last().waitFor()
  await desktop.getByRole('button', { name: 'Hide this' }).click()
  await take(desktop, 'alert')
  await type(desktop, `/crm lookup ${WHO}`)
  await desktop.getByText('Last event').last().waitFor()
  await take(desktop, 'card')
  await type(desktop, '/crm add jo.martens@fennimore.example')
  await desktop.getByRole('dialog').getByLabel('First name').fill('Jo')
  await desktop.getByRole('dialog').getByLabel('Last name').fill('Martens')
  await take(desktop, 'modal')
  // Both windows show the same person's Slack.
  await desktop.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()

  const phone = await open(browser, practice, { viewport: PHONE, colorScheme: 'dark' })
  await phone.getByRole('navigation', { name: 'Parts of the page' }).getByRole('button', { name: 'Channels' }).click()
  await goTo(phone, 'Touchpoint Home')
  await phone.getByText('Hottest contacts').waitFor()
  await take(phone, 'phone')

  await aBusyDay(practice)
  await goTo(desktop, 'sales')
  await desktop.getByRole('button', { name: 'Next morning' }).click()
  const digest = desktop.getByText(/^Digest of /).last()
  await digest.waitFor()
  await desktop.getByText('2 replies').last().waitFor()
  await desktop.mouse.move(DESKTOP.width / 2, DESKTOP.height / 2)
  await desktop.mouse.wheel(0, ((await digest.boundingBox())?.y ?? 0) - BELOW_THE_EDGE)
  await settled(desktop, digest)
  await take(desktop, 'digest')
}

/** So that the digest of it has something to tell. */
async function aBusyDay({ tools }: Practice): Promise<void> {
  const people = PRACTICE_CONTACTS.map(({ email }) => email)
  for (const [action, share] of BUSY) {
    for (const contact of people.filter((_, nth) => nth % share === 0))
      await tools.act({ kind: 'event', tool: 'sendgrid', action, contact })
  }
}

async function open(
  browser: Browser,
  { url }: Practice,
  how: { readonly viewport: typeof DESKTOP; readonly colorScheme: 'light' | 'dark' },
): Promise<Page> {
  const page = await browser.newPage({ ...how, deviceScaleFactor: 1.5, reducedMotion: 'reduce' })
  await page.goto(url)
  await page
    .getByRole('main')
    .getByRole('combobox', { name: /^Message / })
    .waitFor()
  await page.evaluate('document.fonts.ready')
  return page
}

/** Scrolling goes on for a moment. */
async function settled(page: Page, what: Locator): Promise<void> {
  for (let [before, after] = [-1, 0]; before !== after; ) {
    before = after
    await page.waitForTimeout(100)
    after = (await what.boundingBox())?.y ?? 0
  }
}

async function take(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0)
  await page.screenshot({ path: join(FOLDER, `${name}.png`) })
  console.log(`docs/screenshots/${name}.png`)
}

async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Conversations' }).getByRole('button', { name, exact: true }).click()
}

async function type(page: Page, text: string): Promise<void> {
  const composer = page.getByRole('main').getByRole('combobox', { name: /^Message / })
  await composer.fill(text)
  await composer.press('Escape')
  await composer.press('Enter')
}
