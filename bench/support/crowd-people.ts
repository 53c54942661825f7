import { mulberry32 } from '../../practice/samples/random.ts'
import { bareContact } from '../../src/core/import/bare-contact.ts'
import type { InterchangeContact } from '../../src/core/interchange.ts'
import type { DataStatus, Decision } from '../../src/core/lifecycle.ts'
import { mailTo } from './crowd-mail.ts'

/** The moment that everything in the crowd happened before, UTC milliseconds. */
export const CROWD_NOW = Date.UTC(2026, 5, 1, 9)

const DAY_MS = 24 * 60 * 60_000
const HISTORY_DAYS = 730

const FIRST_NAMES =
  'James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen Christopher Lisa Daniel Nancy Matthew Sandra Anthony Betty Mark Ashley Donald Emily Steven Kimberly Andrew Margaret Paul Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Melissa Stefan Anna Lukas Élodie François Zoë José Łukasz Søren Jürgen Priya Rahul Yuki Mei Omar Fatima Aisha Chen Olga Ivan'.split(
    ' ',
  )
const SURNAMES =
  'Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Dubois Laurent Rossi Ferrari Novák Kowalski Nielsen Hansen Johansson Lindqvist Tanaka Suzuki Wang Li Zhang Singh Kumar Patel Khan Ali'.split(
    ' ',
  )
const SYLLABLES =
  'ba be bra ca cor da del dra el fa fen ga gra hal in jor ka kel lan lor ma mar mel na nor o pel qui ra ran ros sa sel ta tor ul va ven vi wen xan yor za zen'.split(
    ' ',
  )
const RANKS = 'Chief Head Director VP Manager Senior Lead Junior Principal Associate'.split(' ')
const WORK =
  'Marketing|Sales|Engineering|Operations|Finance|Product|Design|Customer Success|People|Data|Procurement|Legal|Security|Logistics'.split(
    '|',
  )
const KINDS = 'Labs Systems Group Logistics Health Energy Foods Software Partners Studio Bank Media'.split(' ')
const ENDINGS = ['com', 'com', 'com', 'com', 'io', 'de', 'co.uk', 'fr', 'net', 'org']
const FREE_MAIL = [
  'gmail.com',
  'gmail.com',
  'gmail.com',
  'gmail.com',
  'outlook.com',
  'outlook.com',
  'yahoo.com',
  'hotmail.com',
  'icloud.com',
  'gmx.de',
]

/** Tags by the share of people who have them; `SOLD_OUT` and its like are for five people at any size. */
const COMMON_TAGS: readonly (readonly [tag: string, share: number])[] = [
  ['newsletter', 0.5],
  ['Trade fair', 0.2],
  ['customer', 0.1],
  ['webinar-2025', 0.05],
  ['partner', 0.02],
  ['VIP', 0.005],
  ['press', 0.001],
]
const RARE_TAGS = ['board', 'beta-tester', 'sold out', 'speaker', 'Investor']
const FEW = 5

export const RARE_TAG = 'board'
export const RARE_OWNER = 'U0RARE'
export const RARE_CAMPAIGN = 'Pilot customers'
export const OWNERS = Array.from({ length: 20 }, (_, n) => `U0OWNER${String(n).padStart(2, '0')}`)
export const TAGS = [...COMMON_TAGS.map(([tag]) => tag), ...RARE_TAGS]

/** What stays the same while people are made up. */
export interface Crowd {
  readonly people: number
  readonly random: () => number
  /** Addresses that are taken. */
  readonly taken: Set<string>
}

export function crowdOf(people: number, seed: number): Crowd {
  return { people, random: mulberry32(seed), taken: new Set() }
}

/** One of `values`, the first ones far more often: what people have in common is never spread evenly. */
export function skewed<T>(values: readonly T[], random: () => number, power = 2): T {
  const value = values[Math.floor(values.length * random() ** power)]
  if (value === undefined) throw new Error('there is nothing to choose from')
  return value
}

