import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { type Browser, chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** Why nothing in a browser can be shown, as the end of a sentence. */
export const NO_BROWSER = 'no Chromium on the PATH: apt-get install chromium'

/** The path of an installed Chromium, which is never downloaded; undefined where there is none. */
export function findBrowser(path = process.env.PATH ?? ''): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder)
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A browser without a window that calls nobody by itself. Throws where none is installed. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser()
  if (!executablePath) throw new Error(`There is ${NO_BROWSER}`)
  return await chromium.launch({
    executablePath,
    args: [
      // Chromium refuses to run as root, as in containers, with its sandbox.
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
