import { createHash } from 'node:crypto'

import { z } from 'zod'

import { addressKey, isAddress } from './address.ts'
import type { EmailEvidence, EmailStatus } from './email-status.ts'
import type { Claims, Voices } from './enrichment/claims.ts'
import { FIELDS } from './enrichment/fields.ts'
import type { Enrichment } from './enrichment/flat.ts'
import { type EngagementEvent, EVENT_TYPES } from './event.ts'
import { timeOf } from './import/times.ts'
import { EXTRAS, engagementType, type InterchangeContact, snake } from './interchange.ts'
import { LIFECYCLE } from './lifecycle.ts'
import type { SuppressionReason } from './suppression.ts'
import { tagsOf, tooLongIn } from './tags.ts'
import { cutTo, MAX_LINE } from './text.ts'

const TYPE_OF = new Map(EVENT_TYPES.map((type) => [engagementType(type), type]))

const Time = z.string().transform((text, context) => {
  const at = timeOf(text)
  if (at === null) context.addIssue({ code: 'custom', message: `"${cutTo(text.trim(), 40)}" is not a time` })
  return at ?? Number.NaN
})

/** What is longer was never meant: a column of a table is refused at the same length. */
const Bounded = z.string().max(32_000, 'it has more than 32,000 characters')

/** An index row of Postgres has at most 2,704 bytes, and two of these never share one with more than a tag. */
const KEY_BYTES = 2_000
const Key = z.string().refine((text) => Buffer.byteLength(text) <= KEY_BYTES, 'it has more than 2,000 bytes')
const NullableKey = Key.nullish().transform((text) => text ?? null)

const Text = Bounded.transform((text) => text.trim() || null)
  .nullish()
  .transform((text) => text ?? null)

const MaybeTime = Time.nullish().transform((at) => at ?? null)

const EnrichmentIn = z.object({
  company_name: Text,
  job_title: Text,
  linkedin_url: Text,
  phone: Text,
  industry: Text,
  seniority_level: Text,
  company_size: z
    .union([z.number().transform(String), Text])
    .nullish()
    .transform((size) => size ?? null),
  email_verified: z
    .boolean()
    .nullish()
    .transform((verified) => verified ?? null),
  verification_timestamp: MaybeTime,
  enriched_at: MaybeTime,
  enrichment_source: Text,
})

const CLAIMED = new Map([...FIELDS, 'emailStatus' as const].map((field) => [snake(field), field]))

const ClaimIn = z.object({
  source: z.string().min(1).max(100),
  value: Bounded.min(1),
  at: Time,
  confidence: z.number().min(0).max(1).optional(),
  note: z.string().optional(),
  requestId: z.string().optional(),
})

const ClaimsIn = z.record(z.string(), z.array(ClaimIn)).transform((entries): Claims => {
  const claims: { -readonly [K in keyof Claims]: Voices } = {}
  for (const [name, voices] of Object.entries(entries)) {
    const field = CLAIMED.get(name)
    if (field && voices.length > 0) {
      claims[field] = Object.fromEntries(voices.map(({ source, ...claim }) => [source, definite(claim)]))
    }
  }
  return claims
})

function definite({ value, at, confidence, note, requestId }: Omit<z.infer<typeof ClaimIn>, 'source'>) {
  return {
    value,
    at,
    ...(confidence === undefined ? {} : { confidence }),
    ...(note === undefined ? {} : { note }),
    ...(requestId === undefined ? {} : { requestId }),
  }
}

const Nullable = z
  .string()
  .nullish()
  .transform((text) => text ?? null)

const ExtrasIn = z
  .object({
    provider: z.string().min(1).max(100),
    id: Key.min(1),
    receivedAt: MaybeTime,
    class: z.enum(['hard', 'soft', 'block', 'undetermined']).nullable().default(null),
    messageId: Nullable,
    rfcMessageId: NullableKey,
    campaign: z
      .object({ id: Key.nullable(), name: Key.nullable(), step: z.string().nullable() })
      .nullable()
      .default(null),
    tags: z.array(z.string()).default([]),
    url: Nullable,
    ip: Nullable,
    userAgent: Nullable,
    geo: z
      .object({ country: z.string().nullable(), region: z.string().nullable(), city: z.string().nullable() })
      .nullable()
      .default(null),
    machine: z.boolean().nullable().default(null),
    bounce: z
      .object({
        smtpCode: z.string().nullable(),
        enhancedCode: z.string().nullable(),
        reason: z.string().nullable(),
        providerClass: z.string().nullable(),
      })
      .nullable()
      .default(null),
    reply: z
      .object({
        from: z.string().nullable(),
        to: z.string().nullable(),
        subject: z.string().nullable(),
        text: z.string().nullable(),
        html: z.string().nullable(),
        excerpt: z.string().nullable(),
        inReplyTo: Key.nullable(),
        references: z.array(Key),
        auto: z.boolean(),
      })
      .nullable()
      .default(null),
    raw: z
      .unknown()
      .nullish()
      .transform((raw) => raw ?? null),
  })
  .optional()