/** Person number `n` with their whole history. They are made in the order of their numbers. */
export function personOf(n: number, crowd: Crowd): InterchangeContact {
  const { people, random, taken } = crowd
  const firstName = skewed(FIRST_NAMES, random, 1.5)
  const lastName = random() < 0.6 ? skewed(SURNAMES, random, 1.5) : word(random, 2 + Math.floor(random() * 2))
  const company = random() < 0.75 ? companyOf(people, random) : null
  const domain = company?.domain ?? skewed(FREE_MAIL, random, 1)
  const email = addressOf(firstName, lastName, domain, taken)
  const createdAt = Math.round(CROWD_NOW - HISTORY_DAYS * DAY_MS * (1 - n / people) ** 1.5 - 60_000)
  // Every so many, as many people at any size.
  const isFew = (nth: number) => n % Math.max(1, Math.floor(people / FEW)) === nth
  const isKnown = random() < 0.8
  const title = random() < 0.7 ? `${skewed(RANKS, random, 1)} ${skewed(WORK, random, 1.3)}` : null
  const isEnriched = random() < 0.3
  const mail = mailTo({ n, email, now: CROWD_NOW, random })
  return {
    ...bareContact(email),
    status: statusOf(random),
    ...(isKnown ? { firstName, lastName } : {}),
    company: random() < 0.5 ? (company?.name ?? null) : null,
    title: isEnriched ? null : title,
    owner: isFew(1) ? RARE_OWNER : random() < 0.4 ? skewed(OWNERS, random) : null,
    tags: [
      ...COMMON_TAGS.filter(([, share]) => random() < share).map(([tag]) => tag),
      ...RARE_TAGS.filter((_, nth) => isFew(10 + nth)),
    ],
    sourceCampaign: isFew(2) ? RARE_CAMPAIGN : random() < 0.6 ? mail.firstCampaign : null,
    claims: isEnriched
      ? {
          ...(company ? { companyName: { apollo: { value: company.name, at: createdAt } } } : {}),
          jobTitle: { apollo: { value: title ?? 'Owner', at: createdAt } },
          linkedinUrl: { apollo: { value: `https://www.linkedin.com/in/person-${n}`, at: createdAt } },
        }
      : {},
    emailEvidence: random() < 0.2 ? { status: 'valid', source: 'hunter', at: createdAt } : null,
    createdAt,
    updatedAt: createdAt,
    events: mail.events,
  }
}

function statusOf(random: () => number): DataStatus | Decision {
  const chance = random()
  return chance < 0.01 ? 'converted' : chance < 0.015 ? 'disqualified' : 'new'
}

function word(random: () => number, syllables: number): string {
  const letters = Array.from({ length: syllables }, () => skewed(SYLLABLES, random, 1)).join('')
  return letters.charAt(0).toUpperCase() + letters.slice(1)
}

/** The same number always is the same company; the largest has a quarter of a percent of everybody. */
function companyOf(people: number, random: () => number) {
  const nth = Math.floor(Math.max(1, people / 12) * random() ** 2)
  const own = mulberry32(nth * 7919 + 17)
  const stem = `${word(own, 2)}${word(own, 1 + (nth % 2)).toLowerCase()}`
  const name = `${stem} ${skewed(KINDS, own, 1)}`
  const ending = skewed(ENDINGS, own, 1)
  return { name, domain: `${stem.toLowerCase()}${nth % 89 === 0 ? '' : (nth % 97).toString(36)}.${ending}` }
}

function addressOf(firstName: string, lastName: string, domain: string, taken: Set<string>): string {
  const local = `${firstName}.${lastName}`
    .normalize('NFKD')
    .replace(/[^A-Za-z.]/g, '')
    .toLowerCase()
  for (let n = 0; ; n += 1) {
    const email = `${local}${n === 0 ? '' : n}@${domain}`
    if (taken.has(email)) continue
    taken.add(email)
    return email
  }
}
