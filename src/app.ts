import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'

import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'

import manifest from '../package.json' with { type: 'json' }
import { createBot } from './bot/app.ts'
import { createAudience } from './bot/channel-audience.ts'
import { realTime } from './bot/deadline.ts'
import { downloadFile } from './bot/download.ts'
import { createEnrichRunner } from './bot/enrich-runner.ts'
import { createExporter } from './bot/exporter.ts'
import { forgetPosts } from './bot/forget-posts.ts'
import type { AddedContact } from './bot/forms/add-contact.ts'
import { createGate } from './bot/gate.ts'
import { createHome } from './bot/home.ts'
import { createImportMessages } from './bot/import-messages.ts'
import { createImportRunner } from './bot/import-runner.ts'
import { createImporting } from './bot/importing.ts'
import { personExports } from './bot/person-exports.ts'
import { createSlackReceiver, SLACK_PATH } from './bot/receiver.ts'
import { createRoles } from './bot/roles.ts'
import { createSlackSender } from './bot/sender.ts'
import { slackHealth } from './bot/slack-health.ts'
import { createSlackState } from './bot/slack-state.ts'
import { createUploads, uploadFile } from './bot/upload.ts'
import { FOUND_A_PAGE } from './bot/views/found.ts'
import { replyAlertView } from './bot/views/reply-alert.ts'
import { addContact, type NewContact } from './core/add-contact.ts'
import { campaignByName, recentCampaigns, scopedStatistics } from './core/campaign.ts'
import { createContactChanges } from './core/changes/contact-changes.ts'
import { companyOf } from './core/company.ts'
import type { Config, SlackConfig } from './core/config.ts'
import { cardById } from './core/contact-card.ts'
import { contactsAt } from './core/contacts-at.ts'
import {
  ENRICH_RUN,
  enrichmentHandlers,
  enrichmentJobs,
  enrichRunJob,
  importedJobs,
  laterJob,
} from './core/enrichment/jobs.ts'
import { type EnrichmentOnDemand, enrichmentOnDemand } from './core/enrichment/on-demand.ts'
import type { ProviderId } from './core/enrichment/provider.ts'
import { ANOTHER_KEY, type Erasure, eraseContact, previewErasure, type Scrubbed } from './core/erasure/erase-contact.ts'
import { erasureHealth } from './core/erasure/erased-list.ts'
import { FORGET_POSTS, rememberPost } from './core/erasure/posts.ts'
import { exportFile } from './core/export/file.ts'
import { countMeant } from './core/export/meant.ts'
import { EXPORT, orderExport } from './core/export/orders.ts'
import { exportPerson } from './core/export-person.ts'
import type { Finding } from './core/finding.ts'
import { health, healthSettings } from './core/health.ts'
import { homeNumbers } from './core/home.ts'
import { createImports, type Imports } from './core/import/imports.ts'
import { goOnHandler, goOnJobs, IMPORT_GO_ON } from './core/import/jobs.ts'
import { createIngestQueue } from './core/ingest-queue.ts'
import type { NewJob } from './core/job.ts'
import type { Logger } from './core/logger.ts'
import { lookup } from './core/lookup.ts'
import { Refusals } from './core/refusals.ts'
import { createRefusedBlocks } from './core/refused-blocks.ts'
import { REPLY_ALERT, readReplyAlert, replyAlertJob } from './core/reply-alert.ts'
import { explainScore } from './core/score-explained.ts'
import { filteredIds, parseFilter, parseQuery } from './core/search/filter.ts'
import { searchContacts } from './core/search/search.ts'
import { suggest } from './core/search/suggest.ts'
import { statistics, statsChoices } from './core/statistics.ts'
import type { Database } from './core/store/database.ts'
import { enqueue, jobCounts } from './core/store/jobs.ts'
import { openDatabase } from './core/store/open.ts'
import { checkWrite } from './core/store/roll-ups.ts'
import { createDayOf, type DayOf } from './core/time.ts'
import { notesOf, timeline } from './core/timeline.ts'
import { type JobHandler, Worker } from './core/worker.ts'
import { createHealthApp } from './health.ts'
import { createWebhookApp } from './webhooks/app.ts'
import { createCallbackApp } from './webhooks/callback.ts'
import { createProviders } from './webhooks/providers/index.ts'

