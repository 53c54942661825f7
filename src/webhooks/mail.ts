import PostalMime from 'postal-mime'

import { parseAddress } from '../core/address.ts'
import { InvalidInputError } from '../core/errors.ts'
import type { EngagementEvent, EventType } from '../core/event.ts'
import { dedupeKey, engagement } from './engagement.ts'
import { excerptOf } from './excerpt.ts'
import { messageIdOf } from './fields.ts'
import type { FormFile } from './form.ts'
import { header, type MailHeader } from './mail-headers.ts'
import { deliveryReports, reportedAbuse } from './mail-report.ts'
import { storableText } from './storable.ts'
import { occurred, withUnreadableTime } from './time.ts'

/** One mail that was received, in whatever form its receiver passed it on. */
export interface Mail {
  readonly headers: readonly MailHeader[]
  /** The From header, decoded. */
  readonly from: string | null
  /** Where it arrived: the envelope's recipient, or else the To header. */
  readonly to: string | null
  /** The envelope's sender: empty for what a mail system wrote itself, null where nobody said. */
  readonly envelopeFrom: string | null
  readonly subject: string | null
  readonly text: string | null
  readonly html: string | null
  /** The new words, where the provider has told them from the quoted ones. */
  readonly newText: string | null
  /** What was planted in the address that the mail was sent to. */
  readonly mailboxHash: string | null
  readonly reports: readonly FormFile[]
}

