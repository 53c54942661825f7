import { InvalidInputError } from '../core/errors.ts'
import type { BounceClass, EngagementEvent, EventType } from '../core/event.ts'
import { enhancedCodeIn, lookUp, messageIdOf, smtpCodeIn } from './fields.ts'
import type { Mail } from './mail.ts'
import { header, type MailHeader, parseHeaders } from './mail-headers.ts'

type Reported = Pick<EngagementEvent, 'recipient' | 'rfcMessageId'>
type DeliveryReport = Reported & Pick<EngagementEvent, 'type' | 'class' | 'bounce'>

/** What a mail system reports about each address that it tried (RFC 3464). */
export function deliveryReports(mail: Mail): readonly DeliveryReport[] {
  const rfcMessageId = originalMessageId(mail)
  const found = [...partsOf(mail, 'message/delivery-status', 'message/global-delivery-status'), mail.text ?? '']
    .map(recipientBlocks)
    .find((blocks) => blocks.length > 0)
  if (found) return found.map((block) => deliveryReport(block, rfcMessageId))

  const failed = header(mail, 'x-failed-recipients')?.split(',') ?? []
  const reason = enhancedCodeIn(mail.text)
  const reports = failed.map((recipient) => bounceReport(recipient.trim(), reason, null, rfcMessageId))
  if (reports.length === 0) throw new InvalidInputError('the delivery report names no recipient')
  return reports
}

/** Whose complaint a feedback report passes on (RFC 5965), and about which mail. */
export function reportedAbuse(mail: Mail): Reported {
  const report = partsOf(mail, 'message/feedback-report').map(parseHeaders)[0] ?? []
  const original = originalHeaders(mail)
  const recipient =
    address(header({ headers: report }, 'original-rcpt-to')) ??
    address(header({ headers: report }, 'final-recipient')) ??
    address(header({ headers: report }, 'removal-recipient')) ??
    header({ headers: original }, 'to')
  if (!recipient) throw new InvalidInputError('the complaint names no recipient')
  return { recipient, rfcMessageId: originalMessageId(mail) }
}

/** The id of the mail that a report is about: from what was returned of it, or else from what the report answers. */
export function originalMessageId(mail: Mail): string | null {
  const returned = messageIdOf(header({ headers: originalHeaders(mail) }, 'message-id'))
  return returned ?? messageIdOf(header(mail, 'in-reply-to')?.trim().split(/\s+/)[0])
}

function originalHeaders(mail: Mail): readonly MailHeader[] {
  const returned = partsOf(mail, 'text/rfc822-headers', 'message/rfc822')[0] ?? ''
  return parseHeaders(returned.split(/\r?\n\r?\n/, 1)[0] ?? '')
}

function partsOf({ reports }: Mail, ...types: readonly string[]): readonly string[] {
  return reports.filter(({ type }) => types.includes(type)).map(({ text }) => text)
}

function recipientBlocks(text: string): readonly (readonly MailHeader[])[] {
  if (!/^final-recipient\s*:/im.test(text)) return []
  return text
    .split(/\r?\n(?:[ \t]*\r?\n)+/)
    .map(parseHeaders)
    .filter((headers) => headers.some(({ name }) => name === 'final-recipient'))
}

/** RFC 3464, section 2.3.3; everything else that an action may be is a failure. */
const OTHER_ACTIONS: Readonly<Record<string, EventType>> = {
  delayed: 'deferred',
  delivered: 'delivered',
  relayed: 'delivered',
  expanded: 'delivered',
}

function deliveryReport(headers: readonly MailHeader[], rfcMessageId: string | null): DeliveryReport {
  const get = (name: string) => header({ headers }, name)
  const recipient = address(get('final-recipient')) ?? address(get('original-recipient')) ?? ''
  const failure = bounceReport(recipient, enhancedCodeIn(get('status')), get('diagnostic-code'), rfcMessageId)
  const other = lookUp(OTHER_ACTIONS, get('action')?.trim().toLowerCase() ?? null)
  return other ? { ...failure, type: other, class: null } : failure
}

const CLASSES: Readonly<Record<string, BounceClass>> = { '5': 'hard', '4': 'soft' }

function bounceReport(
  recipient: string,
  status: string | null,
  diagnostic: string | null,
  rfcMessageId: string | null,
): DeliveryReport {
  const reason = diagnostic?.replace(/^\s*smtp\s*;\s*/i, '') ?? null
  const enhancedCode = status ?? enhancedCodeIn(reason)
  return {
    type: 'bounced',
    class: CLASSES[enhancedCode?.[0] ?? ''] ?? 'undetermined',
    recipient,
    rfcMessageId,
    bounce: { smtpCode: smtpCodeIn(reason), enhancedCode, reason, providerClass: null },
  }
}

/** `ada@example.com` of `rfc822; ada@example.com`. */
function address(typed: string | null): string | null {
  return typed?.replace(/^[^;]*;/, '').trim() || null
}
