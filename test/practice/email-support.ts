import { once } from 'node:events'
import { createServer } from 'node:http'

import { getRequestListener } from '@hono/node-server'

import { PUBLIC_URL, SECRETS } from '../../practice/email/sign.ts'
import { snsFetch } from '../../practice/email/sns.ts'
import type { ContactCard } from '../../src/core/contact-card.ts'
import { createIngestQueue } from '../../src/core/ingest-queue.ts'
import type { Logger } from '../../src/core/logger.ts'
import { lookup } from '../../src/core/lookup.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { createWebhookApp } from '../../src/webhooks/app.ts'
import { createProviders } from '../../src/webhooks/providers/index.ts'
import { openSqlite } from '../support/databases.ts'

export const NOON = Date.parse('2026-03-04T12:00:00Z')

/** The program's webhooks and core on a database of their own, over real HTTP, at a time that the test sets. */
export interface Receiving extends AsyncDisposable {
  readonly url: string
  readonly database: Database
  readonly clock: { now: number }
  readonly refusals: readonly string[]
  /** Throws when there is no such contact. */
  card(email: string): Promise<ContactCard>
}

export async function startReceiving(): Promise<Receiving> {
  await using resources = new AsyncDisposableStack()
  const database = resources.use(await openSqlite())
  const clock = { now: NOON }
  const refusals: string[] = []
  const queue = createIngestQueue({
    database,
    dayOf: createDayOf('UTC'),
    jobsFor: () => [],
    jobsQueued() {},
    log: silent,
  })
  const app = createWebhookApp({
    providers: createProviders({ fetch: snsFetch }),
    secrets: Object.fromEntries(Object.entries(SECRETS).map(([id, secret]) => [id, [secret]])),
    ingest: queue.add,
    refused: (provider, reason) => refusals.push(`${provider} ${reason}`),
    misdirected() {},
    publicUrl: PUBLIC_URL,
    now: () => clock.now,
    log: silent,
  })
  const server = createServer(getRequestListener(app.fetch)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  resources.defer(async () => {
    server.close()
    server.closeAllConnections()
    await queue.settled()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const owned = resources.move()
  return {
    url: `http://127.0.0.1:${address.port}`,
    database,
    clock,
    refusals,
    async card(email) {
      const found = await lookup(database, email, clock.now)
      if (found.kind !== 'found') throw new Error(`there is no contact ${email}`)
      return found.card
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }
