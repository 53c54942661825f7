import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { channelFindings } from './bot/channel-findings.ts'
import { goOnJob } from './bot/import-jobs.ts'
import { SLACK_PATH } from './bot/receiver.ts'
import { slackHealth } from './bot/slack-health.ts'
import { alertRuleFindings } from './core/alerts/finding.ts'
import { followJobs } from './core/alerts/following.ts'
import { watchJobs } from './core/alerts/notices.ts'
import { readKinds } from './core/alerts/settings.ts'
import { ALERT, alertJobs } from './core/alerts/triggers.ts'
import { CHANNEL_TROUBLE, lastingTroubles } from './core/channel-troubles.ts'
import type { Config } from './core/config.ts'
import { createDigestDesk } from './core/digest/desk.ts'
import { createDigestTimer, DIGEST } from './core/digest/schedule.ts'
import type { DigestSettings } from './core/digest/settings.ts'
import { ENRICH_RUN, enrichmentHandlers, enrichmentJobs, importedJobs } from './core/enrichment/jobs.ts'
import { enrichmentOnDemand } from './core/enrichment/on-demand.ts'
import { ANOTHER_KEY } from './core/erasure/erase-contact.ts'
import { erasureHealth } from './core/erasure/erased-list.ts'
import { FORGET_POSTS } from './core/erasure/posts.ts'
import { EXPORT } from './core/export/orders.ts'
import type { Finding } from './core/finding.ts'
import { health, healthSettings } from './core/health.ts'
import { HOUSEKEEPING, housekeepingHandler, housekeepingJob } from './core/housekeeping.ts'
import { createImports } from './core/import/imports.ts'
import { goOnHandler, goOnWithImports, IMPORT_GO_ON } from './core/import/jobs.ts'
import { createIngestQueue } from './core/ingest-queue.ts'
import { SENDING_KINDS } from './core/job-kinds.ts'
import type { Logger } from './core/logger.ts'
import { Refusals } from './core/refusals.ts'
import { forgetGivenUp } from './core/send-again.ts'
import type { Database } from './core/store/database.ts'
import { enqueue, jobCounts } from './core/store/jobs.ts'
import { openDatabase } from './core/store/open.ts'
import { checkWrite } from './core/store/roll-ups.ts'
import { createDayOf, createWallClock } from './core/time.ts'
import { takeBack, Worker } from './core/worker.ts'
import { createHealthApp } from './health.ts'
import { connectSlack } from './slack.ts'
import { createWebhookApp } from './webhooks/app.ts'
import { createCallbackApp } from './webhooks/callback.ts'
import { createProviders } from './webhooks/providers/index.ts'

export interface Program extends AsyncDisposable {
  readonly listener: RequestListener
  /** Starts what works by itself: queued jobs, and the socket to Slack where there is one. */
  start(): Promise<void>
  /** When and where the digest is posted. */
  digest(): Promise<DigestSettings>
  /** From now on `/readyz` says no. */
  drain(): void
}

export interface Surroundings {
  readonly log: Logger
  /** UTC milliseconds. */
  readonly now: () => number
  readonly random: () => number
  readonly fetch: typeof fetch
}

