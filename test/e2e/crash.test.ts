import process from 'node:process'

import BetterSqlite3 from 'better-sqlite3'
import { expect, test } from 'vitest'

import { aHome, type RunningProgram, startProgram } from '../../practice/program.ts'

/** Enough to meet the points that matter; `CRASH_ROUNDS=100` for the figure in the promises. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 6)
const CONNECTIONS = 16

test(`kill -9 under full load, ${ROUNDS} times: nothing acknowledged is lost, nothing is counted twice`, {
  timeout: 60_000 + ROUNDS * 5000,
}, async () => {
  await using home = aHome()
  const acknowledged: string[] = []
  let sent = 0

  for (let round = 0; round < ROUNDS; round += 1) {
    await using program = await startProgram(home)
    const { promise: enough, resolve } = Promise.withResolvers<void>()
    const target = acknowledged.length + 40 + Math.floor(Math.random() * 400)
    const senders = Array.from({ length: CONNECTIONS }, async () => {
      for (;;) {
        sent += 1
        const id = `event-${sent}`
        if (!(await isAcknowledged(program, id))) return
        acknowledged.push(id)
        if (acknowledged.length >= target) resolve()
      }
    })
    await enough
    await program.stop('SIGKILL')
    await Promise.all(senders)
  }

  await using program = await startProgram(home)
  // What broke off is sent again, as providers do; it may or may not have been stored.
  for (let n = 1; n <= sent; n += 1) expect(await isAcknowledged(program, `event-${n}`)).toBe(true)
  expect(await program.stop()).toBe(0)

  const database = new BetterSqlite3(home.env.DATABASE_URL?.replace('sqlite:', '') ?? '', { readonly: true })
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
  const stored = database.prepare('select id from events').pluck().all()
  expect(new Set(stored)).toEqual(new Set(Array.from({ length: sent }, (_, n) => `event-${n + 1}`)))
  expect(stored).toHaveLength(sent)
  const counted = database.prepare(`select sum(counters ->> '$.opened.count') from contacts`).pluck().get()
  const rolledUp = database.prepare('select sum(count) from event_days').pluck().get()
  expect([counted, rolledUp]).toEqual([sent, sent])
  database.close()
})

async function isAcknowledged(program: RunningProgram, id: string): Promise<boolean> {
  const event = {
    event: 'open',
    email: `p${id.length}${id.at(-1)}@example.com`,
    timestamp: 1767225600,
    sg_event_id: id,
  }
  try {
    const response = await program.deliver('sendgrid', Buffer.from(JSON.stringify([event])))
    return response.ok && (await response.json()) !== null
  } catch {
    return false
  }
}
