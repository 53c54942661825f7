import { type Campaign, RETURNS_BENCHMARK, STOCK_PLANNER } from '../email/campaigns.ts'
import type { Happening } from '../email/tool.ts'
import { SAMPLE_COMPANIES } from './people.ts'

/** Who sends which campaign to whom, and when. */
export interface Mailing {
  readonly campaign: Campaign
  /** The tool that sends it, and the one whose mailbox the answers come to. */
  readonly tool: string
  readonly mailbox: string
  /** Domains of the companies whose people get it. */
  readonly companies: readonly string[]
  /** When each step goes out, in working days before today. */
  readonly workingDaysAgo: readonly number[]
}

const domains = SAMPLE_COMPANIES.map(({ domain }) => domain)

export const MAILINGS: readonly Mailing[] = [
  {
    campaign: STOCK_PLANNER,
    tool: 'sendgrid',
    mailbox: 'sendgrid',
    companies: domains.slice(0, 4),
    workingDaysAgo: [29, 24, 18],
  },
  {
    campaign: RETURNS_BENCHMARK,
    tool: 'mailgun',
    // Mailgun stamps what comes in with the time of its own signature, so that only today's mail could come by it.
    mailbox: 'postmark',
    companies: domains.slice(4),
    workingDaysAgo: [15, 11, 5],
  },
]

/** Nobody wrote to these yet. */
export const NOT_WRITTEN_TO: readonly string[] = [
  'devon.achterberg',
  'beatriz.valadares',
  'hannah.tsosie',
  'arjun.pillaiyar',
  'ethan.rosewall',
]

/** What ends a sequence, by the start of the address. Everybody else opens and clicks, or does not. */
export interface Ending {
  /** From 1. */
  readonly step: number
  readonly happening: Extract<Happening, 'replied' | 'auto_replied' | 'bounced' | 'unsubscribed' | 'complained'>
  readonly words?: string
  /** How long after the mail arrived, in hours. */
  readonly afterHours: number
}

export const ENDINGS: Readonly<Record<string, Ending>> = {
  'imani.okonjo': {
    step: 2,
    happening: 'replied',
    afterHours: 3.5,
    words:
      'This comes at the right time. We re-plan twice a week in spreadsheets and still run out of tents in May. Do you have half an hour on Thursday? Rafael, our COO, would join.',
  },
  'tobias.lindqvist': {
    step: 1,
    happening: 'replied',
    afterHours: 6,
    words:
      'Does it read stock levels from our warehouse system, or do we have to upload files? And what does it cost for two sites?',
  },
  'priya.raghunathan': {
    step: 3,
    happening: 'replied',
    afterHours: 1.2,
    words: 'Thank you, but we are not interested. We signed with somebody else in spring. Please close our file.',
  },
  'kenji.morisaki': {
    step: 2,
    happening: 'auto_replied',
    afterHours: 0.02,
    words:
      'I am out of the office until the 14th with limited access to mail. For anything about orders please write to Jonas Feldkamp.',
  },
  'callum.ferrier': { step: 1, happening: 'bounced', afterHours: 0 },
  'marek.wisniowski': { step: 2, happening: 'unsubscribed', afterHours: 2.4 },
  'lucia.barrientos': {
    step: 1,
    happening: 'replied',
    afterHours: 4.1,
    words:
      'Page 6 made the round in our management meeting. Returns of e-bikes cost us more than your average. Can you bring the calculator to a call with Pieter and me?',
  },
  'yuki.tanabe': {
    step: 2,
    happening: 'replied',
    afterHours: 5.3,
    words: 'I only plan the forward flow. Pieter van Wessel looks after returns, please write to him.',
  },
  vikram: {
    step: 1,
    happening: 'replied',
    afterHours: 0.8,
    words:
      'Yes please, send the rest. We are 48 people, so keep it short. If the numbers hold we can start next month.',
  },
  chiara: {
    step: 1,
    happening: 'auto_replied',
    afterHours: 0.01,
    words: 'Grazie! I am on leave this week. Leilani reads my mail and will answer what cannot wait.',
  },
  'h.aasland': { step: 2, happening: 'complained', afterHours: 1.5 },
  'z.qureshi': {
    step: 2,
    happening: 'replied',
    afterHours: 7,
    words:
      'Good sheet. We are in the middle of our stocktake though. Write again in three weeks and I will fill it in.',
  },
}

/** What people did beside their mail, as the team's website and calendar report it. */
export interface Visit {
  readonly person: string
  readonly type: 'website_visit' | 'form_submission' | 'call_scheduled' | 'call_completed' | 'demo_attended'
  readonly workingDaysAgo: number
  /** Of the day, in UTC. */
  readonly hour: number
  readonly page: string
}

export const VISITS: readonly Visit[] = [
  { person: 'imani.okonjo', type: 'website_visit', workingDaysAgo: 24, hour: 13.1, page: '/stock-planner/pricing' },
  { person: 'imani.okonjo', type: 'call_scheduled', workingDaysAgo: 23, hour: 9.4, page: '/book-a-call' },
  { person: 'imani.okonjo', type: 'call_completed', workingDaysAgo: 20, hour: 10.5, page: '/book-a-call' },
  { person: 'rafael.quintero', type: 'website_visit', workingDaysAgo: 20, hour: 11.2, page: '/stock-planner' },
  { person: 'rafael.quintero', type: 'demo_attended', workingDaysAgo: 8, hour: 14, page: '/demo' },
  { person: 'imani.okonjo', type: 'demo_attended', workingDaysAgo: 8, hour: 14, page: '/demo' },
  { person: 'grace.adeyinka', type: 'website_visit', workingDaysAgo: 17, hour: 15.6, page: '/stock-planner/pricing' },
  { person: 'grace.adeyinka', type: 'form_submission', workingDaysAgo: 17, hour: 15.7, page: '/stock-planner/sample' },
  { person: 'lucia.barrientos', type: 'call_scheduled', workingDaysAgo: 14, hour: 8.9, page: '/book-a-call' },
  { person: 'pieter.vanwessel', type: 'website_visit', workingDaysAgo: 12, hour: 9.2, page: '/returns-benchmark' },
  { person: 'lucia.barrientos', type: 'call_completed', workingDaysAgo: 9, hour: 13, page: '/book-a-call' },
  { person: 'vikram', type: 'form_submission', workingDaysAgo: 13, hour: 12.3, page: '/returns-benchmark/calculator' },
  { person: 'vikram', type: 'demo_attended', workingDaysAgo: 6, hour: 9.5, page: '/demo' },
  { person: 'olivia.hartnell', type: 'website_visit', workingDaysAgo: 4, hour: 16.2, page: '/returns-benchmark' },
  { person: 'olivia.hartnell', type: 'website_visit', workingDaysAgo: 2, hour: 8.3, page: '/pricing' },
  { person: 'olivia.hartnell', type: 'website_visit', workingDaysAgo: 1, hour: 10.8, page: '/pricing' },
]

/** What came in while the first coffee was made, in minutes before now. */
export const LATEST: readonly {
  readonly person: string
  readonly mailbox: string
  readonly minutesAgo: number
  readonly words: string
}[] = [
  {
    person: 'thandiwe.mokoena',
    mailbox: 'sendgrid',
    minutesAgo: 41,
    words:
      'Please leave the file open. Our new site opens next quarter and planning it by hand will not work. What do you need from us for a trial?',
  },
  {
    person: 'mathilde.courcelle',
    mailbox: 'mailgun',
    minutesAgo: 12,
    words: 'Is one of the two places on Thursday still free? I would bring Siobhan from retail.',
  },
]
