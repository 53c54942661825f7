import { campaignsView, campaignView } from '../../src/bot/views/campaign.ts'
import { companyView } from '../../src/bot/views/company.ts'
import { contactCardView } from '../../src/bot/views/contact-card.ts'
import { FOUND_A_PAGE, foundView } from '../../src/bot/views/found.ts'
import { homeView } from '../../src/bot/views/home.ts'
import { nearMissesView } from '../../src/bot/views/near-misses.ts'
import { groupView, statsView } from '../../src/bot/views/stats.ts'
import { campaignByName, recentCampaigns } from '../../src/core/campaign.ts'
import { companyOf } from '../../src/core/company.ts'
import { homeNumbers } from '../../src/core/home.ts'
import { LIFECYCLE } from '../../src/core/lifecycle.ts'
import { lookup } from '../../src/core/lookup.ts'
import { parseQuery } from '../../src/core/search/filter.ts'
import { searchContacts } from '../../src/core/search/search.ts'
import { suggest } from '../../src/core/search/suggest.ts'
import { groupStatistics, statistics } from '../../src/core/statistics.ts'
import type { Database } from '../../src/core/store/database.ts'
import { sql } from '../../src/core/store/drizzle.ts'
import { createDayOf } from '../../src/core/time.ts'
import { MAIL_CAMPAIGNS } from './crowd-mail.ts'
import { CROWD_NOW, OWNERS, RARE_CAMPAIGN, RARE_OWNER, TAGS } from './crowd-people.ts'

/** What commands are asked about. */
export interface Scene {
  readonly database: Database
  readonly random: () => number
  readonly known: readonly Known[]
}

interface Known {
  readonly email: string
  readonly domain: string
  readonly name: string
  readonly surname: string
  readonly words: readonly string[]
}

export interface Asked {
  readonly what: string
  readonly answer: () => Promise<unknown>
}

export interface BenchCommand {
  readonly name: string
  readonly samples: number
  /** Aims, in milliseconds. */
  readonly p50?: number
  readonly p99?: number
  /** What is asked the `n`th time. */
  readonly ask: (scene: Scene, n: number) => Asked | Promise<Asked>
}

const now = CROWD_NOW
const dayOf = createDayOf('UTC')
const ME = OWNERS[0] ?? ''

const KNOWN = 2000

export async function sceneOf(database: Database, people: number, random: () => number): Promise<Scene> {
  const known: Known[] = []
  while (known.length < KNOWN) {
    const id = 1 + Math.floor(random() * people)
    const [row] = await database.all(
      sql`select email, domain, name_key, surname_key, words from contacts join contact_words on contact_id = id where id = ${id}`,
    )
    if (!row) continue
    known.push({
      email: String(row.email),
      domain: String(row.domain),
      name: String(row.name_key ?? row.email),
      surname: String(row.surname_key ?? row.email),
      words: String(row.words).split(' '),
    })
  }
  return { database, random, known }
}

function someone({ known, random }: Scene): Known {
  return one(known, random)
}

function one<T>(values: readonly T[], random: () => number): T {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('there is nothing to choose from')
  return value
}

/** One letter of `word` is another one. */
function misspelt(word: string, random: () => number): string {
  const at = Math.floor(random() * word.length)
  return `${word.slice(0, at)}${one([...'aeinrstlo'], random)}${word.slice(at + 1)}`
}

function lookedUp({ database }: Scene, who: string): Asked {
  return {
    what: who,
    async answer() {
      const result = await lookup(database, who, now)
      return result.kind === 'found' ? contactCardView(result.card, { now }) : nearMissesView(who, result)
    },
  }
}

/** What people look up, the usual most often. */
const WHO: readonly ((scene: Scene) => string)[] = [
  (scene) => someone(scene).email,
  (scene) => someone(scene).email,
  (scene) => someone(scene).email,
  (scene) => someone(scene).name,
  (scene) => someone(scene).surname,
  (scene) => someone(scene).name.slice(0, 3),
  (scene) => someone(scene).domain,
  (scene) => misspelt(someone(scene).email.replace(/@.*/, ''), scene.random) + someone(scene).email.replace(/.*@/, '@'),
]

