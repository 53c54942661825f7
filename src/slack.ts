import { randomUUID } from 'node:crypto'
import manifest from '../package.json' with { type: 'json' }
import { alertNotices } from './bot/alert-notices.ts'
import { createAlertDelivery } from './bot/alerts/delivery.ts'
import { createBot } from './bot/app.ts'
import type { Message } from './bot/blocks.ts'
import { createAudience } from './bot/channel-audience.ts'
import { NOBODY_CAN_BE_TOLD } from './bot/channel-refusals.ts'
import { realTime } from './bot/deadline.ts'
import { delivering } from './bot/delivering.ts'
import { createDigestPoster } from './bot/digest.ts'
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
import type { ProgressPace } from './bot/paced-message.ts'
import { personExports } from './bot/person-exports.ts'
import { createSlackReceiver } from './bot/receiver.ts'
import { createRoles } from './bot/roles.ts'
import { createSlackSender } from './bot/sender.ts'
import { createSlackState } from './bot/slack-state.ts'
import { tellTrouble } from './bot/tell-trouble.ts'
import { createUploads, uploadFile } from './bot/upload.ts'
import { digestView } from './bot/views/digest.ts'
import { FOUND_A_PAGE } from './bot/views/found.ts'
import { addContact, type NewContact } from './core/add-contact.ts'
import { createAlerts } from './core/alerts/alerts.ts'
import { createAlertChoices } from './core/alerts/choices.ts'
import { ALERT_NOTICE, ALERT_WATCH, tellElsewhere, type WatchDeps, watchHandler } from './core/alerts/notices.ts'
import { createAlertSettings } from './core/alerts/settings.ts'
import { knownNames, suggestCampaigns, suggestTags } from './core/alerts/suggest-names.ts'
import { campaignByName, recentCampaigns, scopedStatistics } from './core/campaign.ts'
import { createContactChanges } from './core/changes/contact-changes.ts'
import { createChannelTroubles } from './core/channel-troubles.ts'
import { companyOf } from './core/company.ts'
import { type Config, isTimeZone, type SlackConfig } from './core/config.ts'
import { cardById } from './core/contact-card.ts'
import { contactsAt } from './core/contacts-at.ts'
import type { DigestDesk } from './core/digest/desk.ts'
import { enrichRunJob, laterJob } from './core/enrichment/jobs.ts'
import type { EnrichmentOnDemand } from './core/enrichment/on-demand.ts'
import type { ProviderId } from './core/enrichment/provider.ts'
import { type Erasure, eraseContact, previewErasure, type Scrubbed } from './core/erasure/erase-contact.ts'
import { exportFile } from './core/export/file.ts'
import { countMeant } from './core/export/meant.ts'
import { orderExport } from './core/export/orders.ts'
import { exportPerson } from './core/export-person.ts'
import type { Finding } from './core/finding.ts'
import { homeNumbers } from './core/home.ts'
import type { Imports } from './core/import/imports.ts'
import type { NewJob } from './core/job.ts'
import type { Logger } from './core/logger.ts'
import { lookup } from './core/lookup.ts'
import { createRefusedBlocks } from './core/refused-blocks.ts'
import { explainScore } from './core/score-explained.ts'
import { filteredIds, parseFilter, parseQuery } from './core/search/filter.ts'
import { searchContacts } from './core/search/search.ts'
import { suggest } from './core/search/suggest.ts'
import { sendAgain } from './core/send-again.ts'
import { statistics, statsChoices } from './core/statistics.ts'
import type { Database } from './core/store/database.ts'
import { enqueue, enqueueAnew, isQueued } from './core/store/jobs.ts'
import type { DayOf } from './core/time.ts'
import { notesOf, timeline } from './core/timeline.ts'

const CAMPAIGNS_SHOWN = 10
const NAMES_SUGGESTED = 20

const { version: VERSION } = manifest

/** Somebody waits for the answer. */
const SHORT_PATIENCE_MS = 5_000

/** What an admin who was mistaken, or somebody at their keyboard, can do before others notice. */
const ERASED_AN_HOUR = 5
const EXPORTED_AN_HOUR = 5

