import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { aHome, crm, startProgram } from '../../practice/program.ts'
import { startSlack, textOf } from '../../practice/slack/index.ts'
import { StorageError } from '../../src/core/errors.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { latestEvents } from '../../src/core/store/events.ts'
import { createDayOf } from '../../src/core/time.ts'
import { openSqlite } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const canMount = process.platform === 'linux' && process.getuid?.() === 0
const whyNot = canMount ? '' : ' (skipped: only root can mount a small disk; the test below fills a database instead)'

test.runIf(canMount)(
  `a full disk is answered 503 with Retry-After, and the same process goes on when there is room${whyNot}`,
  async () => {
    const disk = mkdtempSync(join(tmpdir(), 'touchpoint-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk])
    try {
      await using slack = await startSlack()
      await using home = aHome({ SLACK_API_URL: slack.apiUrl }, disk)
      await using program = await startProgram(home)
      slack.connect(program.slack)
      expect((await program.deliver('sendgrid', batch('before', 10))).status).toBe(200)
      fill(join(disk, 'filler'))

      const refused = await program.deliver('sendgrid', batch('during', 2000))
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30'])
      expect(textOf(await slack.person().type('/crm lookup before0@example.com'))).toContain('1 open')
      expect((await fetch(`${program.url}/healthz`)).status).toBe(200)

      rmSync(join(disk, 'filler'))
      const accepted = await program.deliver('sendgrid', batch('during', 2000))
      expect([accepted.status, await accepted.json()]).toEqual([200, { accepted: 2000, duplicates: 0, unreadable: 0 }])
      expect(await program.stop()).toBe(0)
    } finally {
      execFileSync('umount', [disk])
      rmSync(disk, { recursive: true })
    }
  },
)

test.runIf(canMount)(
  `an import that fills the disk says where it stands, and goes on when there is room${whyNot}`,
  async () => {
    const disk = mkdtempSync(join(tmpdir(), 'touchpoint-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk])
    try {
      await using home = aHome({}, disk)
      const people = Array.from({ length: 20_000 }, (_, n) => `p${n}@example.com,P${n}\n`)
      const list = `email,first name\n${people.join('')}`
      const broken = await crm(home, ['import', '-', '--json'], list)
      expect([broken.code, broken.stdout]).toEqual([1, ''])
      expect(broken.stderr).toMatch(
        /Import 1 was broken off, after \d+ of 20000 rows\. The same command goes on with it; crm import --stop 1 ends it\.\nthe database cannot be written \(SQLITE_FULL\)\n$/,
      )
      execFileSync('mount', ['-o', 'remount,size=100m', disk])
      const ended = await crm(home, ['import', '-', '--json'], list)
      expect(JSON.parse(ended.stdout)).toMatchObject({ import: 1, created: 20_000 })
    } finally {
      execFileSync('umount', [disk])
      rmSync(disk, { recursive: true })
    }
  },
)

test('a database that cannot grow rejects a delivery whole, and takes it when it can', async () => {
  await using database = await openSqlite()
  const deps = { database, dayOf: createDayOf('UTC'), jobsFor: () => [] }
  const delivery = aDelivery(...Array.from({ length: 500 }, (_, n) => anEvent({ recipient: `p${n}@example.com` })))
  await database.transaction((tx) => tx.all(sql`pragma max_page_count = 30`))
  await expect(ingestAll(deps, [delivery])).rejects.toThrow(StorageError)
  expect(await latestEvents(database, {}, 1)).toEqual([])
  await database.transaction((tx) => tx.all(sql`pragma max_page_count = 1000000`))
  expect(await ingestAll(deps, [delivery])).toEqual([{ accepted: 500, duplicates: 0, unreadable: 0 }])
})

function batch(name: string, count: number): Buffer {
  const events = Array.from({ length: count }, (_, n) => ({
    event: 'open',
    email: `${name}${n}@example.com`,
    timestamp: 1767225600,
    sg_event_id: `${name}-${n}`,
    useragent: 'x'.repeat(200),
  }))
  return Buffer.from(JSON.stringify(events))
}

/** Writes until there is no room left. */
function fill(path: string): void {
  for (let size = 1024 * 1024; size >= 512; size = Math.floor(size / 2)) {
    for (;;) {
      try {
        writeFileSync(path, Buffer.alloc(size, 1), { flag: 'a' })
      } catch {
        break
      }
    }
  }
}
