import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { textOf } from '../../practice/slack/index.ts'
import { addContact } from '../../src/core/add-contact.ts'
import { addNote, assign, changeTags } from '../../src/core/changes/change-contact.ts'
import { history } from '../../src/core/changes/history.ts'
import type { EngagementEvent } from '../../src/core/event.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { contactById } from '../../src/core/store/contacts.ts'
import { createDayOf } from '../../src/core/time.ts'
import { aDelivery, anEvent } from '../support/events.ts'
import { aCard, buttonsOf } from './fixtures.ts'
import { aBotInSlack, aProgramInSlack } from './workspace.ts'

const MINUTE = 60_000
const dayOf = createDayOf('UTC')
const profile = { firstName: 'Élodie', lastName: 'Müller', company: 'Acme', title: null, tags: ['vip'] }

/** The whole program, with Élodie in it, whose card Ada looks at. */
async function anOffice() {
  const office = await aProgramInSlack()
  const { database, ada } = office
  const now = Date.now()
  const { id } = await addContact(database, 'elodie@example.com', { by: 'U0EVE', now, dayOf, profile })
  return {
    ...office,
    id,
    by: (actor: string, later = 0) => ({ by: actor, now: now + later, dayOf }),
    async happens(...events: readonly Partial<EngagementEvent>[]) {
      const all = events.map((event) => anEvent({ occurredAt: now, ...event, recipient: 'elodie@example.com' }))
      await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...all)])
    },
    now,
    async looksUp() {
      return await ada.type('/crm elodie@example.com')
    },
  }
}

/** The lines of what is open above the card. */
function above({ ada }: Pick<Awaited<ReturnType<typeof anOffice>>, 'ada'>): string {
  return textOf(ada.modal)
}

/** Clicks, of which each has a host of its own by which it is known again. */
function clicks(now: number, count: number) {
  return Array.from({ length: count }, (_, at) => ({
    type: 'clicked' as const,
    url: `https://n${count - at}.example/`,
    occurredAt: now - at * MINUTE,
  }))
}

function hostsIn(words: string): string[] {
  return [...words.matchAll(/Clicked (n\d+)\.example/g)].map(([, host]) => host ?? '')
}

describe('the menu of a card', () => {
  test('explains the score by what people did', async () => {
    await using office = await anOffice()
    const { ada, happens, now } = office
    await happens(
      { type: 'replied', occurredAt: now - 14 * 24 * 60 * MINUTE },
      { type: 'clicked', url: 'https://pricing.example/' },
      { type: 'opened', machine: true },
    )
    expect(textOf(await office.looksUp())).toMatch(/\*Score\*\n15\n/)
    await ada.click('Why this score?')
    expect(ada.modal?.title).toBe('Why this score?')
    expect(above(office)).toMatch(/Score 15\*?\n.*10\*? of 20 · .*Replied.*5\*? of 5 · .*Clicked pricing\.example/s)
    expect(above(office)).not.toMatch(/of \d+ · .*machine/)
    expect(office.slack.problems).toEqual([])
    expect(office.lines).toEqual([])
  })

  test('turns the pages of the timeline in place, and stays where it is while more happens', async () => {
    await using office = await anOffice()
    const { ada, happens, now } = office
    await happens(...clicks(now, 40))
    expect(textOf(await office.looksUp())).toContain('The latest 8 of 40')
    await ada.click('Timeline')
    const first = hostsIn(above(office))
    expect(first.slice(0, 2)).toEqual(['n40', 'n39'])
    expect(above(office)).toContain('40 events in all')
    await happens({ type: 'clicked', url: 'https://n99.example/', occurredAt: now + MINUTE })
    await ada.click('Older')
    const second = hostsIn(above(office))
    await ada.click('Older')
    const third = hostsIn(above(office))
    expect([...first, ...second, ...third]).toEqual(clicks(now, 40).map((_, at) => `n${40 - at}`))
    await ada.click('Newer')
    expect(hostsIn(above(office))).toEqual(second)
    await ada.click('Newer')
    await ada.click('Newer')
    expect(hostsIn(above(office)).slice(0, 2)).toEqual(['n99', 'n40'])
    expect(ada.screen().modals).toHaveLength(1)
    expect(office.slack.problems).toEqual([])
  })

  test('says why we have somebody', async () => {
    await using office = await anOffice()
    await office.looksUp()
    await office.ada.click('Why do we have this?')
    expect(above(office)).toContain('Added by')
  })

  test('sends everything that is known of somebody as a file, and says so in the history', async () => {
    await using office = await anOffice()
    const { ada, slack, database, id, happens } = office
    await happens({ type: 'replied' })
    await office.looksUp()
    await ada.click('Export this person')
    expect(textOf(ada.messages()[0])).toContain('comes to you as a file, in a direct message')
    await ada.sees('Everything that is known of elodie@example.com, as a file.')
    const messages = ada.messages('@touchpoint')
    const [file] = messages.flatMap(({ files }) => files)
    expect(file).toMatchObject({ name: 'elodie@example.com.json' })
    const bytes = (await slack.file(file?.id ?? ''))?.bytes ?? []
    const people = z.record(z.string(), z.looseObject({})).parse(JSON.parse(Buffer.from(bytes).toString()))
    expect(people['elodie@example.com']).toMatchObject({ first_name: 'Élodie', exported_by: ada.id })
    expect(await history(database, id, 1)).toMatchObject([{ action: 'export', actor: ada.id }])
    await ada.click('History')
    expect(above(office)).toContain('exported everything that is known of this person')
    expect(slack.problems).toEqual([])
    expect(office.lines).toEqual([])
  })
})

