import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'

import { findBrowser, NO_BROWSER, openBrowser } from '../../practice/browser.ts'
import type { PracticeParts } from '../../practice/contract.ts'
import { type PageServer, startPageServer } from '../../practice/page-server.ts'
import { type FakeParts, fakeParts } from './page-parts.ts'

const executable = findBrowser()

/** Tests that need a browser; without one they are skipped, and their title says why. */
export function inBrowser(about: string, tests: (open: OpenPage) => void): void {
  describe.skipIf(!executable)(executable ? about : `${about} (${NO_BROWSER})`, () => tests(preparePages()))
}

export interface Opened {
  readonly page: Page
  readonly parts: FakeParts
  readonly composer: Locator
  /** Types a line into the composer and sends it. */
  say(text: string): Promise<void>
  /** Complaints of the browser that this test is about. */
  expectComplaint(pattern: RegExp): void
}

export interface OpenOptions extends BrowserContextOptions {
  /** What is there before the page is opened. */
  readonly prepare?: (parts: FakeParts) => void
}

export type OpenPage = (options?: OpenOptions) => Promise<Opened>

/**
 * One server and one browser for a file; each page has a workspace and a browser profile of its own.
 * After each test the page must not have complained, and must not have asked anybody but the server.
 */
function preparePages(): OpenPage {
  const complaints: string[] = []
  const expected: RegExp[] = []
  const contexts: BrowserContext[] = []
  let parts = fakeParts()
  let server: PageServer
  let browser: Browser

  beforeAll(async () => {
    server = await startPageServer({ parts: forwardTo(() => parts), port: 0 })
    browser = await openBrowser()
  })
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close()
    const surprises = complaints.splice(0).filter((line) => !expected.some((pattern) => pattern.test(line)))
    expected.length = 0
    expect(surprises).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  return async ({ prepare, ...options } = {}) => {
    parts = fakeParts()
    const now = parts
    prepare?.(now)
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US', ...options })
    contexts.push(context)
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('request', (request) => {
      const url = request.url()
      if (!url.startsWith(`${server.url}/`) && !/^(data|blob):/.test(url)) complaints.push(`asked ${url}`)
    })
    await page.goto(server.url)
    const composer = page.getByRole('main').getByRole('combobox', { name: /^Message / })
    await composer.waitFor()
    return {
      page,
      parts: now,
      composer,
      async say(text) {
        await composer.fill(text)
        await composer.press('Escape')
        await composer.press('Enter')
      },
      expectComplaint: (pattern) => void expected.push(pattern),
    }
  }
}

function forwardTo(parts: () => PracticeParts): PracticeParts {
  return {
    state: () => parts().state(),
    onChange: (listener) => parts().onChange(listener),
    act: (act) => parts().act(act),
    options: (query) => parts().options(query),
    addFile: (file) => parts().addFile(file),
    file: (id) => parts().file(id),
    email: (act) => parts().email(act),
    setMood: (api, mood) => parts().setMood(api, mood),
    exchange: (id) => parts().exchange(id),
  }
}

/** What has the focus, by its label or words. */
export async function focused(page: Page): Promise<string> {
  return await page.evaluate<string>(
    "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent",
  )
}

export async function hasFocus(locator: Locator): Promise<boolean> {
  return await locator.evaluate((element) => element === element.ownerDocument.activeElement)
}

export async function styleOf(locator: Locator, property: string): Promise<string> {
  return await locator.evaluate(
    (element, name) => element.ownerDocument.defaultView.getComputedStyle(element).getPropertyValue(name),
    property,
  )
}

/** What sticks out of the window to the right, except in boxes of which the rest can be scrolled to. */
export async function cutOff(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(`
    const scrolls = (box) => box !== null && (/auto|scroll/.test(getComputedStyle(box).overflowX) || scrolls(box.parentElement))
    const isOut = (element) => element.getBoundingClientRect().right > innerWidth + 1
    Array.from(document.querySelectorAll('.app *, dialog *'))
      .filter((element) => isOut(element) && !scrolls(element.parentElement))
      .map((element) => element.className || element.tagName)
  `)
}
