import type { EmailAction } from '../contract.ts'
import type { Campaign } from './campaigns.ts'
import type { Device } from './devices.ts'

/** What a tool can be made to report. The page offers only the `EMAIL_ACTIONS` among these. */
export type Happening = EmailAction | 'complained' | 'auto_replied'

export interface Person {
  readonly email: string
  /** Empty where nobody knows it. */
  readonly name: string
}

/** One mail that went to one person. */
export interface SentMail {
  /** A UUID; each provider writes its own id of the message from it. */
  readonly id: string
  readonly to: Person
  readonly campaign: Campaign
  /** From 1. */
  readonly step: number
  /** UTC milliseconds. */
  readonly sentAt: number
}

/** Something that happened to one mail, once. */
export interface Occasion {
  /** A UUID, the same on every redelivery. */
  readonly id: string
  readonly mail: SentMail
  /** UTC milliseconds. */
  readonly at: number
  readonly device: Device
  /** Whether it happened to this mail for the first time. */
  readonly isFirst: boolean
  /** What a person or a vacation notice answers. */
  readonly words: string
}

/** A request as its provider would post it, without the proof of who sent it. */
export interface Unsigned {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** One event of a delivery, with the id that its redeliveries repeat. */
export interface Part {
  readonly id: string
  readonly event: object
}

/** One provider's side: a file in `tools/` and a line in `tools/index.ts`. */
export interface Tool {
  /** As the program calls its provider. */
  readonly id: string
  readonly name: string
  readonly campaign: Campaign
  /** How old a request may be, in milliseconds, and still be believed with its old proof. */
  readonly proofLastsMs: number
  /** Events in the provider's own shape. What is not here, the provider does not tell. */
  readonly events: Readonly<Partial<Record<Happening, (occasion: Occasion) => object>>>
  /** Mail that came in, as the provider passes it on; `answered` is the Message-ID of the mail that it answers. */
  readonly mail: Readonly<Partial<Record<Happening, (occasion: Occasion, answered: string) => Unsigned>>>
  /** The Message-ID header of a mail it sent, without angle brackets. */
  rfcMessageId(mail: SentMail): string
  readonly partsPerRequest: number
  request(parts: readonly Part[]): Unsigned
}

/** The first that a tool tells of a mail which a person can have got: some never hear that it was delivered. */
export function arrivalOf({ events }: Pick<Tool, 'events'>): 'delivered' | 'sent' {
  return events.delivered ? 'delivered' : 'sent'
}

export function namesOf({ name }: Person): { readonly first: string; readonly last: string } {
  const [first = '', ...others] = name.split(' ')
  return { first, last: others.join(' ') }
}

export function jsonRequest(value: unknown, headers: Readonly<Record<string, string>> = {}): Unsigned {
  return { headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(JSON.stringify(value)) }
}
