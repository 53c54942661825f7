import type { CardEvent, ContactCard, NearMiss } from '../../core/contact-card.ts'
import type { EmailEvidence } from '../../core/email-status.ts'
import type { Campaign, Tally } from '../../core/event.ts'
import { tallyOf } from '../../core/event.ts'
import type { LifecycleStatus } from '../../core/lifecycle.ts'
import type { SuppressionReason } from '../../core/suppression.ts'
import type { Suspicion } from '../../core/suspicion.ts'
import { join, type Mrkdwn, mrkdwn, NOTHING, text } from '../mrkdwn.ts'

/** The words that several views share, so that a thing is called the same everywhere. */
export const STATUS: Readonly<Record<LifecycleStatus, string>> = {
  new: 'New',
  enriched: 'Enriched',
  verified: 'Verified',
  engaged: 'Engaged',
  converted: 'Converted',
  disqualified: 'Disqualified',
}

export const SUPPRESSION: Readonly<Record<SuppressionReason, string>> = {
  complained: 'marked as spam',
  unsubscribed: 'unsubscribed',
  opted_out: 'asked a provider of data not to be processed',
  hard_bounce: 'mail bounces',
}

export const EMAIL_STATUS: Readonly<Record<EmailEvidence['status'], string>> = {
  valid: 'Works',
  risky: 'Risky',
  invalid: 'Does not work',
  unknown: 'Not known',
}

const HAPPENED: Readonly<Record<Tally, string>> = {
  queued: 'Queued',
  sent: 'Sent',
  delivered: 'Delivered',
  deferred: 'Delayed',
  bounced: 'Bounced for good',
  soft_bounced: 'Bounced for now',
  rejected: 'Not sent: refused by the mail tool',
  failed: 'Not sent: the mail tool failed',
  opened: 'Opened',
  machine_opened: 'Opened by a machine',
  clicked: 'Clicked',
  machine_clicked: 'Clicked by a machine',
  complained: 'Marked as spam',
  unsubscribed: 'Unsubscribed',
  resubscribed: 'Subscribed again',
  replied: 'Replied',
  auto_replied: 'Automatic reply',
  inbound: 'Wrote to us',
  lead_status: 'Lead status changed',
  website_visit: 'Visited the website',
  form_submission: 'Filled in a form',
  call_scheduled: 'Booked a call',
  call_completed: 'Had a call',
  demo_attended: 'Attended a demo',
  unknown: 'Something we do not know yet',
}

type Happening = Pick<CardEvent, 'type' | 'class' | 'machine' | 'suspected'>

export function happened(event: Happening): string {
  return HAPPENED[event.suspected ? event.type : tallyOf(event)]
}

const SUSPECTED: Readonly<Record<Suspicion, string>> = {
  link_burst: 'several links within 2 seconds',
  before_delivery: 'before the mail was delivered',
  after_delivery: 'within 10 seconds of the mail',
  prefetch: 'as Apple Mail does ahead of reading',
}

/** "probably by a machine (several links within 2 seconds)". */
export function doubtOf(suspicion: Suspicion): string {
  return `probably by a machine (${SUSPECTED[suspicion]})`
}

type Named = Pick<NearMiss, 'firstName' | 'lastName' | 'email'>

/** The person's name, or the address of somebody without one. */
export function nameOf(contact: Named): string {
  return fullName(contact) ?? contact.email
}

export function fullName({ firstName, lastName }: Pick<Named, 'firstName' | 'lastName'>): string | undefined {
  return [firstName, lastName].filter((part) => part?.trim()).join(' ') || undefined
}

/** "Ada Lovelace (ada@example.com)". */
export function whoIs(contact: Named): Mrkdwn {
  const name = fullName(contact)
  return name ? mrkdwn`${text(name)} (${text(contact.email)})` : text(contact.email)
}

/** "CTO, Acme". */
export function position({ title, company }: Pick<ContactCard, 'title' | 'company'>): string | undefined {
  return [title, company].filter((part) => part?.trim()).join(', ') || undefined
}

/** "Spring launch, step 2". */
export function campaignName(campaign: Campaign | null): string | undefined {
  const name = campaign?.name?.trim() || campaign?.id?.trim()
  if (!name) return undefined
  return campaign?.step ? `${name}, step ${campaign.step}` : name
}

const TAGS_SHOWN = 15

/** "vip, conference, and 3 more". */
export function tagNames(all: readonly string[]): Mrkdwn {
  const shown = all.slice(0, TAGS_SHOWN).map((tag) => text(tag, 50))
  const rest = all.length - shown.length
  return shown.length === 0 ? NOTHING : join([...shown, ...(rest > 0 ? [mrkdwn`and ${rest} more`] : [])], ', ')
}