interface SlackDeps
  extends Pick<Config, 'admins' | 'viewers' | 'alertChannel' | 'timeZone'>,
    Pick<WatchDeps, 'sources'> {
  readonly database: Database
  readonly dayOf: DayOf
  readonly health: () => Promise<readonly Finding[]>
  readonly digests: DigestDesk
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

/** What runs only where Slack is connected: the half of the composition root that knows the bot. */
export function connectSlack(
  { botToken: token, transport, apiUrl }: SlackConfig,
  {
    admins,
    viewers,
    alertChannel,
    timeZone,
    sources,
    database,
    dayOf,
    health,
    digests,
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
  const refusedBlocks = createRefusedBlocks({ database, now, version: VERSION })
  const bare = createSlackSender({ token, ...api, refusedBlocks, now })
  const canTell = (code: string) => admins.length > 0 && code !== NOBODY_CAN_BE_TOLD
  const troubles = createChannelTroubles({ database, canTell, jobsQueued: effectsQueued, now })
  const roles = createRoles({
    admins: new Set(admins),
    viewers: new Set(viewers),
    person: bare.person,
    team: async () => (await bare.checkAuth()).teamId,
    after: realTime,
    now,
    log,
  })
  const sender = delivering(bare, { troubles, standing: roles.standing, log })
  const tester = delivering(bare, {
    ...{ standing: roles.standing, log },
    troubles: { ...troubles, async refused() {} },
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
  const { channel: channelState } = createSlackState({ token, apiUrl, fetch, now })
  const audienceOf = createAudience({ channel: channelState, now, log })
  const alertSettings = createAlertSettings({ database, channel: alertChannel ?? null })
  const alertChoices = createAlertChoices({
    ...{ database, channel: alertChannel ?? null, now },
    jobsQueued: effectsQueued,
  })
  const watch: WatchDeps = { database, sources, channel: alertChannel ?? null, dayOf, now }
  const alerts = createAlerts({ database, settings: alertSettings, timeZone, now })
  const alertDelivery = createAlertDelivery({ alerts, sender, audienceOf, jobsQueued: effectsQueued, log })
  const uploads = createUploads({ sender, ...api, log })
  const pace: ProgressPace = new Map()
  const importMessages = createImportMessages({ sender, keep: imports.setMessage, log })
  async function queueImport(job: NewJob): Promise<boolean> {
    const isNew = await database.transaction((tx) => enqueueAnew(tx, job, now()))
    importQueued()
    return isNew
  }
  createBot({
    receiver,
    gate,
    async personChanged(userId, zone) {
      roles.changed(userId)
      if (zone && isTimeZone(zone)) await alertChoices.moved(userId, zone)
    },
    token,
    ...api,
    log,
    lookup: (who) => lookup(database, who, now()),
    cardById: (id) => cardById(database, id, now()),
    changes: createContactChanges({ database, dayOf, now, jobsQueued: effectsQueued }),
    standing: roles.standing,
    alerts,
    showAlert: alertDelivery.showNow,
    alertChoices,
    timeZone,
    suggestCampaigns: (typed) => suggestCampaigns(database, typed, NAMES_SUGGESTED),
    suggestTags: (typed) => suggestTags(database, typed, NAMES_SUGGESTED),
    knownNames: () => knownNames(database),
    timeZoneOf: async (userId) => (await sender.person(userId))?.tz ?? null,
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
    refusedBlocks,
    health,
    digests,
    channelState,
    post: sender.post,
    postTest: tester.post,
    async sendAgain(by) {
      const count = await sendAgain(database, { by, now: now() })
      effectsQueued()
      return count
    },
    importing: createImporting({
      imports,
      messages: importMessages,
      queue: queueImport,
      isQueued: (id) => isQueued(database, id),
    }),
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

  async function shownAnew(channel: string, ts: string): Promise<Message | undefined> {
    const digest = await digests.posts.at(channel, ts)
    return digest && digestView(digest, await audienceOf(channel))
  }

  const enrichRun = createEnrichRunner({
    sender,
    enrich: ({ filter, by }, options) => enrichment.enrichBatch(meant(filter, by), options),
    estimate: ({ filter, by }) => enrichment.estimate(meant(filter, by)),
    tryLater: (later) => queue(laterJob(later)),
    pace,
    now,
    log,
  })

  const exporter = createExporter({
    ...{ sender, ...api, gate, dayOf, pace, now, log },
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
    pace,
    now,
    log,
  })

  return {
    ...connection,
    enrichRun,
    exporter,
    imports: importRunner,
    forgetPosts: forgetPosts({ sender, shownAnew, log }),
    digest: createDigestPoster({
      ...{ sender, audienceOf, now, log },
      posts: digests.posts,
      read: digests.read,
      channel: async () => (await digests.settings()).channel,
    }),
    alerts: {
      ...alertDelivery.handlers,
      [ALERT_WATCH]: watchHandler(watch),
      [ALERT_NOTICE]: alertNotices({
        sender,
        tellElsewhere: (id, order) => tellElsewhere(watch, id, order),
        jobsQueued: effectsQueued,
        log,
      }),
    },
    tellTrouble: tellTrouble({ sender: tester, troubles, admins, log }),
    async stop() {
      await connection.stop()
      await uploads.settled()
    },
  }
}