async function found({ database }: Scene, text: string, page = 1): Promise<Asked> {
  const query = parseQuery(text, { now, dayOf, me: ME })
  const options = { limit: FOUND_A_PAGE, now }
  let cursor: string | null = null
  for (let before = 1; before < page; before += 1) {
    const { next } = await searchContacts(database, query, { ...options, ...(cursor === null ? {} : { cursor }) })
    if (next === null) break
    cursor = next
  }
  const at = cursor === null ? {} : { cursor }
  return {
    what: `${text || '(everybody)'}${cursor === null ? '' : `, page ${page}`}`,
    answer: async () => foundView(text, await searchContacts(database, query, { ...options, ...at })),
  }
}

/** Words that one or very many have, whole and in part. */
const WORDS: readonly ((scene: Scene) => string)[] = [
  (scene) => one([...'abcdefghijklmnoprstuvwz'], scene.random),
  (scene) => one(someone(scene).words, scene.random).slice(0, 2),
  (scene) => one(someone(scene).words, scene.random).slice(0, 3),
  (scene) => one(someone(scene).words, scene.random).slice(0, 5),
  (scene) => one(someone(scene).words, scene.random),
  (scene) => one(someone(scene).words, scene.random),
  (scene) => someone(scene).name,
  (scene) => someone(scene).email,
  (scene) => someone(scene).words.slice(0, 3).join(' '),
  (scene) => one(['com', 'gmail', 'marketing', 'newsletter', 'manager sales', 'com director'], scene.random),
  (scene) => `${one(['gmail', 'com', 'mar', 'newsletter'], scene.random)} ${one(someone(scene).words, scene.random)}`,
]

/** Values of each filter, from those of five people to those of half of all. */
const FILTERS: readonly ((scene: Scene) => string)[] = [
  ({ random }) => `status:${one(LIFECYCLE, random)}`,
  (scene) => `domain:${one([someone(scene).domain, 'gmail.com', 'nobody.example'], scene.random)}`,
  ({ random }) => `tag:"${one([...TAGS, 'nobody has this'], random)}"`,
  ({ random }) => `owner:${one([...OWNERS, RARE_OWNER, RARE_OWNER, 'me', 'U0NOBODY'], random)}`,
  ({ random }) =>
    `campaign:"${one([one(MAIL_CAMPAIGNS, random).name, one(MAIL_CAMPAIGNS.slice(0, 5), random).name, RARE_CAMPAIGN, 'No such'], random)}"`,
  ({ random }) => `since:${one(['1d', '7d', '3m', '1y', '2026-05-31', '2026-05-20'], random)}`,
  ({ random }) => `score:${one(['>20', '>50', '>200', '<1', '5-10', '0', '>=1', '30.5'], random)}`,
  ({ random }) => `suppressed:${one(['yes', 'no'], random)}`,
]

function filters(scene: Scene, count: number): string {
  const chosen = new Set<(typeof FILTERS)[number]>()
  while (chosen.size < count) chosen.add(one(FILTERS, scene.random))
  return [...chosen].map((filter) => filter(scene)).join(' ')
}

function nth<T>(values: readonly T[], n: number): T {
  const value = values[n % values.length]
  if (value === undefined) throw new Error('there is nothing to choose from')
  return value
}

const SEARCH_P99 = 50

