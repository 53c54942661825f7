import type { Tally } from './event.ts'

/** What is remembered of a person and a campaign, a bit each. They are stored: a new one goes to the end. */
export const REACH = [
  'sent',
  'delivered',
  'opened',
  'machine_opened',
  'clicked',
  'machine_clicked',
  'replied',
  'auto_replied',
  'bounced',
  'soft_bounced',
  'complained',
  'unsubscribed',
  'form_submission',
  'website_visit',
  'call_scheduled',
  'call_completed',
  'demo_attended',
] as const satisfies readonly Tally[]

const BIT: Readonly<Partial<Record<Tally, number>>> = Object.fromEntries(REACH.map((tally, nth) => [tally, 1 << nth]))

/** The campaigns that events of a contact named, and what happened in each, as bits: 0 where nothing of `REACH` did. */
export type CampaignMarks = Readonly<Record<string, number>>

export function marked(marks: CampaignMarks, campaign: string, tally: Tally): CampaignMarks {
  // Anybody may call a campaign `constructor`.
  const before = Object.hasOwn(marks, campaign) ? (marks[campaign] ?? 0) : undefined
  const after = (before ?? 0) | (BIT[tally] ?? 0)
  return after === before ? marks : { ...marks, [campaign]: after }
}

export function talliesIn(mark: number): Tally[] {
  return REACH.filter((_, nth) => mark & (1 << nth))
}