test('forgetting is offered to admins alone, and asks first', async () => {
  await using office = await anOffice()
  const { ada, slack } = office
  const grace = slack.person('grace')
  expect(textOf(await grace.type('/crm elodie@example.com'))).not.toContain('Forget')
  await office.looksUp()
  await ada.click('Forget this person…')
  expect(above(office)).toContain('elodie@example.com')
  expect(ada.modal?.submit).toBeDefined()
  expect(slack.problems).toEqual([])
})

describe('the lists of a card', () => {
  test('has all notes, whole, by pages', async () => {
    await using office = await anOffice()
    const { ada, database, id, by } = office
    const long = `Long ${'x'.repeat(2900)} end`
    for (const [at, text] of [long, ...Array.from({ length: 11 }, (_, at) => `note ${at}`)].entries())
      await addNote(database, id, text, by('U0EVE', at))
    expect(textOf(await office.looksUp())).toContain('The latest 3 of 12')
    await ada.click('All notes')
    expect(above(office)).toMatch(/note 10.*note 1\b/s)
    expect(above(office)).toContain('12 notes in all')
    await ada.click('Older')
    expect(above(office)).toContain(long)
    expect(above(office)).toContain('note 0')
    expect(office.slack.problems).toEqual([])
  })

  test('has the whole of the only note, where the card shows its beginning', async () => {
    await using office = await anOffice()
    const { ada } = office
    const lines = Array.from({ length: 40 }, (_, n) => `  line ${n} of it`).join('\n')
    expect(textOf(await ada.type('/crm note elodie@example.com short'))).not.toContain('All notes')
    const card = textOf(await ada.type(`/crm note elodie@example.com Called.\n${lines}`))
    expect(card).toMatch(/\*Notes\*\nLong ones are shortened here\nAll notes\n.*Called\.\n {2}line 0 of it\n.*…/s)
    expect(card).not.toContain('line 39')
    await ada.click('All notes')
    expect(above(office)).toContain(`Called.\n${lines}`)
    expect(office.slack.problems).toEqual([])
  })

  test('has the whole history, by pages', async () => {
    await using office = await anOffice()
    const { ada, database, id, by } = office
    for (let at = 0; at < 25; at += 1) await changeTags(database, id, { add: `tag${at}` }, by('U0EVE', at))
    await office.looksUp()
    await ada.click('History')
    expect(above(office)).toMatch(/tag24.*tag5\b/s)
    expect(above(office)).not.toContain('tag4\n')
    await ada.click('Older')
    expect(above(office)).toMatch(/tag4\n.*tag0/s)
    expect(office.slack.problems).toEqual([])
  })

  test('says what is to be done where there is nothing', async () => {
    await using office = await anOffice()
    await office.looksUp()
    await office.ada.click('Timeline')
    expect(above(office)).toContain('What the e-mail tools report comes here by itself.')
  })
})

