import { deviceOf } from '../../practice/email/devices.ts'
import { uuidOf } from '../../practice/email/ids.ts'
import type { Signed } from '../../practice/email/sign.ts'
import type { Part } from '../../practice/email/tool.ts'
import { toolById } from '../../practice/email/tools/index.ts'
import { MINUTE, NOW, patched, signed } from './harness.ts'

/** Where a provider writes what an event must say: paths in the click that its practice tool reports. */
interface Anatomy {
  readonly name: string
  /** All places that it may be taken from. */
  readonly recipient: readonly string[]
  readonly time: readonly string[]
  /** None where the provider has no id, or where it is a part of the proof. */
  readonly id?: string
}

export const ANATOMY: Readonly<Record<string, Anatomy>> = {
  sendgrid: { name: 'event', recipient: ['email'], time: ['timestamp'], id: 'sg_event_id' },
  mailgun: { name: 'event', recipient: ['recipient'], time: ['timestamp'], id: 'id' },
  postmark: { name: 'RecordType', recipient: ['Recipient'], time: ['ReceivedAt'] },
  ses: { name: 'eventType', recipient: ['mail.destination'], time: ['click.timestamp'] },
  resend: { name: 'type', recipient: ['data.to'], time: ['created_at'] },
  brevo: { name: 'event', recipient: ['email'], time: ['ts_epoch', 'ts_event', 'ts'] },
  mailjet: { name: 'event', recipient: ['email'], time: ['time'] },
  mandrill: { name: 'event', recipient: ['msg.email'], time: ['ts'] },
  sparkpost: {
    name: 'msys.track_event.type',
    recipient: ['msys.track_event.rcpt_to', 'msys.track_event.raw_rcpt_to'],
    time: ['msys.track_event.timestamp'],
    id: 'msys.track_event.event_id',
  },
  mailersend: {
    name: 'type',
    recipient: ['data.email.recipient.email'],
    time: ['data.created_at', 'created_at'],
    id: 'data.id',
  },
  postal: { name: 'event', recipient: ['payload.message.to'], time: ['timestamp'], id: 'uuid' },
  mailtrap: { name: 'event', recipient: ['email'], time: ['timestamp'], id: 'event_id' },
  customerio: {
    name: 'metric',
    recipient: ['data.recipient', 'data.identifiers.email'],
    time: ['timestamp'],
    id: 'event_id',
  },
  instantly: { name: 'event_type', recipient: ['lead_email'], time: ['timestamp'] },
  smartlead: { name: 'event_type', recipient: ['sl_lead_email', 'to_email'], time: ['event_timestamp'] },
  lemlist: { name: 'type', recipient: ['leadEmail'], time: ['createdAt'], id: '_id' },
  replyio: { name: 'event.type', recipient: ['contact_fields.email'], time: ['event.date'] },
  woodpecker: { name: 'method', recipient: ['prospect.email'], time: ['timestamp'] },
  generic: { name: 'type', recipient: ['data.email'], time: ['timestamp'] },
}

export function anatomyOf(provider: string): Anatomy {
  const anatomy = ANATOMY[provider]
  if (!anatomy) throw new Error(`where ${provider} writes what is not known here`)
  return anatomy
}

/** Number `nth` of Ada's clicks at `at` (UTC milliseconds), in the words of `provider`. */
export function aClick(provider: string, at: number, nth = 0): Part {
  const { events, campaign } = toolById(provider)
  const id = uuidOf(`click/${nth}`)
  const to = { email: 'ada@example.com', name: 'Ada Lovelace' }
  const mail = { id: uuidOf(`mail/${nth}`), to, campaign, step: 1, sentAt: at - 60_000 }
  const event = events.clicked?.({ id, mail, at, device: deviceOf(to.email), isFirst: true, words: '' })
  if (!event) throw new Error(`${provider} does not tell of clicks`)
  return { id, event }
}

/** `part` with `value` at each of `paths`; null takes the field away. */
export function withFields({ id, event }: Part, paths: readonly string[], value: unknown): Part {
  const changed = paths.reduce<unknown>((target, path) => patched(target, patchAt(path, value)), event)
  return { id, event: Object(changed) }
}

function patchAt(path: string, value: unknown): unknown {
  return path.split('.').reduceRight((inner, key) => ({ [key]: inner }), value)
}

/** One click, five minutes before it is sent. */
export function clickOf(provider: string, change: (part: Part) => Part = (part) => part): Signed {
  return signed(provider, toolById(provider).request([change(aClick(provider, NOW - 5 * MINUTE))]))
}

/** Clicks whose JSON was changed as text, before it was signed. */
export function rewritten(provider: string, change: (json: string) => string, count = 1): Signed {
  const { partsPerRequest, request } = toolById(provider)
  const parts = Array.from({ length: Math.min(count, partsPerRequest) }, (_, nth) =>
    aClick(provider, NOW - MINUTE, nth),
  )
  const { headers, body } = request(parts)
  const text = Buffer.from(body).toString('utf8')
  const form = new URLSearchParams(headers['content-type']?.includes('urlencoded') ? text : '')
  for (const [name, json] of form) form.set(name, change(json))
  return signed(provider, { headers, body: Buffer.from(form.size > 0 ? form.toString() : change(text)) })
}

/** A click with `written` before the first of its names or recipients. */
export function withBeside(provider: string, what: 'name' | 'recipient', written: string): Signed {
  const key = lastOf([anatomyOf(provider)[what]].flat()[0] ?? '')
  return rewritten(provider, (json) => json.replace(`"${key}":`, () => `${written},"${key}":`))
}

export function lastOf(path: string): string {
  return path.split('.').at(-1) ?? ''
}

export function idsOf(provider: string): readonly string[] {
  const { id } = anatomyOf(provider)
  return id === undefined ? [] : [id]
}

export function withContentType({ headers, ...rest }: Signed, type: string | undefined): Signed {
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-type')
  return { ...rest, headers: Object.fromEntries([...others, ...(type === undefined ? [] : [['content-type', type]])]) }
}
