import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'

import { findBrowser, NO_BROWSER, openBrowser } from '../../practice/browser.ts'
import type { PracticeParts } from '../../practice/contract.ts'
import { type PageServer, startPageServer } from '../../practice/page-server.ts'
import { type FakeParts, fakeParts } from './page-parts.ts'

const executable = findBrowser()

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

/** A group of tests that need a browser; without one they are skipped, and the group's title says why. */
export type InBrowser = (about: string, tests: (open: OpenPage) => void) => void

/**
 * One server and one browser for the groups of a file; each page has a workspace and an empty storage of its own.
 * After each test the page must not have complained, and must not have asked anybody but the server.
 */
export function oneBrowser(): InBrowser {
  const complaints: string[] = []
  const expected: RegExp[] = []
  const pages: Page[] = []
  const contexts = new Map<string, Promise<BrowserContext>>()
  let parts = fakeParts()
  let server: PageServer
  let browser: Browser | undefined

  beforeAll(async () => {
    if (!executable) return
    server = await startPageServer({ parts: forwardTo(() => parts), port: 0 })
    browser = await openBrowser()
  })
  afterEach(async () => {
    for (const page of pages.splice(0)) {
      await page.evaluate('localStorage.clear()')
      await page.close()
    }
    const surprises = complaints.splice(0).filter((line) => !expected.some((pattern) => pattern.test(line)))
    expected.length = 0
    expect(surprises).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  /** A new one takes a browser longer than the rest of opening a page, so pages of a kind have one after another. */
  async function contextFor(options: BrowserContextOptions): Promise<BrowserContext> {
    if (!browser) throw new Error(`There is ${NO_BROWSER}`)
    const key = JSON.stringify(options)
    const context = contexts.get(key) ?? browser.newContext(options)
    contexts.set(key, context)
    return await context
  }

  const open: OpenPage = async ({ prepare, ...options } = {}) => {
    parts = fakeParts()
    const now = parts
    prepare?.(now)
    const context = await contextFor({ viewport: { width: 1280, height: 800 }, locale: 'en-US', ...options })
    const page = await context.newPage()
    pages.push(page)
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

  return (about, tests) =>
    describe.skipIf(!executable)(executable ? about : `${about} (${NO_BROWSER})`, () => tests(open))
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
    moveClock: (move) => parts().moveClock(move),
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
