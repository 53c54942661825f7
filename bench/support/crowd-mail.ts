import type { EngagementEvent, EventType } from '../../src/core/event.ts'
import { engagement } from '../../src/webhooks/engagement.ts'

const DAY_MS = 24 * 60 * 60_000
const CAMPAIGNS = 200
const STEPS = ['1', '2', '3', '4']

const THEMES = [
  'Spring launch',
  'Autumn offer',
  'Webinar',
  'Onboarding',
  'Win-back',
  'Product news',
  'Trade fair',
  'Renewal',
]
const PROVIDERS = ['sendgrid', 'sendgrid', 'mailgun', 'resend', 'postmark', 'smartlead'] as const
const PAGES = ['pricing', 'docs', 'demo', 'blog/why-we-do-this', 'customers']

/** How many events people have, of every hundred: most have few. Ten on the average. */
const QUOTAS = [
  ...Array<number>(40).fill(4),
  ...Array<number>(30).fill(8),
  ...Array<number>(20).fill(12),
  ...Array<number>(8).fill(25),
  ...Array<number>(2).fill(80),
]

export const EVENTS_A_PERSON = QUOTAS.reduce((sum, quota) => sum + quota, 0) / QUOTAS.length

interface MailCampaign {
  readonly name: string
  readonly provider: (typeof PROVIDERS)[number]
  /** How many days before now its first mails went out. */
  readonly age: number
}

export const MAIL_CAMPAIGNS: readonly MailCampaign[] = Array.from({ length: CAMPAIGNS }, (_, n) => ({
  name: `${THEMES[n % THEMES.length]} ${String.fromCharCode(65 + (n % 26))}${Math.floor(n / 8)}`,
  provider: PROVIDERS[n % PROVIDERS.length] ?? 'sendgrid',
  age: 7 + ((n * 37) % 720),
}))

interface Recipient {
  readonly n: number
  readonly email: string
  readonly now: number
  readonly random: () => number
}

/** What one person was sent, and what they made of it. */
export function mailTo({ n, email, now, random }: Recipient): {
  readonly firstCampaign: string
  readonly events: readonly EngagementEvent[]
} {
  const quota = QUOTAS[(n * 61) % QUOTAS.length] ?? 0
  const interest = random() ** 2
  const events: EngagementEvent[] = []
  const first = chosenCampaign(random)
  let campaign = first
  for (let mail = 0; events.length < quota; mail += 1) {
    if (mail > 0 && mail % STEPS.length === 0) campaign = chosenCampaign(random)
    const sentAt = now - campaign.age * DAY_MS + (mail % STEPS.length) * DAY_MS + Math.floor(random() * DAY_MS)
    const step = STEPS[mail % STEPS.length] ?? '1'
    const messageId = `${n.toString(36)}-${mail}`
    const happened = whatHappened(interest, random).filter(([, after]) => sentAt + after < now)
    events.push(
      ...happened.map(([type, after, more], nth) =>
        engagement({
          provider: campaign.provider,
          id: `${messageId}-${nth}`,
          type,
          occurredAt: sentAt + after,
          receivedAt: sentAt + after + 1500,
          recipient: email,
          messageId,
          campaign: { id: null, name: campaign.name, step },
          ...more,
          ...(nth < 2 ? { rfcMessageId: `${messageId}@mail.example` } : {}),
        }),
      ),
    )
  }
  return { firstCampaign: first.name, events: events.slice(0, quota) }
}

function chosenCampaign(random: () => number): MailCampaign {
  const campaign = MAIL_CAMPAIGNS[Math.floor(CAMPAIGNS * random() ** 2)]
  if (!campaign) throw new Error('there is no campaign')
  return campaign
}

type Happening = readonly [type: EventType, afterMs: number, more?: Partial<EngagementEvent>]

const MINUTE = 60_000

function whatHappened(interest: number, random: () => number): readonly Happening[] {
  const later = (minutes: number) => Math.floor(MINUTE * (1 + minutes * random()))
  const chance = random()
  if (chance < 0.004)
    return [
      ['sent', 0],
      ['bounced', later(2), { class: 'hard' }],
    ]
  if (chance < 0.01)
    return [
      ['sent', 0],
      ['bounced', later(60), { class: 'soft' }],
    ]
  const arrived: Happening[] = [
    ['sent', 0],
    ['delivered', later(2)],
  ]
  if (chance < 0.013) return [...arrived, ['unsubscribed', later(900)]]
  if (chance < 0.0135) return [...arrived, ['complained', later(900)]]
  if (chance < 0.2) return [...arrived, ['opened', later(5), { machine: true, userAgent: 'Mozilla/5.0' }]]
  if (random() > interest * 1.2) return arrived
  const read: Happening[] = [...arrived, ['opened', 10 * MINUTE + later(2000)]]
  if (random() < 0.25) {
    const page = PAGES[Math.floor(random() * PAGES.length)]
    read.push(['clicked', 2100 * MINUTE + later(30), { url: `https://example.org/${page}?id=7` }])
  }
  if (random() < 0.04) read.push(['replied', 2200 * MINUTE + later(600), { reply: REPLY }])
  return read
}

const REPLY = {
  from: null,
  to: null,
  subject: 'Re: Our offer',
  text: 'Sounds good. Could we talk about it on Thursday?',
  html: null,
  excerpt: 'Sounds good. Could we talk about it on Thursday?',
  inReplyTo: null,
  references: [],
  auto: false,
}
