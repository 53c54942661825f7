import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { findBrowser } from '../../practice/browser.ts'

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'touchpoint-path-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('finds a browser on the PATH, under any of its names', () => {
  const [empty, full] = [aFolder(), aFolder()]
  const file = join(full, 'google-chrome')
  writeFileSync(file, '')
  chmodSync(file, 0o755)
  expect(findBrowser([empty, full].join(delimiter))).toBe(file)
})

test('finds none where there is none, or only something by that name', () => {
  const folder = aFolder()
  writeFileSync(join(folder, 'chromium'), '')
  chmodSync(join(folder, 'chromium'), 0o644)
  expect(findBrowser(folder)).toBeUndefined()
  expect(findBrowser('')).toBeUndefined()
})
