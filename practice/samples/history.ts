import { CONFIRMATIONS } from '../email/campaigns.ts'
import { deviceOf } from '../email/devices.ts'
import { numberOf, uuidOf } from '../email/ids.ts'
import type { KnownMail } from '../email/index.ts'
import { partOf, requestOf, requestsOf } from '../email/request.ts'
import type { Happening, SentMail, Unsigned } from '../email/tool.ts'
import { genericRequest } from '../email/tools/generic.ts'
import { toolById } from '../email/tools/index.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, workingDaysBefore } from './calendar.ts'
import { personAt, SAMPLE_PEOPLE, type SamplePerson } from './people.ts'
import { mulberry32 } from './random.ts'
import { ENDINGS, type Ending, LATEST, MAILINGS, type Mailing, NOT_WRITTEN_TO, VISITS, type Visit } from './stories.ts'

/** A request of an e-mail tool, to be signed and posted. */
export interface SampleDelivery extends Unsigned {
  readonly tool: string
}

/** Something that happened to a mail at `at`, as `tool` reports it. */
interface Told {
  readonly tool: string
  /** The tool that sent the mail, where another one reports what became of it. */
  readonly sender: string
  readonly happening: Happening
  readonly mail: SentMail
  readonly at: number
  readonly isFirst: boolean
  readonly words: string
}

/**
 * Six weeks of two campaigns up to the day before `now` (UTC milliseconds), in the order of time:
 * always the same people and events, on other days.
 */
export function sampleDeliveries(now: number): SampleDelivery[] {
  const timed = [
    ...packed(mailHistory(now)),
    ...VISITS.map((visit) => ({ at: timeOf(visit, now), delivery: visitDelivery(visit, now) })),
  ]
  return timed.toSorted((a, b) => a.at - b.at).map(({ delivery }) => delivery)
}

/** What comes in on the morning of `now`: two answers that nobody has seen yet. */
export function latestDeliveries(now: number): SampleDelivery[] {
  return LATEST.map(({ person, mailbox, minutesAgo, words }) => {
    const mailing = mailingOf(personAt(person))
    if (!mailing) throw new Error(`nobody wrote to ${person}`)
    const mail = mailOf(mailing, personAt(person), mailing.workingDaysAgo.length, now)
    const at = now - minutesAgo * MINUTE_MS
    return single({ tool: mailbox, sender: mailing.tool, happening: 'replied', mail, at, isFirst: true, words })
  })
}

/** The last mail of each tool to each person, so that what happens from now on belongs to it. */
export function sampleMails(now: number): KnownMail[] {
  const told = mailHistory(now).filter(({ tool, sender }) => tool === sender)
  const byMail = Map.groupBy(told, ({ mail }) => mail.id).values()
  return [...byMail].flatMap((events) => {
    const [first] = events
    return first ? [{ tool: first.tool, mail: first.mail, told: events.map(({ happening }) => happening) }] : []
  })
}

function mailHistory(now: number): Told[] {
  const campaigns = SAMPLE_PEOPLE.flatMap((person) => {
    const mailing = mailingOf(person)
    return mailing ? [...campaignStory(mailing, person, now)] : []
  })
  const confirmations = VISITS.flatMap((visit) => [...confirmationStory(visit, now)])
  return [...campaigns, ...confirmations].toSorted((a, b) => a.at - b.at)
}

function mailingOf(person: SamplePerson): Mailing | undefined {
  if (NOT_WRITTEN_TO.includes(localPart(person))) return undefined
  return MAILINGS.find(({ companies }) => companies.includes(person.company.domain))
}

function localPart({ email }: SamplePerson): string {
  return email.slice(0, email.indexOf('@'))
}

/** In the first hour and a half of the working day. */
function mailOf(
  { campaign, workingDaysAgo }: Mailing,
  { email, name }: SamplePerson,
  step: number,
  now: number,
): SentMail {
  const key = `${campaign.id}/${email}/${step}`
  const day = workingDaysBefore(now, workingDaysAgo[step - 1] ?? 0)
  const sentAt = day + 8 * HOUR_MS + (numberOf(key) % 5400) * 1000
  return { id: uuidOf(key), to: { email, name }, campaign, step, sentAt }
}

function* campaignStory(mailing: Mailing, person: SamplePerson, now: number): Generator<Told> {
  const random = mulberry32(numberOf(person.email))
  const habits = { reads: random() < 0.6, hasPrefetch: random() < 0.3 }
  const ending = ENDINGS[localPart(person)]
  for (const [index] of mailing.workingDaysAgo.entries()) {
    const mail = mailOf(mailing, person, index + 1, now)
    const last = ending?.step === mail.step ? ending : undefined
    yield* mailStory(mailing, mail, { ...habits, ending: last, random })
    if (last && last.happening !== 'auto_replied') return
  }
}

