import process from 'node:process'

import { InvalidArgumentError } from 'commander'

import type { Config } from '../core/config.ts'
import type { Database } from '../core/store/database.ts'
import { openDatabase } from '../core/store/open.ts'
import { readConfig } from '../environment.ts'

export interface Context {
  readonly config: Config
  readonly database: Database
  /** When the command began, UTC milliseconds. */
  readonly now: number
  /** The time now, UTC milliseconds. */
  readonly clock: () => number
  /** From 0 to 1. */
  readonly random: () => number
}

/** Opens the database that the environment names, runs `work` on it, and closes it. */
export async function withDatabase(work: (context: Context) => Promise<void>): Promise<void> {
  const config = readConfig({ needsSlack: false })
  await using database = await openDatabase(config.databaseUrl, { erasureSecret: config.erasureKey })
  await work({ config, database, now: Date.now(), clock: Date.now, random: Math.random })
}

/** Results go to standard output alone, so that another program can read them. */
export function print(line: string): void {
  endBar()
  process.stdout.write(`${line}\n`)
}

/** Everything that is said to a person beside the result. */
export function say(line: string): void {
  endBar()
  process.stderr.write(`${line}\n`)
}

/** The command did what it could and the answer is no: exit code 1. */
export function failed(reason: string): void {
  say(reason)
  process.exitCode = 1
}

/** Aborted at the first Ctrl-C; the second ends the process as ever. */
export function ctrlC(): AbortSignal {
  const stopping = new AbortController()
  process.once('SIGINT', () => stopping.abort())
  return stopping.signal
}

const BAR = 24

/** Whether the last line of the terminal is one that rewrites itself. */
let isBarOpen = false

function endBar(): void {
  if (isBarOpen) process.stderr.write('\n')
  isBarOpen = false
}

/** Says on a terminal what goes on until there is a bar, which takes its place. */
export function doing(line: string): void {
  if (process.stderr.isTTY) rewrite(line)
}

function rewrite(line: string): void {
  // Erases what a longer line left behind.
  process.stderr.write(`\r${line}\u001b[K`)
  isBarOpen = true
}

/** A bar that rewrites itself on a terminal, with a note beside it; nothing elsewhere, since the result says it all. */
export function progressLine(total: number): (done: number, note?: string) => void {
  if (!process.stderr.isTTY) return () => {}
  return (done, note) => {
    // There may be more by now than were counted.
    const all = Math.max(done, total)
    const filled = all > 0 ? Math.floor((BAR * done) / all) : BAR
    const bar = '█'.repeat(filled) + '░'.repeat(BAR - filled)
    const words = [`${done} of ${all}`, ...(note ? [note] : [])].join(', ')
    rewrite(`${bar} ${words}`)
  }
}

const LONG = 10_000

/** A bar on a terminal, and elsewhere a line for every tenth of what is long. */
export function progress(what: string): (progress: { readonly done: number; readonly total: number | null }) => void {
  let bar: ReturnType<typeof progressLine> | undefined
  let tenths = 0
  return ({ done, total }) => {
    if (total === null) return
    bar ??= progressLine(total)
    bar(done)
    const now = Math.floor((10 * done) / total)
    if (!process.stderr.isTTY && total >= LONG && now > tenths) say(`${done} of ${total} ${what}`)
    tenths = now
  }
}

/** Reads a number of things. */
export function positive(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It has to be a whole number from 1.')
  return number
}

export function day(at: number | null): string {
  return at === null ? '-' : new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}

/** Text from outside, on one line and without what a terminal would act on. */
export function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '')
}
