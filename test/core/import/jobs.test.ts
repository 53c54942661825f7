import { describe, expect, test } from 'vitest'

import { goOnJob } from '../../../src/bot/import-jobs.ts'
import { createImports, type ImportId, type Imports } from '../../../src/core/import/imports.ts'
import { goOnHandler, goOnWithImports } from '../../../src/core/import/jobs.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { sql } from '../../../src/core/store/drizzle.ts'
import { WORKER_DIED } from '../../../src/core/store/jobs.ts'
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
    const waiting = async () =>
      (await database.all(sql`select id from jobs where state = 'waiting' order by seq`)).map((row) => row.id)
    await goOnWithImports({ database, imports, now: NOW }, undefined)
    expect(await waiting()).toEqual([typed, asked, undone].map((id) => `import_go_on:${id}`))
    await database.transaction((tx) => tx.run(sql`delete from jobs`))
    await goOnWithImports({ database, imports, now: NOW }, goOnJob)
    expect(await waiting()).toEqual([`import_go_on:${typed}`, `import_run:${asked}`, `import_undo:${undone}`])
  })

  test('goes on with a job that was given up, unless that took its workers with it', async () => {
    await using database = await open()
    const imports = importsOf(database)
    const [typed, asked, deadly] = [
      await begun(imports, null),
      await begun(imports, 'U0ADA'),
      await begun(imports, 'U0ADA'),
    ]
    const goOn = () => goOnWithImports({ database, imports, now: NOW }, goOnJob)
    await goOn()
    await database.transaction((tx) => tx.run(sql`update jobs set state = 'dead', last_error = 'the disk is full'`))
    await database.transaction((tx) =>
      tx.run(sql`update jobs set last_error = ${WORKER_DIED} where id = ${`import_run:${deadly}`}`),
    )
    await goOn()
    const rows = await database.all(sql`select id, state from jobs order by seq`)
    expect(rows.map(({ id, state }) => [id, state])).toEqual([
      [`import_go_on:${typed}`, 'waiting'],
      [`import_run:${asked}`, 'waiting'],
      [`import_run:${deadly}`, 'dead'],
    ])
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
