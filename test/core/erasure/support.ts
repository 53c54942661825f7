import { addContact } from '../../../src/core/add-contact.ts'
import { addNote, changeTags } from '../../../src/core/changes/change-contact.ts'
import type { Delivery } from '../../../src/core/delivery.ts'
import { enrichRunJob } from '../../../src/core/enrichment/jobs.ts'
import { bareContact } from '../../../src/core/import/bare-contact.ts'
import { importContacts } from '../../../src/core/import-contacts.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import type { InterchangeContact } from '../../../src/core/interchange.ts'
import type { NewJob } from '../../../src/core/job.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { enqueue } from '../../../src/core/store/jobs.ts'
import { createDayOf } from '../../../src/core/time.ts'
import { aDelivery, anEvent, REPLIES_ALERT } from '../../support/events.ts'

export const NOW = Date.parse('2026-03-02T10:00:00Z')
export const SECRET = 'a key that is thirty-two letters long'
export const dayOf = createDayOf('UTC')
export const byEve = { by: 'U0EVE', now: NOW, dayOf }

export async function ingest(database: Database, ...deliveries: Delivery[]) {
  return await ingestAll({ database, dayOf, ...REPLIES_ALERT }, deliveries)
}

export async function imported(database: Database, contacts: readonly InterchangeContact[]) {
  const options = { dayOf, now: NOW, dryRun: false, campaign: null, tags: [], onProgress: () => {} }
  return await importContacts(database, contacts, options)
}

export function unreadable(text: string) {
  return { raw: Buffer.from(text), part: 'element', headers: {}, problem: 'too new' } as const
}

/** People with something in every place where words can stand, each with their mark in it. */
export async function aCrowd(database: Database, marks: readonly string[]): Promise<readonly string[]> {
  const ids = new Map<string, number>()
  await imported(database, marks.map(aPerson))
  await ingest(database, ...marks.map(anHistory))
  await database.transaction(async (tx) => {
    for (const mark of marks) {
      const { id } = await addContact(tx, addressOf(mark), byEve)
      ids.set(mark, id)
      await addNote(tx, id, `Note ${mark}`, byEve)
      await changeTags(tx, id, { add: `later ${mark}` }, byEve)
    }
  })
  await database.transaction((tx) => enqueue(tx, marks.map(aRun), NOW))
  return marks.map(addressOf)
}

export function addressOf(mark: string): string {
  return `Person.${mark}@Example.com`
}

function aPerson(mark: string): InterchangeContact {
  const claim = { value: `Enriched ${mark}`, at: NOW, requestId: `request ${mark}` }
  return {
    ...bareContact(addressOf(mark)),
    ...{ firstName: `First${mark}`, lastName: `Last${mark}`, company: `Company ${mark}`, title: `Title ${mark}` },
    ...{ tags: [`tag ${mark}`], customFields: { [`field ${mark}`]: `value ${mark}` } },
    claims: { jobTitle: { apollo: claim }, linkedinUrl: { hunter: claim } },
    emailEvidence: { status: 'valid', source: `verifier ${mark}`, at: NOW },
  }
}

function anHistory(mark: string): Delivery {
  const recipient = addressOf(mark)
  const words = { subject: `Subject ${mark}`, text: `Text ${mark}`, html: `<p>${mark}</p>`, excerpt: `Excerpt ${mark}` }
  const reply = { ...words, from: recipient, to: 'us@acme.example', inReplyTo: null, references: [], auto: false }
  const campaign = { id: 'c1', name: 'Spring launch', step: '1' }
  return {
    ...aDelivery(
      anEvent({
        ...{ recipient, type: 'replied', id: `reply-${mark}`, messageId: `m-${mark}`, rfcMessageId: `${mark}@mail` },
        ...{ metadata: { about: mark }, userAgent: `agent ${mark}`, tags: [`mail ${mark}`], reply },
      }),
      anEvent({ recipient, type: 'clicked', id: `click-${mark}`, url: `https://acme.example/for/${mark}`, campaign }),
      anEvent({ recipient, type: 'unknown', id: `unknown-${mark}`, raw: { said: mark } }),
    ),
    unreadable: [
      unreadable(`{"email":"${recipient.toLowerCase()}","what":"kept ${mark}"}`),
      unreadable(`kind=${mark}&recipient=${encodeURIComponent(recipient)}`),
    ],
  }
}

function aRun(mark: string): NewJob {
  return enrichRunJob({ id: mark, by: 'U0EVE', filter: `${addressOf(mark)} tag:"${mark}"` })
}
