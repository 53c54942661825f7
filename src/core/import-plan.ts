import { addressKey } from './address.ts'
import type { InterchangeContact } from './interchange.ts'

/** What an import would bring in, before anything is written. */
export interface ImportPlan {
  readonly contacts: readonly InterchangeContact[]
  readonly leftOut: readonly LeftOut[]
  /** What `LeftOut.at` counts. */
  readonly unit: 'row' | 'line' | 'entry'
  /** Nothing named the columns, so that only the addresses could be told from the rest. */
  readonly onlyAddresses: boolean
}

/** A part of the import that makes no contact. */
export interface LeftOut {
  /** Counted from one, as the program counts that shows the file. */
  readonly at: number
  /** What stands there in place of an address. */
  readonly value: string
  /** Ends the sentence "Row 3 was left out: …". */
  readonly reason: string
}

/** A contact of whom nothing is known but the address. */
export function bareContact(email: string): InterchangeContact {
  return {
    email,
    status: 'new',
    firstName: null,
    lastName: null,
    company: null,
    title: null,
    owner: null,
    tags: [],
    customFields: {},
    sourceCampaign: null,
    enrichment: null,
    claims: {},
    emailEvidence: null,
    suppression: null,
    createdAt: null,
    updatedAt: null,
    events: [],
  }
}

/** Gathers contacts, each address once: the first one counts. */
export class PlanBuilder {
  readonly #unit: ImportPlan['unit']
  readonly #contacts: InterchangeContact[] = []
  readonly #leftOut: LeftOut[] = []
  readonly #firstAt = new Map<string, number>()

  constructor(unit: ImportPlan['unit']) {
    this.#unit = unit
  }

  add(at: number, contact: InterchangeContact): void {
    const key = addressKey(contact.email)
    const before = this.#firstAt.get(key)
    if (before === undefined) {
      this.#firstAt.set(key, at)
      this.#contacts.push(contact)
    } else {
      this.leaveOut(at, contact.email, `the same address as in ${this.#unit} ${before}`)
    }
  }

  leaveOut(at: number, value: string, reason: string): void {
    this.#leftOut.push({ at, value, reason })
  }

  get size(): number {
    return this.#contacts.length + this.#leftOut.length
  }

  plan({ onlyAddresses = false } = {}): ImportPlan {
    return { contacts: this.#contacts, leftOut: this.#leftOut, unit: this.#unit, onlyAddresses }
  }
}
