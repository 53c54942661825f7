import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'

import { createAlertDelivery } from '../../src/bot/alerts/delivery.ts'
import { createSlackSender } from '../../src/bot/sender.ts'
import { createAlerts } from '../../src/core/alerts/alerts.ts'
import { alertJobs } from '../../src/core/alerts/triggers.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { SENDING_KINDS } from '../../src/core/job-kinds.ts'
import { createLogger } from '../../src/core/logger.ts'
import { jobCounts } from '../../src/core/store/jobs.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { createDayOf } from '../../src/core/time.ts'
import { takeBack, Worker } from '../../src/core/worker.ts'
import { aReply } from '../core/alerts/support.ts'
import { aDelivery } from '../support/events.ts'
import { readOrders } from './delivery-orders.ts'

/**
 * What brings replies into Slack as alerts, without the rest of the program, in a process that can be
 * killed. Its clock runs faster than that of this computer, and goes on where the process before ended.
 */
const { database: url, apiUrl, token, channel, startedAt, speed } = readOrders(process.env)

const now = () => startedAt + (Date.now() - startedAt) * speed
const database = await openDatabase(url, { erasureSecret: 'a key that is thirty-two letters long' })
const log = createLogger('silent')
const sender = createSlackSender({
  ...{ token, apiUrl, now },
  refusedBlocks: { isRefused: async () => false, refused: async () => {} },
})
const settings = {
  targetsOf: async () => [{ to: channel, rule: null }],
  notBefore: async (_to: string, at: number) => at,
}
const alerts = createAlerts({ database, settings, timeZone: 'UTC', now })
const delivery = createAlertDelivery({ alerts, sender, audienceOf: async () => 'own', jobsQueued() {}, log })
const worker = new Worker({
  ...{
    database,
    handlers: delivery.handlers,
    owner: randomUUID(),
    now,
    random: Math.random,
    sends: SENDING_KINDS,
    log,
  },
})
const ingestion = {
  ...{ database, dayOf: createDayOf('UTC'), jobsFor: () => [] },
  alertsFor: (tx: typeof database, happenings: Parameters<typeof alertJobs>[1], at: number) =>
    alertJobs(tx, happenings, { now: at, hasChannel: true, kinds: ['replied'] }),
}

createInterface({ input: process.stdin }).on('line', (line) => void obey(line))
await takeBack(database, SENDING_KINDS, now())
process.stdout.write('ready\n')

// Looks without waiting to be woken: the pauses of the worker are those of a clock that is not this one.
for (;;) {
  if ((await worker.runDue()) === 0) await wait(5)
}

/** `reply <who> <words>` is acknowledged once it is kept; `jobs` says what is left to do, and what was given up. */
async function obey(line: string): Promise<void> {
  const [order, who = '', words = ''] = line.split(' ')
  if (order === 'jobs') {
    const counts = await jobCounts(database)
    const sum = (isDead: boolean) =>
      counts.filter(({ state }) => (state === 'dead') === isDead).reduce((total, { count }) => total + count, 0)
    process.stdout.write(`jobs ${sum(false)} ${sum(true)}\n`)
    return
  }
  const at = now()
  const event = aReply(words, { id: words, recipient: `${who}@example.com`, occurredAt: at, receivedAt: at })
  await ingestAll(ingestion, [{ ...aDelivery(event), receivedAt: at }])
  process.stdout.write(`kept ${words}\n`)
}
