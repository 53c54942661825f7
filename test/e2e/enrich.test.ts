import process from 'node:process'

import BetterSqlite3 from 'better-sqlite3'
import { describe, expect, test } from 'vitest'

import { startEnrichmentApis } from '../../practice/enrichment/index.ts'
import { Exchanges } from '../../practice/exchanges.ts'
import { aHome, crm, type Home, startProgram } from '../../practice/program.ts'
import { SAMPLE_PEOPLE } from '../../practice/samples/people.ts'

const IMANI = 'imani.okonjo@kestrelvane.example'
const EVERYBODY = SAMPLE_PEOPLE.map(({ email }) => email)

/** The real program with the vendors of the practice workspace; `only` names those that have a key. */
async function aWorld({
  only,
  batchMs = 0,
  ...env
}: { readonly only: readonly string[]; readonly batchMs?: number } & Record<string, unknown>) {
  const exchanges = new Exchanges()
  const apis = await startEnrichmentApis({ exchanges, people: SAMPLE_PEOPLE, now: Date.now, batchMs })
  const keys = Object.entries(apis.env).filter(([name]) => only.some((id) => name.startsWith(id.toUpperCase())))
  const settings = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]))
  const home = aHome({ ...Object.fromEntries(keys), ...settings })
  return {
    apis,
    home,
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]()
      await apis[Symbol.asyncDispose]()
    },
  }
}

async function lookedUp(home: Home, email: string) {
  const { stdout } = await crm(home, ['lookup', email, '--json'])
  return JSON.parse(stdout || '{}')
}

/** What stands in the database file, while nobody else writes or beside them. */
function inDatabase<T>({ env }: Home, read: (database: BetterSqlite3.Database) => T, readonly = true): T {
  const database = new BetterSqlite3(env.DATABASE_URL?.replace('sqlite:', '') ?? '', { readonly })
  try {
    return read(database)
  } finally {
    database.close()
  }
}

const reply = (email: string, id: string) =>
  Buffer.from(
    JSON.stringify({
      type: 'replied',
      data: { email, reply: { from: email, subject: 'Re: Hi', text: 'Call me.' }, id },
    }),
  )

describe('the program by itself', () => {
  test('enriches whoever replies, and keeps where each value came from', async () => {
    await using world = await aWorld({ only: ['apollo'] })
    await using program = await startProgram(world.home)
    expect((await program.deliver('generic', reply(IMANI, 'r1'))).status).toBe(200)
    await expect
      .poll(() => lookedUp(world.home, IMANI))
      .toMatchObject({
        status: 'engaged',
        email_status: 'valid',
        email_status_source: 'reply',
        enrichment: { company_name: expect.any(String), enrichment_source: 'apollo' },
        enrichment_claims: { job_title: [{ source: 'apollo', value: expect.any(String), at: expect.any(String) }] },
      })
    expect(world.apis.callsAbout(IMANI)).toEqual({ apollo: 1 })
    expect(await program.stop()).toBe(0)
    expect(program.lines.join('\n')).not.toMatch(/@kestrelvane|imani/i)
  })

  test('asks nobody where ENRICH_ON is never', async () => {
    await using world = await aWorld({ only: ['apollo'], ENRICH_ON: 'never' })
    await using program = await startProgram(world.home)
    await program.deliver('generic', reply(IMANI, 'r1'))
    expect(await program.stop()).toBe(0)
    expect(world.apis.callsAbout(IMANI)).toEqual({})
    const kinds = inDatabase(world.home, (db) => db.prepare('select kind from jobs').pluck().all())
    expect(kinds).toEqual(['housekeeping'])
  })
})

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 3)

test(`killed between handing a batch in and its result, ${ROUNDS} times: no result is lost, nothing is handed in twice`, {
  timeout: 60_000 + ROUNDS * 10_000,
}, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    await using world = await aWorld({ only: ['dropcontact'] })
    {
      await using program = await startProgram(world.home)
      await program.deliver('generic', reply(IMANI, `r${round}`))
      const submitted = () =>
        inDatabase(world.home, (db) => db.prepare('select count(request_id) from enrichment_calls').pluck().get())
      await expect.poll(submitted).toBe(1)
      await program.stop('SIGKILL')
    }
    // Half a minute later.
    inDatabase(world.home, (db) => db.prepare(`update jobs set run_at = 0, lease_until = 0`).run(), false)
    await using program = await startProgram(world.home)
    await expect
      .poll(() => lookedUp(world.home, IMANI))
      .toMatchObject({
        enrichment: { enrichment_source: 'dropcontact' },
      })
    expect(await program.stop()).toBe(0)
    const handedIn = world.apis.callsAbout(IMANI)
    expect(handedIn).toEqual({ dropcontact: 1 })
    expect(inDatabase(world.home, (db) => db.prepare('select count(*) from enrichment_calls').pluck().get())).toBe(0)
  }
})