/** Points of later events would not fit a double (score.ts), and are a mistake in writing. */
const END_OF_SCORES = Date.UTC(2056, 0, 1)

const EngagementIn = z.object({
  engagement_type: z.string().transform((name, context) => {
    const type = TYPE_OF.get(name)
    if (!type) context.addIssue({ code: 'custom', message: `"${cutTo(name, 40)}" is not a kind of engagement` })
    return type ?? 'unknown'
  }),
  timestamp: Time.refine((at) => !(at >= END_OF_SCORES), 'the time is too far in the future'),
  metadata: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((metadata) => metadata ?? {}),
})

const REASONS = [
  'complained',
  'unsubscribed',
  'opted_out',
  'hard_bounce',
] as const satisfies readonly SuppressionReason[]
const STATUSES = ['valid', 'risky', 'invalid', 'unknown'] as const satisfies readonly EmailStatus[]

const ContactIn = z.object({
  email: z.string().nullish(),
  status: z
    .enum(LIFECYCLE)
    .nullish()
    .transform((status) => status ?? 'new'),
  first_name: Text,
  last_name: Text,
  company: Text,
  title: Text,
  enrichment: EnrichmentIn.nullish().transform((enrichment) => enrichment ?? null),
  enrichment_claims: ClaimsIn.nullish().transform((claims) => claims ?? {}),
  engagements: z
    .array(EngagementIn)
    .nullish()
    .transform((engagements) => engagements ?? []),
  created_at: MaybeTime,
  updated_at: MaybeTime,
  imported_from_campaign: Text,
  tags: z
    .array(Bounded)
    .nullish()
    .transform((tags) => tags ?? []),
  custom_fields: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((fields) => fields ?? {}),
  owner: Text,
  email_status: z
    .enum(STATUSES)
    .nullish()
    .transform((status) => status ?? 'unknown'),
  email_status_source: Text,
  email_status_at: MaybeTime,
  suppression: z
    .object({
      reason: z.enum(REASONS),
      since: Time,
      source_event: z
        .string()
        .nullish()
        .transform((event) => event ?? 'import'),
    })
    .nullish()
    .transform((suppression) => suppression ?? null),
})

export type ReadContact =
  | { readonly key: string; readonly contact: InterchangeContact }
  | { readonly key: string; readonly problem: string }

/**
 * Reads one entry of the interchange format. A problem is a sentence that names the field. `listedAt`
 * is when it came, UTC milliseconds: nobody has come back to us after that.
 */
export function fromInterchange(key: string, value: unknown, listedAt = Infinity): ReadContact {
  if (isDeeper(value, MAX_DEPTH)) return { key, problem: `the entry: it is nested more than ${MAX_DEPTH} levels deep` }
  const parsed = ContactIn.safeParse(value)
  if (!parsed.success) return { key, problem: problemOf(parsed.error, 'the entry') }
  const { data } = parsed
  const email = data.email ?? key
  if (!isAddress(email)) return { key, problem: `email: "${cutTo(email, 80)}" is not an address` }
  const unstorable = Object.entries({ ...data, email }).find(([, field]) => !isStorable(field))
  if (unstorable) return { key, problem: `${unstorable[0]}: a NUL or half of a surrogate pair cannot be stored` }
  const early = data.engagements.findIndex(
    ({ engagement_type: type, timestamp }) => type === 'resubscribed' && timestamp > listedAt + DAY_MS,
  )
  if (early >= 0) return { key, problem: `engagements.${early}.timestamp: nobody can come back in the future` }
  try {
    return { key, contact: contactIn(email, data) }
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    return { key, problem: `engagements: ${EXTRAS}.${problemOf(error, '')}` }
  }
}

/** Clocks differ, and days do by where they are told. */
const DAY_MS = 24 * 60 * 60_000
const LONGEST_PROBLEM = 1_000

/** Deliveries are kept to 64 levels, and stand a few deeper in a contact; much deeper no database goes. */
const MAX_DEPTH = 100

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((field) => isDeeper(field, levels - 1))
}

/** What was given stands in it, and may be anything. */
function problemOf({ issues: [issue] }: z.ZodError, whole: string): string {
  return cutTo(`${issue?.path.join('.') || whole}: ${issue?.message}`, LONGEST_PROBLEM)
}