describe('the buttons of a card', () => {
  test('assign by a menu of people, open the company, and enrich', async () => {
    await using office = await anOffice()
    const { ada, slack, database, id } = office
    await office.looksUp()
    await ada.click('Assign')
    await ada.choose('New owner', 'Grace Moreau')
    await ada.submit()
    await ada.sees(/^Assigned to/)
    expect((await contactById(database, id))?.owner).toBe(slack.person('grace').id)
    await ada.click('Enrich')
    await ada.sees(/Élodie Müller/)
    await ada.click('Company')
    await ada.sees('example.com')
    expect(slack.problems).toEqual([])
  })

  test('edit tells that somebody else changed the same meanwhile, and loses nothing', async () => {
    await using office = await anOffice()
    const { ada, slack, database, id } = office
    const grace = slack.person('grace')
    await office.looksUp()
    await ada.click('Edit')
    await grace.type('/crm elodie@example.com')
    await grace.click('Edit')
    await grace.fill('Company', 'Acme Engines')
    await grace.submit()
    await ada.fill('Company', 'Acme Ltd')
    const form = await ada.submit()
    expect(JSON.stringify(form)).toContain('Acme Engines')
    expect(await contactById(database, id)).toMatchObject({ company: 'Acme Engines' })
    expect(slack.problems).toEqual([])
  })

  test('are the same from a card that opened above the Home tab', async () => {
    await using office = await anOffice()
    const { ada, database, id, happens, now, by } = office
    await assign(database, id, ada.id, by('U0EVE'))
    await happens(...clicks(now, 20))
    await ada.openHome()
    await ada.sees('Élodie Müller')
    await ada.click('Open card')
    await ada.click('Timeline')
    expect(ada.screen().modals).toHaveLength(2)
    await ada.click('Older')
    expect(hostsIn(above(office))).toEqual(['n5', 'n4', 'n3', 'n2', 'n1'])
    await ada.close()
    await ada.click('Export this person')
    await ada.sees('comes to you as a file')
    expect(office.slack.problems).toEqual([])
  })
})

test('a suppression stands before everything else, also before what was just done', async () => {
  await using office = await anOffice()
  await office.happens({ type: 'unsubscribed' })
  const said = textOf(await office.ada.type('/crm tag elodie@example.com autumn'))
  expect(said).toMatch(/^[^\n]*Do not write: unsubscribed since .*\n.*Tagged: autumn\./)
})

test('what is chosen from a menu may be anything that anybody sends, and does nothing then', async () => {
  await using workspace = await aBotInSlack(() => ({ cardById: async () => aCard() }))
  const { ada } = workspace
  await ada.type('/crm ada@example.com')
  const offered = ada.messages().flatMap(({ blocks }) => buttonsOf(blocks))
  expect(offered).toContainEqual({ action_id: 'contact_export', value: '42' })
  for (const value of ['contact_export', 'contact_export x', 'nothing 42', '', 'contact_timeline 42 sideways:1:2'])
    await workspace.interact({
      type: 'block_actions',
      user: { id: ada.id, team_id: 'T1' },
      trigger_id: '1.2.3',
      actions: [{ type: 'overflow', action_id: 'contact_menu', selected_option: { value } }],
    })
  expect(ada.messages('@touchpoint')).toEqual([])
})