interface Reader {
  /** Whether images are shown, so that reading can be seen at all. */
  readonly reads: boolean
  /** Whether the mail program fetches every mail by itself. */
  readonly hasPrefetch: boolean
  readonly ending: Ending | undefined
  readonly random: () => number
}

function* mailStory(mailing: Mailing, mail: SentMail, { reads, hasPrefetch, ending, random }: Reader): Generator<Told> {
  const tell = (happening: Happening, at: number, more: Partial<Told> = {}): Told => ({
    tool: mailing.tool,
    sender: mailing.tool,
    happening,
    mail,
    at: Math.round(at),
    isFirst: true,
    words: '',
    ...more,
  })
  if (ending?.happening === 'bounced') return yield tell('bounced', mail.sentAt + 4_000)
  const arrivedAt = mail.sentAt + 2_000 + random() * 40_000
  yield tell('delivered', arrivedAt)
  if (hasPrefetch) yield tell('machine_opened', arrivedAt + 3_000 + random() * 6_000)

  const isAnswered = ending !== undefined && ending.happening !== 'auto_replied'
  const endsAt = arrivedAt + (ending?.afterHours ?? 0) * HOUR_MS
  if (isAnswered || (reads && random() < 0.65)) {
    const openedAt = isAnswered ? endsAt - 6 * MINUTE_MS : arrivedAt + 10 * MINUTE_MS + random() ** 2 * 6 * HOUR_MS
    yield tell('opened', openedAt)
    if (random() < 0.35) yield tell('clicked', openedAt + 20_000 + random() * 60_000)
    if (random() < 0.25) yield tell('opened', openedAt + HOUR_MS, { isFirst: false })
  }
  if (!ending) return
  const tool = ending.happening.endsWith('replied') ? mailing.mailbox : mailing.tool
  yield tell(ending.happening, endsAt, { tool, words: ending.words ?? '' })
}

/** Who fills in a form or books a call gets a mail that says so. */
function* confirmationStory(visit: Visit, now: number): Generator<Told> {
  if (visit.type !== 'form_submission' && visit.type !== 'call_scheduled') return
  const { email, name } = personAt(visit.person)
  const sentAt = timeOf(visit, now) + 5_000
  const mail = {
    id: uuidOf(`confirmation/${keyOf(visit)}`),
    to: { email, name },
    campaign: CONFIRMATIONS,
    step: 1,
    sentAt,
  }
  const rest = { tool: 'resend', sender: 'resend', mail, isFirst: true, words: '' }
  yield { ...rest, happening: 'sent', at: sentAt }
  yield { ...rest, happening: 'delivered', at: sentAt + 3_000 }
  yield { ...rest, happening: 'opened', at: sentAt + 4 * MINUTE_MS }
}

function timeOf({ workingDaysAgo, hour }: Visit, now: number): number {
  return workingDaysBefore(now, workingDaysAgo) + Math.round(hour * HOUR_MS)
}

function keyOf({ person, type, workingDaysAgo, hour }: Visit): string {
  return `${person}/${type}/${workingDaysAgo}/${hour}`
}

function visitDelivery(visit: Visit, now: number): SampleDelivery {
  const id = uuidOf(`visit/${keyOf(visit)}`)
  const { email } = personAt(visit.person)
  const event = {
    type: visit.type,
    timestamp: new Date(timeOf(visit, now)).toISOString(),
    data: { email, url: `https://www.practice.example${visit.page}`, user_agent: deviceOf(email).userAgent },
  }
  return { tool: 'generic', ...genericRequest(id, event) }
}

/** Mail in a request of its own; events together with those of the same tool and day, as far as it does that. */
function packed(history: readonly Told[]): { readonly at: number; readonly delivery: SampleDelivery }[] {
  const isMail = ({ tool, happening }: Told) => toolById(tool).mail[happening] !== undefined
  const mails = history.filter(isMail).map((told) => ({ at: told.at, delivery: single(told) }))
  const events = history.filter((told) => !isMail(told))
  const byToolAndDay = Map.groupBy(events, ({ tool, at }) => `${tool}/${Math.floor(at / DAY_MS)}`).values()
  const requests = [...byToolAndDay].flatMap((day) => {
    const [first] = day
    if (!first) return []
    const tool = toolById(first.tool)
    const parts = day.map((told) => partOf(tool, told.happening, occasionOf(told)))
    return requestsOf(tool, parts).map((request, nth) => ({
      at: day[nth * tool.partsPerRequest]?.at ?? first.at,
      delivery: { tool: tool.id, ...request },
    }))
  })
  return [...mails, ...requests]
}

function single(told: Told): SampleDelivery {
  const request = requestOf(toolById(told.tool), told.happening, occasionOf(told), toolById(told.sender))
  return { tool: told.tool, ...request }
}

function occasionOf({ mail, happening, at, isFirst, words }: Told) {
  const id = uuidOf(`${mail.id}/${happening}/${isFirst ? 'first' : 'again'}`)
  return { id, mail, at, device: deviceOf(mail.to.email), isFirst, words }
}