describe('crm enrich', () => {
  test('says the cost, asks in bulk, and asks nobody a second time', async () => {
    await using world = await aWorld({ only: ['apollo', 'zerobounce'] })
    const { home } = world
    const first = await crm(home, ['enrich', '--campaign', 'Spring', ...EVERYBODY, '--json'])
    expect(first.code).toBe(0)
    expect(first.stderr).toMatch(/^40 contacts, 40 to ask about: 40 to 80 credits \(0 of 500 spent today\)$/m)
    const outcome = JSON.parse(first.stdout)
    expect(outcome.contacts).toBe(EVERYBODY.length)
    const apollo = world.apis.apis.find(({ id }) => id === 'apollo')
    expect(apollo?.calls).toBe(4)

    const again = await crm(home, ['enrich', 'campaign:spring', '--field', 'company_name', '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ contacts: 40, credits: 0 })
    expect(world.apis.apis.find(({ id }) => id === 'apollo')?.calls).toBe(4)
  })

  test('a dry run asks nobody', async () => {
    await using world = await aWorld({ only: ['apollo'] })
    await crm(world.home, ['import', '-'], EVERYBODY.join('\n'))
    const { stdout, code } = await crm(world.home, ['enrich', 'status:new', '--dry-run', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ contacts: 40, to_ask: 40, least: 40, most: 40, spent_today: 0 })
    expect(world.apis.apis.find(({ id }) => id === 'apollo')?.calls).toBe(0)
  })

  test('without any key it says so, and still looks around', async () => {
    await using world = await aWorld({ only: [] })
    const { stderr, stdout, code } = await crm(world.home, ['enrich', '--campaign', 'Spring', IMANI])
    expect(stderr).toContain('no provider is set up, so only what costs nothing is looked at')
    expect(stdout).toMatch(/^1 contact: .*; 0 credits$/m)
    expect(stdout).toContain('1 no provider')
    expect(code).toBe(0)
  })

  test.each([
    [['enrich'], 2, 'Who?'],
    [['enrich', 'statsu:new'], 2, '“statsu:” is not a filter. Did you mean status:?'],
    [['enrich', 'status:warm'], 2, 'is not a status'],
    [['enrich', 'nobody@example.com'], 2, 'add --campaign to make one'],
    [['enrich', 'status:new', '--field', 'shoe_size'], 2, 'shoe_size is not a field'],
    [['enrich', '--campaign', 'Spring', 'not-an-address'], 2, 'are not e-mail addresses: not-an-address'],
  ])('%j ends with %d and says what to do', async (args, expected, words) => {
    await using world = await aWorld({ only: ['apollo'] })
    const { code, stderr } = await crm(world.home, args)
    expect([code, stderr]).toEqual([expected, expect.stringContaining(words)])
  })

  test('waits for a provider that answers minutes later, and asks it once', async () => {
    await using world = await aWorld({ only: ['dropcontact'] })
    const { stdout, stderr } = await crm(world.home, ['enrich', '--campaign', 'Spring', IMANI, '--json'])
    expect(stderr).toContain('1 wait for an answer that takes minutes')
    expect(JSON.parse(stdout)).toMatchObject({ contacts: 1 })
    expect((await lookedUp(world.home, IMANI)).enrichment).toMatchObject({ enrichment_source: 'dropcontact' })
    expect(world.apis.callsAbout(IMANI)).toEqual({ dropcontact: 1 })
  })
})

test('a key that is refused is told by crm doctor, asked no more, and asked again when somebody says so', async () => {
  await using world = await aWorld({ only: ['apollo'] })
  const { apis, home } = world
  apis.setMood('apollo', { revoked: true })
  await crm(home, ['enrich', '--campaign', 'Spring', IMANI])
  await crm(home, ['enrich', IMANI])
  expect(apis.apis.find(({ id }) => id === 'apollo')?.calls).toBe(1)
  const { stdout } = await crm(home, ['doctor'])
  expect(stdout).toMatch(
    /PROBLEM {2}Apollo \(enrichment\): .*does not accept the key since .*; make a new key .*set APOLLO_API_KEY/,
  )

  apis.setMood('apollo', { revoked: false })
  await crm(home, ['enrich', '--retry'])
  await crm(home, ['enrich', IMANI])
  expect((await lookedUp(home, IMANI)).enrichment).toMatchObject({ enrichment_source: 'apollo' })
  expect((await crm(home, ['doctor'])).stdout).toMatch(
    /^ok +Apollo \(enrichment\): 1 of 1 known today, 1 credit; 1 look-up failed and cost nothing$/m,
  )
})
