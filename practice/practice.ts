import { Clock } from './clock.ts'
import type { PracticeParts } from './contract.ts'
import { createEmailTools, type EmailTools } from './email/index.ts'
import { type EnrichmentApis, startEnrichmentApis } from './enrichment/index.ts'
import { Exchanges } from './exchanges.ts'
import { startPageServer } from './page-server.ts'
import { aHome, type Home, type RunningProgram, startProgram } from './program.ts'
import { PRACTICE_CONTACTS } from './samples/contacts.ts'
import { latestDeliveries, sampleMails } from './samples/history.ts'
import { loadSamples } from './samples/load.ts'
import { SAMPLE_PEOPLE } from './samples/people.ts'
import { type Slack, startSlack } from './slack/index.ts'

export interface Practice extends AsyncDisposable {
  /** The page to open. */
  readonly url: string
  readonly program: RunningProgram
  readonly slack: Slack
  readonly tools: EmailTools
  readonly enrichment: EnrichmentApis
  readonly home: Home
}

export interface PracticeOptions {
  /** Of the page; 0 takes a free one. */
  readonly port: number
  /** Whether the sample people and their history are loaded first. */
  readonly withSamples: boolean
  /** The time of this computer, UTC milliseconds: the workspace can be moved ahead of it. */
  readonly now: () => number
}

/**
 * The real program on a temporary database, and everything that it usually talks to on this
 * computer: Slack, e-mail tools, enrichment APIs. Throws with a sentence when the port is taken or
 * the program does not start.
 */
export async function startPractice({ port, withSamples, now: computer }: PracticeOptions): Promise<Practice> {
  await using resources = new AsyncDisposableStack()
  const listeners = new Set<() => void>()
  const changed = () => {
    for (const listener of listeners) listener()
  }
  const clock = new Clock(computer)
  const now = () => clock.now()
  const exchanges = new Exchanges(changed, now)
  const slack = resources.use(await startSlack({ exchanges, now, rateLimits: true, problems: 'keep' }))
  const enrichment = resources.use(await startEnrichmentApis({ exchanges, people: SAMPLE_PEOPLE, now }))
  const program: { url: string } = { url: '' }
  const tools = createEmailTools({
    program,
    exchanges,
    now,
    people: SAMPLE_PEOPLE,
    known: withSamples ? sampleMails(now()) : [],
  })
  const home = resources.use(
    aHome({
      ...tools.env,
      ...enrichment.env,
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.botToken,
    }),
  )
  // Without alerts, which would tell of six weeks of replies at once, and without asking about everybody in them.
  if (withSamples) {
    const past = { ...home, env: { ...home.env, ENRICH_ON: 'never' } }
    await using quiet = await startProgram(past)
    program.url = quiet.url
    await loadSamples({ home: past, program, now })
    await quiet.stop()
  }
  const running = resources.use(
    await startProgram({ ...home, env: { ...home.env, ...settingsOf(slack) } }, { hasMovableClock: true }),
  )
  program.url = running.url
  slack.connect(running.slack)
  if (withSamples) for (const delivery of latestDeliveries(now())) await tools.deliver(delivery)

  const parts: PracticeParts = {
    state: () => ({
      screen: slack.screen(),
      tools: tools.tools,
      contacts: withSamples ? PRACTICE_CONTACTS : [],
      enrichment: enrichment.apis,
      exchanges: exchanges.summaries(),
      clock: { aheadMs: clock.aheadMs },
    }),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    act: (act) => slack.act(act),
    options: (query) => slack.options(query),
    addFile: (file) => slack.addFile(file),
    file: (id) => slack.file(id),
    email: (act) => tools.act(act),
    setMood(api, mood) {
      const outcome = enrichment.setMood(api, mood)
      changed()
      return outcome
    },
    exchange: (id) => exchanges.get(id),
    async moveClock(move) {
      // First here: what the program does on waking up is answered as late as it is.
      clock.move(move)
      try {
        await running.setAhead(clock.aheadMs)
        return { ok: true }
      } catch {
        return { ok: false, problem: 'Touchpoint has ended. Start it again with npm run demo.' }
      } finally {
        changed()
      }
    },
  }
  slack.onChange(changed)
  const page = resources.use(await startPageServer({ parts, port }))

  const owned = resources.move()
  return {
    ...{ url: page.url, program: running, slack, tools, enrichment, home },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** What a team would set: the person who looks may do everything, and every day has its digest. */
function settingsOf(slack: Slack): Readonly<Record<string, string>> {
  const sales = slack.channel('sales').id
  return {
    CRM_ADMINS: slack.screen().me.id,
    CRM_ALERT_CHANNEL: sales,
    CRM_DIGEST_CHANNEL: sales,
    CRM_DIGEST_DAYS: 'daily',
    CRM_TIME_ZONE: Intl.DateTimeFormat().resolvedOptions().timeZone,
  }
}