export const COMMANDS: readonly BenchCommand[] = [
  {
    ...{ name: 'lookup: address, name, domain, near miss', samples: 1600, p50: 2, p99: 10 },
    ask: (scene, n) => lookedUp(scene, nth(WHO, n)(scene)),
  },
  {
    ...{ name: 'type-ahead, letter by letter', samples: 1000, p99: 30 },
    ask(scene, n) {
      const { name, email, words } = someone(scene)
      const text = nth([name, email, words.slice(1, 3).join(' ')], n).slice(0, 1 + (n % 9))
      return { what: text, answer: () => suggest(scene.database, text, now) }
    },
  },
  {
    ...{ name: 'search: words', samples: 1100, p99: SEARCH_P99 },
    ask: (scene, n) => found(scene, nth(WORDS, n)(scene)),
  },
  {
    ...{ name: 'search: words that nobody has, near misses', samples: 200, p99: SEARCH_P99 },
    ask: (scene, n) =>
      found(
        scene,
        n % 3 === 0
          ? `${misspelt(someone(scene).name, scene.random)}qq`
          : misspelt(`${someone(scene).surname}x`, scene.random),
      ),
  },
  { name: 'list: everybody', samples: 100, p99: SEARCH_P99, ask: (scene, n) => found(scene, '', 1 + (n % 3)) },
  {
    ...{ name: 'list: one filter', samples: 800, p99: SEARCH_P99 },
    ask: (scene, n) => found(scene, nth(FILTERS, n)(scene)),
  },
  {
    ...{ name: 'list: two and three filters', samples: 800, p99: SEARCH_P99 },
    ask: (scene, n) => found(scene, filters(scene, 2 + (n % 2))),
  },
  {
    ...{ name: 'search: words and a filter', samples: 600, p99: SEARCH_P99 },
    ask: (scene, n) => found(scene, `${nth(WORDS, n)(scene)} ${filters(scene, 1)}`),
  },
  {
    ...{ name: 'search and list: second and tenth page', samples: 400, p99: SEARCH_P99 },
    ask: (scene, n) =>
      found(scene, n % 3 === 0 ? nth(WORDS, n / 3)(scene) : filters(scene, 1 + (n % 2)), n % 2 === 0 ? 2 : 10),
  },
  {
    ...{ name: 'stats', samples: 300, p99: 30 },
    ask({ database }, n) {
      const days = nth([7, 30, 90], n)
      return { what: `${days}d`, answer: async () => statsView(await statistics(database, days, dayOf(now))) }
    },
  },
  {
    ...{ name: 'stats of a campaign, a tag, or both', samples: 300, p99: 30 },
    ask({ database, random }, n) {
      const campaign = n % 3 === 0 ? null : one(MAIL_CAMPAIGNS, random).name
      const tag = n % 3 === 1 ? null : one(TAGS, random)
      return {
        what: `${campaign} ${tag}`,
        async answer() {
          const group = await groupStatistics(database, { days: 30, campaign, tag }, dayOf(now))
          return group && groupView(group)
        },
      }
    },
  },
  {
    ...{ name: 'campaign', samples: 400, p99: 30 },
    ask({ database }, n) {
      const { name } = nth(MAIL_CAMPAIGNS, n)
      const typed = n % 4 === 0 ? name.slice(0, -1) : name
      return { what: typed, answer: async () => campaignView(typed, await campaignByName(database, typed)) }
    },
  },
  {
    ...{ name: 'campaigns', samples: 100, p99: 30 },
    ask: ({ database }) => ({ what: '', answer: async () => campaignsView(await recentCampaigns(database, 10)) }),
  },
  {
    ...{ name: 'company', samples: 300 },
    ask(scene, n) {
      const { domain } = someone(scene)
      const typed = n % 5 === 0 ? `${domain.slice(0, -1)}x` : domain
      return { what: typed, answer: async () => companyView(await companyOf(scene.database, typed, now)) }
    },
  },
  {
    ...{ name: 'Home', samples: 200, p99: 50 },
    ask({ database, random }) {
      const userId = one([...OWNERS, RARE_OWNER, 'U0NOBODY'], random)
      return {
        what: userId,
        answer: async () => homeView({ ...(await homeNumbers(database, userId, { now, dayOf })), role: 'member' }),
      }
    },
  },
]