export interface Program extends AsyncDisposable {
  readonly listener: RequestListener
  /** Starts what works by itself: queued jobs, and the socket to Slack where there is one. */
  start(): Promise<void>
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

/** The one place that knows every part. Parts get what they need as arguments and look nothing up. */
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
    const slack = () => slackHealth(config, { fetch, now })
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

  const slack =
    config.slack &&
    connectSlack(config.slack, {
      ...{ database, dayOf, now, log, enrichment, imports },
      ...{ admins: config.admins, viewers: config.viewers },
      enrichmentProviders: config.enrichment.providers.map(({ id }) => id),
      health: ownHealth,
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

  const handlers = {
    ...(slack ? { [FORGET_POSTS]: slack.forgetPosts } : {}),
    ...(slack && config.alertChannel ? { [REPLY_ALERT]: slack.replyAlert(config.alertChannel) } : {}),
  }
  const worker = new Worker({ database, handlers, owner: randomUUID(), now, random, log })
  resources.defer(() => worker.stop())
  // A worker of its own: enrichment waits for others, and no alert should wait for that.
  const enricher = new Worker({
    ...{ database, owner: randomUUID(), now, random, log },
    handlers: {
      ...enrichmentHandlers({ database, enrichment, now }),
      ...(slack ? { [ENRICH_RUN]: slack.enrichRun } : {}),
    },
  })
  resources.defer(() => enricher.stop())
  // Nor should either wait for a file that is written.
  const exporter = new Worker({
    ...{ database, owner: randomUUID(), now, random, log },
    handlers: slack ? { [EXPORT]: slack.exporter } : {},
  })
  resources.defer(() => exporter.stop())
  // A large list takes minutes, and those who wait to see what theirs would do need not wait for it.
  const listChecker = new Worker({
    ...{ database, owner: randomUUID(), now, random, log },
    handlers: slack ? slack.imports.checks : {},
  })
  resources.defer(() => listChecker.stop())
  const importer = new Worker({
    ...{ database, owner: randomUUID(), now, random, log },
    handlers: { ...slack?.imports.writes, [IMPORT_GO_ON]: goOnHandler(imports, now) },
  })
  resources.defer(() => importer.stop())

  const queue = createIngestQueue({
    database,
    dayOf,
    jobsFor: (event, contact) => [
      ...(REPLY_ALERT in handlers ? replyAlertJob(event) : []),
      ...enrichmentJobs(event, contact, on),
    ],
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
  const httpListener = getRequestListener(http.fetch)

  if (!(await erasureHealth(database)).isKnown) log.warn(ANOTHER_KEY)

  const owned = resources.move()
  return {
    listener: (request, response) => {
      if (slack?.listener && request.url?.startsWith(SLACK_PATH)) slack.listener(request, response)
      else void httpListener(request, response)
    },
    async start() {
      await imports.sweep()
      const jobs = await goOnJobs(imports)
      if (jobs.length > 0) await database.transaction((tx) => enqueue(tx, jobs, now()))
      worker.wake()
      enricher.wake()
      exporter.wake()
      listChecker.wake()
      importer.wake()
      await slack?.start()
    },
    drain() {
      isDraining = true
      // No new effects are begun while the last requests are answered; disposal waits for the running ones.
      enriching.stop()
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

const CAMPAIGNS_SHOWN = 10

const { version: VERSION } = manifest

/** Somebody waits for the answer. */
const SHORT_PATIENCE_MS = 5_000

/** What an admin who was mistaken, or somebody at their keyboard, can do before others notice. */
const ERASED_AN_HOUR = 5
const EXPORTED_AN_HOUR = 5

interface SlackDeps extends Pick<Config, 'admins' | 'viewers'> {
  readonly database: Database
  readonly dayOf: DayOf
  readonly health: () => Promise<readonly Finding[]>
  readonly enrichment: EnrichmentOnDemand['enrichment']
  /** Those that are switched on. */
  readonly enrichmentProviders: readonly ProviderId[]
  readonly imports: Imports
  /** Whether who comes in by an import is enriched unless somebody says otherwise. */
  readonly enrichesImports: boolean
  readonly jobsQueued: () => void
  /** The same for jobs of the other worker. */
  readonly effectsQueued: () => void
  readonly exportQueued: () => void
  readonly importQueued: () => void
  readonly fetch: typeof fetch
  readonly now: () => number
  readonly log: Logger
}

function connectSlack(
  { botToken: token, transport, apiUrl }: SlackConfig,
  {
    admins,
    viewers,
    database,
    dayOf,
    health,
    enrichment,
    enrichmentProviders,
    imports,
    enrichesImports,
    jobsQueued,
    effectsQueued,
    exportQueued,
    importQueued,
    fetch,
    now,
    log,
  }: SlackDeps,
) {
  const api = apiUrl ? { apiUrl } : {}
  const { receiver, ...connection } = createSlackReceiver({ ...transport, ...api, now, log })
  const sender = createSlackSender({ token, ...api, now })
  const roles = createRoles({
    admins: new Set(admins),
    viewers: new Set(viewers),
    person: sender.person,
    team: async () => (await sender.checkAuth()).teamId,
    after: realTime,
    now,
    log,
  })
  const gate = createGate({ standing: roles.standing, admins, log })

  async function add(address: string, by: string, profile?: NewContact): Promise<AddedContact> {
    const options = { by, now: now(), dayOf, ...(profile ? { profile } : {}) }
    const { id, isNew } = await addContact(database, address, options)
    const card = await cardById(database, id, now())
    if (!card) throw new Error('a contact that was just added is gone')
    return { isNew, card }
  }

  async function queue(job: NewJob): Promise<void> {
    await database.transaction((tx) => enqueue(tx, [job], now()))
    jobsQueued()
  }

  const meant = (filter: string, by: string) =>
    filteredIds(database, parseFilter(filter, { now: now(), dayOf, me: by }))

  const asked = (text: string, by: string) => parseQuery(text, { now: now(), dayOf, me: by })

  async function erase(address: string, by: string): Promise<Erasure & Scrubbed> {
    const erasure = await eraseContact(database, address, { by, now: now(), dayOf, mostAnHour: ERASED_AN_HOUR })
    effectsQueued()
    return erasure
  }

  const numbers = (days: number) => statistics(database, days, dayOf(now()))
  const showHome = createHome({
    read: (userId) => homeNumbers(database, userId, { now: now(), dayOf }),
    publish: sender.publishHome,
    admit: gate.admitUser,
    log,
  })
  const uploads = createUploads({ sender, ...api, log })
  const importMessages = createImportMessages({ sender, keep: imports.setMessage, log })
  async function queueImport(job: NewJob): Promise<void> {
    await database.transaction((tx) => enqueue(tx, [job], now()))
    importQueued()
  }
  createBot({
    receiver,
    gate,
    personChanged: roles.changed,
    token,
    ...api,
    log,
    lookup: (who) => lookup(database, who, now()),
    cardById: (id) => cardById(database, id, now()),
    changes: createContactChanges({ database, dayOf, now }),
    addContact: async (address, by) => (await add(address, by)).card,
    enrichContact: (id, { again }) => enrichment.enrichContact(id, { again, patienceMs: SHORT_PATIENCE_MS }),
    estimateEnrichment: (filter, by) => enrichment.estimate(meant(filter, by)),
    async startEnrichment(order) {
      await queue(enrichRunJob({ ...order, id: randomUUID() }))
    },
    enrichmentProviders,
    now,
    company: (who) => companyOf(database, who, now()),
    campaigns: () => recentCampaigns(database, CAMPAIGNS_SHOWN),
    campaign: (name) => campaignByName(database, name),
    suggest: (typed) => suggest(database, typed, now()),
    contactsAt: (addresses) => contactsAt(database, addresses, now()),
    person: sender.person,
    search: ({ text, cursor }, by) =>
      searchContacts(database, asked(text, by), {
        ...{ limit: FOUND_A_PAGE, now: now() },
        ...(cursor === undefined ? {} : { cursor }),
      }),
    countExport: (text, by) => countMeant(database, asked(text, by)),
    async orderExport({ contacts, ...order }) {
      await orderExport(database, order, { contacts, id: randomUUID(), now: now(), mostAnHour: EXPORTED_AN_HOUR })
      exportQueued()
    },
    addNewContact: (address, profile, by) => add(address, by, profile),
    previewErasure: (who) => previewErasure(database, who),
    eraseContact: erase,
    statistics: numbers,
    groupStatistics: (scope) => scopedStatistics(database, scope, dayOf(now())),
    statsChoices: (most) => statsChoices(database, most),
    refusedBlocks: createRefusedBlocks({ database, now, version: VERSION }),
    health,
    importing: createImporting({ imports, messages: importMessages, queue: queueImport }),
    enrichesImports,
    timeline: (id, options) => timeline(database, id, options),
    notes: (id, options) => notesOf(database, id, options),
    explainScore: (id, limit) => explainScore(database, id, { now: now(), limit }),
    startExport: personExports({
      uploads,
      exportPerson: (id, by) => exportPerson(database, id, { by, now: now() }),
    }),
    showHome,
  })

  const { channel: channelState } = createSlackState({ token, apiUrl, fetch, now })
  const audienceOf = createAudience({ channel: channelState, now, log })
  const replyAlert =
    (channel: string): JobHandler =>
    async (payload, { id }) => {
      const alert = await readReplyAlert(database, payload, now())
      if (!alert) return
      const audience = await audienceOf(channel)
      const { contact } = alert
      const posted = await sender.post({ ...replyAlertView(alert, audience), channel, key: id })
      await rememberPost(database, { ...posted, contactId: contact.id, kind: REPLY_ALERT }, now())
    }

  const enrichRun = createEnrichRunner({
    sender,
    enrich: ({ filter, by }, options) => enrichment.enrichBatch(meant(filter, by), options),
    estimate: ({ filter, by }) => enrichment.estimate(meant(filter, by)),
    tryLater: (later) => queue(laterJob(later)),
    now,
    log,
  })

  const exporter = createExporter({
    ...{ sender, ...api, gate, dayOf, now, log },
    count: ({ text, by }) => countMeant(database, asked(text, by)),
    write: ({ text, by, format }, options) =>
      exportFile(database, asked(text, by), { format, profile: 'spreadsheet', bom: true, ...options }),
  })

  const importRunner = createImportRunner({
    imports,
    messages: importMessages,
    queue: queueImport,
    download: (file) => downloadFile(file, { token, ...api }),
    updateView: sender.updateView,
    upload: (file, channel) => uploadFile(file, channel, { sender, ...api, log }),
    costOf: (people) => enrichment.estimateNew(people),
    async changed(userId) {
      jobsQueued()
      await showHome(userId, 'acted')
    },
    now,
    log,
  })

  return {
    ...connection,
    enrichRun,
    exporter,
    imports: importRunner,
    forgetPosts: forgetPosts({ sender, log }),
    async stop() {
      await connection.stop()
      await uploads.settled()
    },
    replyAlert,
  }
}