/** With `connectSlack`, the one place that knows every part. Parts get what they need as arguments and look nothing up. */
export async function createProgram(config: Config, surroundings: Surroundings): Promise<Program> {
  const { log, now, random, fetch } = surroundings
  await using resources = new AsyncDisposableStack()
  const database = resources.use(await openDatabase(config.databaseUrl, { erasureSecret: config.erasureKey }))
  const dayOf = createDayOf(config.timeZone)
  const refusals = resources.use(new Refusals({ database, dayOf, now, log }))

  const providers = createProviders({ fetch })
  const settings = healthSettings(config, providers)

  async function ownHealth(): Promise<Finding[]> {
    await refusals.flush()
    const slack = async () => [
      ...(await slackHealth({ ...config, digest: await digests.settings() }, { fetch, now })),
      ...channelFindings(await lastingTroubles(database, now())),
      ...(await alertRuleFindings(database, config.alertChannel)),
    ]
    return await health({ ...settings, database, dayOf, now: now(), slack })
  }

  const enriching = resources.use(
    enrichmentOnDemand({
      ...{ database, dayOf, now, random, fetch, log },
      settings: config.enrichment,
      publicUrl: config.publicUrl,
    }),
  )
  const { enrichment } = enriching
  const { on } = config.enrichment

  const imports = createImports({ database, dayOf, now, jobsFor: (ids) => importedJobs(ids, now()) })

  const wallClock = createWallClock(config.timeZone)
  const digests = createDigestDesk({
    ...{ database, dayOf, now },
    digest: config.digest,
    timeZone: config.timeZone,
    wallClock,
    sources: settings.sources,
    queued: () => worker.wake(),
  })

  const slack =
    config.slack &&
    connectSlack(config.slack, {
      ...{ database, dayOf, now, log, enrichment, imports },
      ...{ admins: config.admins, viewers: config.viewers },
      ...{ alertChannel: config.alertChannel, timeZone: config.timeZone, sources: settings.sources },
      enrichmentProviders: config.enrichment.providers.map(({ id }) => id),
      health: ownHealth,
      digests,
      fetch,
      enrichesImports: on.has('import'),
      jobsQueued: () => enricher.wake(),
      effectsQueued: () => worker.wake(),
      exportQueued: () => exporter.wake(),
      importQueued() {
        listChecker.wake()
        importer.wake()
      },
    })
  if (slack) resources.defer(() => slack.stop())

  const keepHouse = async () => {
    await imports.sweep()
    await forgetGivenUp(database, now())
    await goOnWithImports({ database, imports, now: now() }, slack ? goOnJob : undefined)
    listChecker.wake()
    importer.wake()
  }
  const handlers = {
    [HOUSEKEEPING]: housekeepingHandler({ database, keepHouse, now }),
    ...(slack
      ? { [FORGET_POSTS]: slack.forgetPosts, [CHANNEL_TROUBLE]: slack.tellTrouble, [DIGEST]: slack.digest }
      : {}),
    ...slack?.alerts,
  }
  const worker = new Worker({ database, handlers, owner: randomUUID(), now, random, sends: SENDING_KINDS, log })
  resources.defer(() => worker.stop())
  const digestTimer = createDigestTimer({
    ...{ database, wallClock, now, log },
    settings: digests.settings,
    queued: () => worker.wake(),
  })
  resources.defer(() => digestTimer.stop())
  // A worker of its own: enrichment waits for others, and no alert should wait for that.
  const enricher = new Worker({
    ...{ database, owner: randomUUID(), now, random, sends: SENDING_KINDS, log },
    handlers: {
      ...enrichmentHandlers({ database, enrichment, now }),
      ...(slack ? { [ENRICH_RUN]: slack.enrichRun } : {}),
    },
  })
  resources.defer(() => enricher.stop())
  // Nor should either wait for a file that is written.
  const exporter = new Worker({
    ...{ database, owner: randomUUID(), now, random, sends: SENDING_KINDS, log },
    handlers: slack ? { [EXPORT]: slack.exporter } : {},
  })
  resources.defer(() => exporter.stop())
  // A large list takes minutes, and those who wait to see what theirs would do need not wait for it.
  const listChecker = new Worker({
    ...{ database, owner: randomUUID(), now, random, sends: SENDING_KINDS, log },
    handlers: slack ? slack.imports.checks : {},
  })
  resources.defer(() => listChecker.stop())
  const importer = new Worker({
    ...{ database, owner: randomUUID(), now, random, sends: SENDING_KINDS, log },
    handlers: { ...slack?.imports.writes, [IMPORT_GO_ON]: goOnHandler(imports, now) },
  })
  resources.defer(() => importer.stop())

  const queue = createIngestQueue({
    database,
    dayOf,
    jobsFor: (event, contact) => enrichmentJobs(event, contact, on),
    alertsFor: async (tx, happenings, at) =>
      ALERT in handlers
        ? [
            ...(await alertJobs(tx, happenings, { now: at, hasChannel: config.alertChannel !== undefined })),
            ...(await followJobs(tx, happenings, at)),
          ]
        : [],
    jobsQueued() {
      worker.wake()
      enricher.wake()
    },
    log,
  })
  resources.defer(() => queue.settled())

  const metrics = config.metricsToken ? await createMetrics(config.metricsToken, database) : undefined
  let isDraining = false
  const http = new Hono()
  http.route(
    '/',
    createHealthApp({ checkDatabase: () => database.transaction(checkWrite), isDraining: () => isDraining }),
  )
  if (metrics) http.route('/', metrics.app)
  http.route(
    '/',
    createWebhookApp({
      providers,
      secrets: config.webhookSecrets,
      publicUrl: config.publicUrl,
      async ingest(delivery) {
        const result = await queue.add(delivery)
        metrics?.ingested(delivery.provider, result)
        return result
      },
      refused(provider, reason) {
        metrics?.refused(provider, reason)
        refusals.count(provider, reason)
      },
      misdirected: (provider, sender) => refusals.countMisdirected(provider, sender),
      now,
      log,
    }),
  )
  http.route('/', createCallbackApp({ called: enriching.called, wake: () => enricher.wake(), log }))
  // HTTP 1.0, which some balancers ask with, names no host; nothing here depends on it.
  const httpListener = getRequestListener(http.fetch, { hostname: 'localhost' })

  if (!(await erasureHealth(database)).isKnown) log.warn(ANOTHER_KEY)

  const owned = resources.move()
  return {
    listener: (request, response) => {
      if (slack?.listener && request.url?.startsWith(SLACK_PATH)) slack.listener(request, response)
      else void httpListener(request, response)
    },
    async start() {
      await takeBack(database, SENDING_KINDS, now())
      await keepHouse()
      const watches = slack ? watchJobs(await readKinds(database), now()) : []
      await database.transaction((tx) => enqueue(tx, [housekeepingJob(now()), ...watches], now()))
      worker.wake()
      enricher.wake()
      exporter.wake()
      await slack?.start()
      if (slack) digestTimer.start()
    },
    digest: digests.settings,
    drain() {
      isDraining = true
      // No new effects are begun while the last requests are answered; disposal waits for the running ones.
      enriching.stop()
      void digestTimer.stop()
      void worker.stop()
      void enricher.stop()
      void exporter.stop()
      void listChecker.stop()
      void importer.stop()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Loaded only where it is switched on: its package takes a part of the start-up for itself. */
async function createMetrics(token: string, database: Database) {
  const metrics = await import('./metrics.ts')
  return metrics.createMetrics({ token, jobCounts: () => jobCounts(database) })
}