/** What only the receiver of the mail knows. */
export interface Receipt {
  readonly provider: string
  readonly receivedAt: number
  /** The provider's id of this mail, when it is the same on every redelivery. */
  readonly id: string | null
  readonly messageId: string | null
  /** When the provider says that the mail came; null leaves the Date header. */
  readonly arrivedAt: unknown
  readonly tags?: readonly string[]
  /** What the provider gives back of the message that this one answers. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** What an inbound mail says: an answer, a machine's answer, a bounce or a complaint (e-mail sheet, section 1.5). */
export function mailEvents(mail: Mail, receipt: Receipt): readonly EngagementEvent[] {
  switch (kindOf(mail)) {
    case 'delivery-status':
      return deliveryReports(mail).map((report, index) => mailEvent(mail, part(receipt, index), report))
    case 'feedback-report':
      return [mailEvent(mail, receipt, { type: 'complained', ...reportedAbuse(mail) })]
    case 'machine':
      return [answer(mail, receipt, 'auto_replied')]
    case 'answer':
      return [answer(mail, receipt, 'replied')]
    case 'unrelated':
      return [answer(mail, receipt, 'inbound')]
  }
}

/** A report on several addresses is several events of one mail, always in the same order. */
function part(receipt: Receipt, index: number): Receipt {
  return index === 0 || receipt.id === null ? receipt : { ...receipt, id: `${receipt.id}/${index}` }
}

type Kind = 'delivery-status' | 'feedback-report' | 'machine' | 'answer' | 'unrelated'

function kindOf(mail: Mail): Kind {
  const report = reportType(mail)
  if (report === 'delivery-status' || report === 'feedback-report') return report
  if (report === 'disposition-notification' || writtenByMachine(mail)) return 'machine'
  const isAnswer = header(mail, 'in-reply-to') ?? header(mail, 'references') ?? mail.mailboxHash
  return isAnswer ? 'answer' : 'unrelated'
}

function reportType(mail: Mail): string | undefined {
  const contentType = header(mail, 'content-type') ?? ''
  if (/^\s*multipart\/report\b/i.test(contentType)) {
    const named = /\breport-type\s*=\s*"?([\w-]+)/i.exec(contentType)?.[1]
    return (named ?? partType(mail) ?? 'delivery-status').toLowerCase()
  }
  return header(mail, 'x-failed-recipients') === null ? partType(mail) : 'delivery-status'
}

function partType({ reports }: Mail): string | undefined {
  for (const { type } of reports) {
    const kind = /^message\/(?:global-)?(delivery-status|feedback-report|disposition-notification)$/.exec(type)?.[1]
    if (kind) return kind
  }
  return undefined
}

const MACHINE_HEADERS = ['x-autoreply', 'x-autorespond', 'x-auto-response-suppress']
const MACHINE_PRECEDENCE = /^\s*(?:auto_reply|bulk|junk|list)\s*$/i

function writtenByMachine(mail: Mail): boolean {
  const submitted = header(mail, 'auto-submitted')
  if (submitted !== null && !/^\s*no\b/i.test(submitted)) return true
  if (MACHINE_HEADERS.some((name) => header(mail, name) !== null)) return true
  if (MACHINE_PRECEDENCE.test(header(mail, 'precedence') ?? '')) return true
  const returnPath = header(mail, 'return-path')?.trim()
  return mail.envelopeFrom === '' || mail.envelopeFrom === '<>' || returnPath === '<>'
}

function answer(mail: Mail, receipt: Receipt, type: EventType): EngagementEvent {
  const from = mail.from === null ? undefined : parseAddress(mail.from)
  const sender = from ?? mail.envelopeFrom
  if (!sender) throw new InvalidInputError('the mail names no sender')
  return mailEvent(mail, receipt, {
    type,
    recipient: sender,
    rfcMessageId: messageIdOf(header(mail, 'message-id')),
    metadata: mail.mailboxHash === null ? {} : { mailbox_hash: mail.mailboxHash },
    reply: {
      from: mail.from,
      to: mail.to,
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      excerpt: excerptOf(mail.newText, mail.text, mail.html),
      inReplyTo: messageIds(header(mail, 'in-reply-to'))[0] ?? null,
      references: messageIds(header(mail, 'references')),
      auto: type === 'auto_replied',
    },
  })
}

function mailEvent(
  mail: Mail,
  { provider, receivedAt, id, messageId, arrivedAt, tags = [], metadata = {} }: Receipt,
  said: Pick<EngagementEvent, 'type' | 'recipient'> & Partial<EngagementEvent>,
): EngagementEvent {
  const when = occurred(arrivedAt ?? header(mail, 'date'), receivedAt)
  const own = messageIdOf(header(mail, 'message-id'))
  return engagement({
    provider,
    id: idOf(mail, { provider, id, own, recipient: said.recipient }),
    receivedAt,
    occurredAt: when.at,
    messageId,
    tags,
    ...said,
    metadata: withUnreadableTime({ ...metadata, ...said.metadata }, when),
  })
}

/** A mail has no event id: its own Message-ID and where it arrived say which one it is, and the person which part of a report. */
function idOf(
  mail: Mail,
  { provider, id, own, recipient }: { provider: string; id: string | null; own: string | null; recipient: string },
): string {
  if (id !== null) return id
  const content =
    own === null ? JSON.stringify([header(mail, 'date'), mail.from, mail.subject, mail.text, mail.html]) : ''
  return dedupeKey({
    provider,
    name: 'mail',
    messageId: own,
    recipient: mail.to ?? '',
    occurred: content,
    url: recipient,
  })
}

const MAX_REFERENCES = 50

/** `<a@b> <c@d>` without the brackets; some senders leave them out themselves. */
function messageIds(text: string | null): readonly string[] {
  if (text === null) return []
  const bracketed = [...text.matchAll(/<([^<>\s]{1,998})>/g)].map(([, id = '']) => id)
  const ids = bracketed.length > 0 ? bracketed : text.trim().split(/[\s,]+/)
  return ids.filter((id) => id !== '').slice(-MAX_REFERENCES)
}

/** `L-42` of `reply+L-42@in.example.com`. */
export function plusTag(address: string | null): string | null {
  return (address && /^[^@+]*\+([^@]+)@/.exec(parseAddress(address) ?? '')?.[1]) ?? null
}

const MAX_REPORT_CHARACTERS = 64 * 1024

/** Reads a whole mail; what its receiver knows better than its headers is in `known`. */
export async function parseMime(raw: Uint8Array, known: Pick<Mail, 'to' | 'envelopeFrom' | 'newText'>): Promise<Mail> {
  const email = await PostalMime.parse(raw, {
    attachmentEncoding: 'utf8',
    maxNestingDepth: 64,
    maxRfc822NestingDepth: 4,
  })
  const to = known.to ?? textOrNull(addressText(email.to?.[0]))
  return {
    headers: email.headers.map(({ key, value }) => ({ name: key, value: storableText(value) })),
    from: textOrNull(addressText(email.from)),
    to,
    envelopeFrom: known.envelopeFrom,
    subject: textOrNull(email.subject),
    text: textOrNull(email.text),
    html: textOrNull(email.html),
    newText: known.newText,
    mailboxHash: plusTag(to),
    reports: email.attachments.flatMap(({ mimeType, content }) =>
      typeof content === 'string' && /^(?:message\/|text\/rfc822-headers$)/.test(mimeType)
        ? [{ type: mimeType, text: storableText(content.slice(0, MAX_REPORT_CHARACTERS)) }]
        : [],
    ),
  }
}

type MimeAddress = { readonly name: string; readonly address?: string | undefined } | undefined

function addressText(address: MimeAddress): string | undefined {
  return address?.address ? mailbox(address.name, address.address) : undefined
}

/** `Ada <ada@example.com>`. A name must not bring brackets of its own: the address is what stands in them. */
export function mailbox(name: string | null, address: string): string {
  const plain = name?.replace(/[<>]/g, '').trim()
  return plain ? `${plain} <${address}>` : address
}

function textOrNull(text: string | undefined): string | null {
  return text ? storableText(text) : null
}