/** Postgres keeps neither, and would refuse everything that is written together with it. */
export function isStorable(value: unknown): boolean {
  return !/\\u(?:0000|d[89a-f])/.test(JSON.stringify(value ?? null).replaceAll('\\\\', ''))
}

function contactIn(email: string, data: z.infer<typeof ContactIn>): InterchangeContact {
  const enrichment = data.enrichment && enrichmentIn(data.enrichment)
  const claims = data.enrichment_claims
  const { short, whole } = fitting(data)
  return {
    email,
    status: data.status,
    firstName: short.first_name,
    lastName: short.last_name,
    company: short.company,
    title: short.title,
    owner: short.owner,
    tags: short.tags,
    customFields: { ...whole, ...data.custom_fields },
    sourceCampaign: short.imported_from_campaign,
    // Beside the claims it only sums them up.
    enrichment: Object.keys(claims).length > 0 ? null : enrichment,
    claims,
    emailEvidence: evidenceIn(data) ?? verificationIn(enrichment),
    suppression: data.suppression && {
      reason: data.suppression.reason,
      since: data.suppression.since,
      event: data.suppression.source_event,
    },
    createdAt: data.created_at,
    updatedAt: data.updated_at,
    events: eventsIn(email, data.engagements),
  }
}

const LINES = ['first_name', 'last_name', 'company', 'title', 'imported_from_campaign'] as const

/** What is longer than its field is cut, and stands whole among the contact's own; half an owner is none. */
function fitting(data: z.infer<typeof ContactIn>) {
  const { owner, tags } = data
  const line = (text: string | null) => text && cutTo(text, MAX_LINE).trim()
  const short = {
    first_name: line(data.first_name),
    last_name: line(data.last_name),
    company: line(data.company),
    title: line(data.title),
    imported_from_campaign: line(data.imported_from_campaign),
    owner: owner === null || owner.length > MAX_LINE ? null : owner,
    tags: tagsOf(tags),
  }
  const whole: Record<string, string> = {}
  for (const name of [...LINES, 'owner'] as const)
    if (data[name] && data[name] !== short[name]) whole[name] = data[name]
  if (tags.some(tooLongIn)) whole.tags = tags.join(', ')
  return { short, whole }
}

/** Undefined fields and an object of nulls are the same as no enrichment. */
function enrichmentIn(data: z.infer<typeof EnrichmentIn>): Enrichment | null {
  const enrichment = {
    companyName: data.company_name,
    jobTitle: data.job_title,
    linkedinUrl: data.linkedin_url,
    phone: data.phone,
    industry: data.industry,
    seniorityLevel: data.seniority_level,
    companySize: data.company_size,
    emailVerified: data.email_verified,
    verifiedAt: data.verification_timestamp,
    enrichedAt: data.enriched_at,
    source: data.enrichment_source,
  }
  return Object.values(enrichment).every((value) => value === null || value === false) ? null : enrichment
}

function evidenceIn({
  email_status: status,
  email_status_source: source,
  email_status_at: at,
}: z.infer<typeof ContactIn>) {
  // Somebody looked and did not find out, or nobody looked.
  if (at === null || (status === 'unknown' && source === null)) return null
  return { status, source: source ?? 'import', at }
}

/** `email_verified: false` only says that nobody looked. */
function verificationIn(enrichment: Enrichment | null): EmailEvidence | null {
  const at = enrichment?.verifiedAt ?? enrichment?.enrichedAt ?? null
  if (!enrichment?.emailVerified || at === null) return null
  return { status: 'valid', source: enrichment.source ?? 'import', at }
}

function eventsIn(email: string, engagements: readonly z.infer<typeof EngagementIn>[]): EngagementEvent[] {
  const seen = new Map<string, number>()
  return engagements.map(
    ({ engagement_type: type, timestamp: occurredAt, metadata: { [EXTRAS]: extras, ...metadata } }) => {
      const known = ExtrasIn.parse(extras)
      const base = known ?? { ...ExtrasIn.unwrap().parse({ provider: 'import', id: '-' }), id: importedId() }
      const receivedAt = base.receivedAt ?? occurredAt
      // What the events are suspected of follows from them, and is found again.
      return { ...base, receivedAt, suspected: null, type, occurredAt, recipient: email, metadata }

      /** The same for the same engagement in every import; equal ones of one contact are told apart by their position. */
      function importedId(): string {
        const content = JSON.stringify([addressKey(email), type, occurredAt, metadata])
        const nth = seen.get(content) ?? 0
        seen.set(content, nth + 1)
        return createHash('sha256').update(`${content}${nth}`).digest('base64url')
      }
    },
  )
}
