import type { InterchangeContact } from '../interchange.ts'

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
