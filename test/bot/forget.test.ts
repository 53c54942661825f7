import { describe, expect, test } from 'vitest'

import { textOf } from '../../practice/slack/index.ts'
import { message, section } from '../../src/bot/blocks.ts'
import { mrkdwn } from '../../src/bot/mrkdwn.ts'
import { createSlackSender } from '../../src/bot/sender.ts'
import { addContact } from '../../src/core/add-contact.ts'
import { rememberPost } from '../../src/core/erasure/posts.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { contactByAddress } from '../../src/core/store/contacts.ts'
import { createDayOf } from '../../src/core/time.ts'
import { aDelivery, anEvent } from '../support/events.ts'
import { aMatch } from './fixtures.ts'
import { aBotInSlack, aProgramInSlack } from './workspace.ts'

const dayOf = createDayOf('UTC')
const profile = { firstName: 'Élodie', lastName: 'Müller', company: 'Acme', title: null, tags: ['vip'] }
const ELODIE = 'elodie@example.com'

/** The whole program, and Élodie in it. */
async function anOffice() {
  const office = await aProgramInSlack()
  const { database } = office
  const { id } = await addContact(database, ELODIE, { by: 'U0EVE', now: Date.now(), dayOf, profile })
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(anEvent({ recipient: ELODIE }))])
  return { ...office, id }
}

describe('erasing somebody', () => {
  test('says who is meant and what is lost, wants the address typed, and says what is gone', async () => {
    await using office = await anOffice()
    const { ada, database } = office
    await office.opens(`/crm forget ${ELODIE}`)
    expect(ada.modal).toMatchObject({ title: 'Erase a person', submit: 'Erase' })
    expect(textOf(ada.modal)).toMatch(
      /Élodie Müller \(elodie@example.com\).*Acme.*1 event · 0 notes.*cannot be undone/s,
    )
    await ada.fill('Type the address to confirm', 'Elodie@Example.com')
    expect(textOf(await ada.submit())).toMatch(/Erased: elodie@example.com, with 1 event · 0 notes/)
    expect(await contactByAddress(database, ELODIE)).toBeUndefined()
    expect(textOf(await ada.type(`/crm ${ELODIE}`))).toContain('No contact')
    expect(office.slack.problems).toEqual([])
    expect(office.lines).toEqual([])
  })

  test('does nothing where another address is typed', async () => {
    await using office = await anOffice()
    const { ada, database } = office
    await office.opens('/crm forget Élodie Müller')
    await ada.fill('Type the address to confirm', 'somebody.else@example.com')
    expect(textOf(await ada.submit())).toContain('Not the same address. To erase, type elodie@example.com')
    expect(await contactByAddress(database, ELODIE)).toBeDefined()
  })

  test('keeps out somebody who is not in the CRM, and says why they cannot be added', async () => {
    await using office = await anOffice()
    const { ada } = office
    await office.opens('/crm forget nobody.here@example.org')
    expect(textOf(ada.modal)).toMatch(/nobody\.here@example\.org.* is not in the CRM/)
    await ada.fill('Type the address to confirm', 'nobody.here@example.org')
    expect(textOf(await ada.submit())).toContain('is kept out')
    await ada.close({ all: true })
    await office.opens('/crm add nobody.here@example.org')
    expect(textOf(await ada.submit())).toContain('asked to be erased')
  })

  test('changes our messages about them, and says of which it could not', async () => {
    await using office = await anOffice()
    const { ada, database, slack, id: contactId } = office
    const sender = createSlackSender({ token: slack.botToken, apiUrl: slack.apiUrl, now: Date.now })
    const alert = message(mrkdwn`Élodie Müller replied`, [section(mrkdwn`Élodie Müller replied`)])
    const posted = await sender.post({ ...alert, channel: slack.channel('sales').id, key: 'alert' })
    if (!posted) throw new Error('nothing was posted')
    await rememberPost(database, { ...posted, contactId, kind: 'alert' }, Date.now())
    const hers = (await ada.type('Élodie? Oh.'))?.ts ?? ''
    await rememberPost(database, { ...posted, ts: hers, contactId, kind: 'alert' }, Date.now())
    await office.opens(`/crm forget ${ELODIE}`)
    await ada.fill('Type the address to confirm', ELODIE)
    expect(textOf(await ada.submit())).toContain('2 messages in Slack being changed')
    await ada.close({ all: true })
    await expect
      .poll(() => ada.messages('@touchpoint').map(textOf).join('\n'))
      .toMatch(/1 message about somebody you erased could not be changed.*<#C.*Slack refused: cant_update_message/s)
    expect(ada.messages().map(textOf)).toContain('This message was about somebody who was erased.')
    expect(ada.messages().map(textOf).join()).not.toContain('Élodie Müller')
  })

  test('stops after five in an hour', async () => {
    await using office = await anOffice()
    const { ada } = office
    const answers: string[] = []
    for (let n = 1; n <= 6; n += 1) {
      await office.opens(`/crm forget p${n}@example.org`)
      await ada.fill('Type the address to confirm', `p${n}@example.org`)
      answers.push(textOf(await ada.submit()))
      await ada.close({ all: true })
    }
    expect(answers.filter((answer) => answer.includes('is kept out'))).toHaveLength(5)
    expect(answers.at(-1)).toContain('5 people were erased within the last hour')
  })

  test('of an unclear name asks which one', async () => {
    const matches = [aMatch(), aMatch({ id: 43, lastName: 'King' })]
    await using office = await aBotInSlack(() => ({
      lookup: async () => ({ kind: 'choose', exact: true, address: null, matches }),
    }))
    expect(textOf(await office.ada.type('/crm forget Ada'))).toMatch(/2 contacts match “Ada”.*Erase Ada King/s)
    await office.ada.click('Erase Ada King')
    await office.ada.sees('Type the address to confirm')
  })
})
