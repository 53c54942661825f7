import { describe, expect, test } from 'vitest'

import { goOnJob, REVIVED_IMPORT_KINDS, runJob } from '../../../src/bot/import-jobs.ts'
import { createImports, type ImportId, type Imports } from '../../../src/core/import/imports.ts'
import { goOnHandler, goOnJobs } from '../../../src/core/import/jobs.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { claimJobs, enqueue, returnJob, reviveJobs } from '../../../src/core/store/jobs.ts'
import { createDayOf } from '../../../src/core/time.ts'
import { databases } from '../../support/databases.ts'

const NOW = Date.parse('2026-03-02T09:00:00Z')
const LIST = ['email', ...Array.from({ length: 300 }, (_, n) => `p${n}@example.com`), ''].join('\n')

function importsOf(database: Database): Imports {
  return createImports({ database, dayOf: createDayOf('UTC'), now: () => NOW, jobsFor: () => [] })
}

/** An import whose process ended in the middle. */
async function begun(imports: Imports, by: string | null): Promise<ImportId> {
  async function* bytes() {
    yield Buffer.from(LIST)
  }
  const asked = { by, name: 'people.csv', campaign: null, tags: [], overwrite: false, enrich: false }
  const id = await imports.begin({ ...asked, bytes: bytes() })
  const stop = new AbortController()
  const going = imports.run(id, { signal: stop.signal, onProgress: () => stop.abort(new Error('ended')) })
  await expect(going).rejects.toThrow('ended')
  return id
}

describe.each(databases)('an import that ended in the middle on $name', ({ open }) => {
  test('has a job to go on with, in its message where it was asked for in Slack', async () => {
    await using database = await open()
    const imports = importsOf(database)
    const [typed, asked, undone] = [
      await begun(imports, null),
      await begun(imports, 'U0ADA'),
      await begun(imports, 'U0ADA'),
    ]
    await imports.cancel(undone)
    const stop = new AbortController()
    stop.abort(new Error('ended'))
    await expect(imports.undo(undone, 'U0BOB', { signal: stop.signal })).rejects.toThrow('ended')
    const idsOf = async (inSlack?: typeof goOnJob) => (await goOnJobs(imports, inSlack)).map(({ id }) => id)
    expect(await idsOf(goOnJob)).toEqual([`import_go_on:${typed}`, `import_run:${asked}`, `import_undo:${undone}`])
    expect(await idsOf()).toEqual([typed, asked, undone].map((id) => `import_go_on:${id}`))
  })

  test('goes on with the job that was given up', async () => {
    await using database = await open()
    const imports = importsOf(database)
    const id = await begun(imports, 'U0ADA')
    const lease = { owner: 'us', now: NOW, leaseUntil: NOW + 1000, limit: 1, kinds: REVIVED_IMPORT_KINDS }
    await database.transaction(async (tx) => {
      await enqueue(tx, [runJob(id)], NOW)
      const [job] = await claimJobs(tx, lease)
      await returnJob(tx, job?.seq ?? 0, 'us', {
        state: 'dead',
        runAt: NOW,
        attempts: 8,
        lastError: 'the disk is full',
      })
    })
    const claimed = await database.transaction(async (tx) => {
      await enqueue(tx, await goOnJobs(imports, goOnJob), NOW)
      await reviveJobs(tx, REVIVED_IMPORT_KINDS, NOW)
      return await claimJobs(tx, lease)
    })
    expect(claimed).toMatchObject([{ id: `import_run:${id}` }])
  })

  test('is carried to its end once nobody has worked on it for a minute', async () => {
    await using database = await open()
    const imports = importsOf(database)
    const id = await begun(imports, null)
    const job = { id: 'one', signal: new AbortController().signal }
    await expect(goOnHandler(imports, () => NOW + 59_000)({ id }, job)).rejects.toThrow('somebody still works on it')
    await goOnHandler(imports, () => NOW + 61_000)({ id }, job)
    expect(await imports.state(id)).toMatchObject({ stage: 'done', counts: { created: 300 } })
  })
})
