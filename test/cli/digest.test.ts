import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { aHome, crm } from '../../practice/program.ts'

const DAY_MS = 24 * 60 * 60_000

/** People who replied yesterday, of whom one has a name that a terminal would act on. */
function people(): string {
  const yesterday = new Date(Date.now() - DAY_MS).toISOString()
  const reply = [{ engagement_type: 'reply_received', timestamp: yesterday, metadata: {} }]
  return JSON.stringify({
    'ada@example.com': { email: 'ada@example.com', first_name: 'Ada', last_name: 'Lovelace', engagements: reply },
    'eve@example.com': { email: 'eve@example.com', first_name: '\u001b[31mEve', engagements: reply },
  })
}

test('the digest of an empty CRM is one line', async () => {
  await using home = aHome({ CRM_DIGEST_DAYS: 'daily' })
  const { stdout, stderr, code } = await crm(home, ['digest', '--print'])
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^Nothing to report for \d{4}-\d\d-\d\d \(UTC\)\.\n$/)
})

test('prints what happened since the last one, in words or as one JSON object', async () => {
  await using home = aHome({ CRM_DIGEST_DAYS: 'daily' })
  const file = join(home.folder, 'people.json')
  writeFileSync(file, people())
  expect((await crm(home, ['import', file])).code).toBe(0)

  const { stdout, stderr, code } = await crm(home, ['digest', '--print'])
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^Digest for \d{4}-\d\d-\d\d \(UTC\)\n {2}new contacts {2}0\n {2}replied {7}2\n/)
  expect(stdout).toMatch(/^hottest\n(?:.*\n)?.*ada@example\.com {2}Ada Lovelace {2,}score \d/m)
  expect(stdout).toMatch(/^waiting for an answer: 2\n/m)
  expect(stdout).not.toContain('\u001b')

  const json = await crm(home, ['digest', '--print', '--json'])
  expect([json.code, json.stderr]).toEqual([0, ''])
  expect(JSON.parse(json.stdout)).toMatchObject({
    is_empty: false,
    time_zone: 'UTC',
    figures: [{ tally: 'replied', count: 2, usual: null, weeks: 0 }],
    hottest: [{ first_name: expect.any(String) }, {}],
    waiting: { total: 2 },
  })
})

test('without --print nothing is done, and it ends with 2', async () => {
  await using home = aHome()
  const { stdout, stderr, code } = await crm(home, ['digest'])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/--print/)
})
