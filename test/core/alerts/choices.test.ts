import { describe, expect, test } from 'vitest'
import { addContact } from '../../../src/core/add-contact.ts'
import { createAlertChoices, MOST_RULES } from '../../../src/core/alerts/choices.ts'
import { alertRuleFindings } from '../../../src/core/alerts/finding.ts'
import { kindSettings } from '../../../src/core/alerts/kinds.ts'
import { createAlertSettings } from '../../../src/core/alerts/settings.ts'
import { suggestCampaigns, suggestTags } from '../../../src/core/alerts/suggest-names.ts'
import { createContactChanges } from '../../../src/core/changes/contact-changes.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { createDayOf } from '../../../src/core/time.ts'
import { databases } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'

const now = Date.parse('2026-07-01T22:00:00Z')
const everything = { kinds: [], campaign: null, tag: null, owner: null, target: 'CSALES' }

function choicesOn(database: Database) {
  return createAlertChoices({ database, channel: 'CALL', jobsQueued: () => {}, now: () => now })
}

describe.each(databases)('what people choose of alerts on $name', ({ open }) => {
  test('holds for everybody at once, and each has quiet hours of their own', async () => {
    await using database = await open()
    const choices = choicesOn(database)
    const settings = createAlertSettings({ database, channel: 'CALL' })
    const about = { campaign: null, tags: [], owner: null }
    expect(await settings.targetsOf('hot', about)).toEqual([])
    const kinds = kindSettings([{ kind: 'hot', isOn: true, threshold: 50 }])
    await choices.setKinds(kinds, 'UADA')
    expect(await settings.targetsOf('hot', about)).toEqual([{ to: 'CALL', rule: null }])
    await choices.setQuietHours('UADA', { from: '22:00', until: '07:00', timeZone: 'UTC' })
    const { kinds: saved, quiet } = await choices.state('UADA')
    expect([saved, quiet]).toEqual([kinds, { from: '22:00', until: '07:00', timeZone: 'UTC' }])
    expect((await choices.state('UBOB')).quiet).toBeNull()
  })

  test('quiet hours go along when their person moves to another zone', async () => {
    await using database = await open()
    const choices = choicesOn(database)
    const settings = createAlertSettings({ database, channel: null })
    await choices.setQuietHours('UADA', { from: '22:00', until: '07:00', timeZone: 'UTC' })
    await choices.moved('UADA', 'America/New_York')
    await choices.moved('UBOB', 'America/New_York')
    expect(await settings.notBefore('UADA', now)).toBe(now)
    expect((await choices.state('UADA')).quiet?.timeZone).toBe('America/New_York')
    expect((await choices.state('UBOB')).quiet).toBeNull()
  })

  test('rules are changed by their number, and one that is gone stays gone', async () => {
    await using database = await open()
    const choices = choicesOn(database)
    expect(await choices.saveRule(everything, null, 'UADA')).toBe('saved')
    const [{ id } = { id: 0 }] = (await choices.state('UADA')).rules
    expect(await choices.saveRule({ ...everything, kinds: ['hot'] }, id, 'UBOB')).toBe('saved')
    expect(await choices.rule(id)).toEqual({ ...everything, kinds: ['hot'], id })
    await choices.removeRule(id)
    expect(await choices.saveRule(everything, id, 'UBOB')).toBe('gone')
    expect((await choices.state('UADA')).rules).toEqual([])
  })

  test('there are no more rules than people see', async () => {
    await using database = await open()
    const choices = choicesOn(database)
    for (let nth = 0; nth < MOST_RULES; nth += 1) await choices.saveRule(everything, null, 'UADA')
    expect(await choices.saveRule(everything, null, 'UADA')).toBe('full')
    expect((await choices.state('UADA')).rules).toHaveLength(MOST_RULES)
  })

  test('health says what falls between the rules', async () => {
    await using database = await open()
    const choices = choicesOn(database)
    expect(await alertRuleFindings(database, undefined)).toEqual([])
    await choices.saveRule({ ...everything, tag: 'vip' }, null, 'UADA')
    expect(await alertRuleFindings(database, undefined)).toMatchObject([
      { state: 'ok', facts: ['1 rule', expect.stringContaining('told to nobody')], fixes: [expect.any(String)] },
    ])
    expect(await alertRuleFindings(database, 'CALL')).toMatchObject([{ facts: ['1 rule'], fixes: [] }])
    await choices.saveRule(everything, null, 'UADA')
    expect(await alertRuleFindings(database, undefined)).toMatchObject([{ facts: ['2 rules'], fixes: [] }])
  })

  test('the names of campaigns and tags are suggested as people type them', async () => {
    await using database = await open()
    const dayOf = createDayOf('UTC')
    const mails = ['Late spring', 'Spring launch', 'Élan'].map((name) =>
      anEvent({ type: 'sent', campaign: { id: null, name, step: null } }),
    )
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...mails)])
    const changes = createContactChanges({ database, dayOf, now: () => now })
    for (const [address, tag] of [
      ['a@example.com', 'VIP'],
      ['b@example.com', 'VIP'],
      ['c@example.com', 'vip'],
    ] as const) {
      const { id } = await addContact(database, address, { by: 'UADA', now, dayOf })
      await changes.changeTags(id, { add: tag, remove: [] }, 'UADA')
    }
    expect(await suggestCampaigns(database, 'SPRING', 10)).toEqual(['Spring launch', 'Late spring'])
    expect(await suggestCampaigns(database, 'elan', 10)).toEqual(['Élan'])
    expect(await suggestCampaigns(database, ' ', 2)).toHaveLength(2)
    expect(await suggestTags(database, '', 10)).toEqual(['VIP'])
    expect(await suggestTags(database, 'vi', 10)).toEqual(['VIP'])
    expect(await suggestTags(database, 'x', 10)).toEqual([])
  })
})
