import '../src/runtime.ts'

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'

import { openBrowser } from './browser.ts'
import { type Practice, startPractice } from './practice.ts'

const FOLDER = join(import.meta.dirname, '../docs/screenshots')
const DESKTOP = { width: 1280, height: 800 }
const PHONE = { width: 390, height: 844 }

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
  await type(desktop, '/crm lookup Imani Okonjo')
  await desktop.getByText('Head of Supply Chain').last().waitFor()
  await take(desktop, 'card')
}

async function open(
  browser: Browser,
  { url }: Practice,
  how: { readonly viewport: typeof DESKTOP; readonly colorScheme: 'light' | 'dark' },
): Promise<Page> {
  const page = await browser.newPage({ ...how, deviceScaleFactor: 2, reducedMotion: 'reduce' })
  await page.goto(url)
  await page.getByRole('main').getByRole('log').waitFor()
  await page.evaluate('document.fonts.ready')
  return page
}

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`) })
  console.log(`docs/screenshots/${name}.png`)
}

async function goTo(page: Page, name: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Conversations' })
    .getByRole('button', { name, exact: true })
    .click()
}

async function type(page: Page, text: string): Promise<void> {
  const composer = page.getByRole('main').getByRole('combobox', { name: /^Message / })
  await composer.fill(text)
  await composer.press('Escape')
  await composer.press('Enter')
}
