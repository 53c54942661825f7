import { describe, expect, test } from 'vitest'

import { ALERT_WATCH } from '../../src/core/alerts/notices.ts'
import { createAlertSettings, readKinds } from '../../src/core/alerts/settings.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { alertRules, quietHoursOf } from '../../src/core/store/alert-settings.ts'
import { beginTrouble } from '../../src/core/store/channel-troubles.ts'
import { createDayOf } from '../../src/core/time.ts'
import { aDelivery, anEvent } from '../support/events.ts'
import { aProgramInSlack } from './workspace.ts'

/** With #sales for alerts; Ada is the admin, and Grace only reads. */
async function anOffice() {
  const office = await aProgramInSlack({ problems: 'keep' }, (slack) => ({
    alertChannel: slack.channel('sales').id,
    admins: [slack.person('ada').id],
    viewers: [slack.person('grace').id],
  }))
  const { slack, database } = office
  const grace = slack.person('grace')
  const tom = slack.person('tom')
  return { ...office, grace, tom, marketing: slack.channel('marketing').id, sales: slack.channel('sales').id, database }
}

type Office = Awaited<ReturnType<typeof anOffice>>

async function seen({ ada }: Office, words: RegExp | string): Promise<void> {
  await ada.sees(words)
}

describe('/crm alerts', () => {
  test('shows what is told, where it goes, and what a rule could do', async () => {
    await using office = await anOffice()
    await office.ada.type('/crm alerts')
    const text = office.ada.text()
    expect(text).toMatch(/Replies.*somebody replies/)
    expect(text).toContain('Everything goes to')
    expect(text).toContain('With a rule, alerts of one campaign')
    expect(text).toContain('Add a rule')
    expect(text).toContain('Your quiet hours')
    expect(office.slack.problems).toEqual([])
  })

  test('shows those who only read the same, without what they may not change', async () => {
    await using office = await anOffice()
    await office.grace.type('/crm alerts')
    const text = office.grace.text()
    expect(text).toContain('Everything goes to')
    expect(text).not.toMatch(/Add a rule|Choose alerts/)
    expect(text).toContain('Set quiet hours')
    expect(text).toContain('for admins to change')
  })

  test('switches kinds on, with their lines', async () => {
    await using office = await anOffice()
    await office.ada.type('/crm alerts')
    await office.ada.click('Choose alerts')
    await office.ada.choose('Tell us when', ['Replies', 'Hot contacts', 'Bounces'])
    await office.ada.fill('Score that makes a contact hot', 'hot')
    expect((await office.ada.submit())?.title).toBe('What you are told')
    await seen(office, 'Type a number from 1 to 1000')
    await office.ada.fill('Score that makes a contact hot', '42')
    await office.ada.fill('Percent of a campaign that bounce for good', '2,5 %')
    expect(await office.ada.submit()).toBeUndefined()
    await seen(office, /Saved\. It holds from the next event on.*a score reaches 42.*more than 2\.5%/s)
    expect(await readKinds(office.database)).toMatchObject({
      replied: { isOn: true },
      hot: { isOn: true, threshold: 42 },
      bounce_rate: { isOn: true, threshold: 2.5 },
      source_silent: { isOn: false },
    })
    const jobs = await office.database.db.select().from(office.database.tables.jobs)
    expect(jobs.map(({ kind }) => kind)).toEqual([ALERT_WATCH])
    expect(office.slack.problems).toEqual([])
  })

  test('adds a rule, changes it and removes it', async () => {
    await using office = await anOffice()
    const { database } = office
    const campaign = { id: null, name: 'Spring launch', step: null }
    await ingestAll({ database, dayOf: createDayOf('UTC'), jobsFor: () => [] }, [
      aDelivery(anEvent({ type: 'sent', campaign })),
    ])
    await office.ada.type('/crm alerts')
    await office.ada.click('Add a rule')
    await office.ada.choose('A channel', '#marketing')
    await office.ada.choose('Which alerts?', ['Replies', 'Bounces'])
    await office.ada.choose('Of which campaign?', 'Spring launch')
    await office.ada.choose('About contacts with which tag?', 'VIP customers')
    expect(await office.ada.submit()).toBeUndefined()
    await seen(office, `Saved: Replies, bounces in *Spring launch*, tagged *VIP customers* → <#${office.marketing}>.`)
    const rule = { kinds: ['replied', 'bounce_rate'], campaign: 'Spring launch', tag: 'VIP customers', owner: null }
    expect(await alertRules(database)).toEqual([{ id: 1, ...rule, target: office.marketing }])
    const settings = createAlertSettings({ database, channel: office.sales })
    const about = { campaign: 'SPRING LAUNCH', tags: ['vip customers'], owner: null }
    expect(await settings.targetsOf('replied', about)).toEqual([{ to: office.marketing, rule: 1 }])

    await office.ada.click('Change')
    await office.ada.clear('A channel')
    await office.ada.choose('Or a person', '@tom')
    await office.ada.clear('About contacts with which tag?')
    await office.ada.submit()
    await seen(office, `Saved: Replies, bounces in *Spring launch* → <@${office.tom.id}>.`)
    expect(await alertRules(database)).toEqual([{ id: 1, ...rule, tag: null, target: office.tom.id }])

    await office.ada.click('Remove')
    await seen(office, '*Remove this rule?* Replies, bounces in *Spring launch*')
    await office.ada.click('Keep it')
    expect(await alertRules(database)).toHaveLength(1)
    await office.ada.click('Remove')
    await office.ada.click('Remove it')
    await seen(office, 'The rule is removed.')
    expect(await alertRules(database)).toEqual([])
    expect(office.slack.problems).toEqual([])
  })

  test('says beside the form what is wrong with a rule', async () => {
    await using office = await anOffice()
    await office.ada.type('/crm alerts')
    await office.ada.click('Add a rule')
    await office.ada.submit()
    await seen(office, 'Choose where to: a channel, a person, or the owner.')
    await office.ada.choose('A channel', '#marketing')
    await office.ada.choose('Or whoever it concerns', ['The owner of the contact'])
    await office.ada.submit()
    await seen(office, 'Choose one of them.')
    await office.ada.clear('A channel')
    await office.ada.choose('Which alerts?', ['Silent tools'])
    await office.ada.submit()
    await seen(office, 'These alerts are about no single contact')
    await office.ada.clear('Or whoever it concerns')
    await office.ada.choose('Or a person', '@noor')
    await office.ada.submit()
    await seen(office, 'They cannot read the CRM')
    expect(await alertRules(office.database)).toEqual([])
  })

  test('saves a rule for a channel without the app, and says what to do', async () => {
    await using office = await anOffice()
    await office.ada.type('/crm alerts')
    await office.ada.click('Add a rule')
    await office.ada.choose('A channel', '#general')
    await office.ada.submit()
    await seen(office, /Saved: All alerts → .*The app is not in #general\. Type \/invite @Touchpoint there/s)
    expect(await alertRules(office.database)).toHaveLength(1)
  })

  test('sends a test from the form, which stays as it is, and says what came of it', async () => {
    await using office = await anOffice()
    await office.ada.type('/crm alerts')
    await office.ada.click('Add a rule')
    await office.ada.click('Send a test')
    await seen(office, 'Choose one channel, one person, or the owner first')
    await office.ada.close()
    await office.ada.choose('A channel', '#general')
    await office.ada.click('Send a test')
    await seen(office, /The test did not arrive in .*#general.*\/invite @Touchpoint/s)
    await office.ada.close()
    await office.ada.choose('A channel', '#marketing')
    await office.ada.click('Send a test')
    await seen(office, `The test is in <#${office.marketing}>`)
    await office.ada.close()
    expect(await office.ada.submit()).toBeUndefined()
    expect(await alertRules(office.database)).toMatchObject([{ target: office.marketing }])
    expect(JSON.stringify(office.ada.messages('#marketing'))).toContain('This is a test by')
    expect(office.slack.problems).toEqual([])
  })

  test('sends a test beside each rule; to whoever asks where it is the owner', async () => {
    await using office = await anOffice()
    await office.ada.type('/crm alerts')
    await office.ada.click('Add a rule')
    await office.ada.choose('Or whoever it concerns', ['The owner of the contact'])
    await office.ada.submit()
    await seen(office, 'Saved: All alerts → the contact’s owner')
    await office.ada.click('Send a test')
    await seen(office, `The test is in <@${office.ada.id}>`)
    expect(JSON.stringify(office.ada.messages('@touchpoint'))).toContain('as this came to you')
    await office.ada.click('Test')
    await seen(office, `The test is in <#${office.sales}>`)
  })

  test('shows a rule whose channel takes nothing any more as such', async () => {
    await using office = await anOffice()
    await office.ada.type('/crm alerts')
    await office.ada.click('Add a rule')
    await office.ada.choose('A channel', '#marketing')
    await office.ada.submit()
    await seen(office, 'Saved: All alerts')
    const trouble = { target: office.marketing, code: 'is_archived', now: Date.now(), forgottenBefore: 0 }
    await office.database.transaction((tx) => beginTrouble(tx, trouble))
    await office.ada.type('/crm alerts')
    await seen(office, /All alerts → .*Nothing arrives there: the channel is archived\./s)
  })

  test('takes quiet hours, in the zone of the profile, and takes them back', async () => {
    await using office = await anOffice()
    const { grace, database } = office
    await grace.type('/crm alerts')
    await grace.click('Set quiet hours')
    await grace.sees('Europe/Paris')
    await grace.choose('From', '22:00')
    await grace.choose('Until', '22:00')
    await grace.submit()
    await grace.sees('Choose another time')
    await grace.choose('Until', '07:30')
    await grace.submit()
    await grace.sees('Your quiet hours are 22:00 to 07:30 (Europe/Paris).')
    expect(await quietHoursOf(database, grace.id)).toEqual({ from: '22:00', until: '07:30', timeZone: 'Europe/Paris' })
    const night = Date.parse('2026-07-01T22:00:00Z')
    const settings = createAlertSettings({ database, channel: null })
    expect(await settings.notBefore(grace.id, night)).toBe(Date.parse('2026-07-02T05:30:00Z'))
    expect(await settings.notBefore(office.tom.id, night)).toBe(night)
    await grace.click('No quiet hours')
    await grace.sees('You have no quiet hours.')
    expect(await quietHoursOf(database, grace.id)).toBeUndefined()
  })
})

describe('what somebody sends who is no form of ours', () => {
  test.each<[what: string, values: object]>([
    ['a channel that is none', { channel: { value: { selected_conversation: '<!channel>' } } }],
    ['a direct message of others', { channel: { value: { selected_conversation: 'D0OTHERS' } } }],
    ['nothing at all', {}],
  ])('%s saves no rule', async (_, values) => {
    await using office = await anOffice()
    const answer = await office.interact(submission(office, 'alerts_rule', values))
    const errors = { channel: expect.stringContaining('Choose where to') }
    expect(answer).toMatchObject({ response_action: 'errors', errors })
    expect(await alertRules(office.database)).toEqual([])
  })

  test('kinds that are none, and names without end, are left out', async () => {
    await using office = await anOffice()
    const values = {
      channel: { value: { selected_conversation: office.marketing } },
      kinds: { value: { selected_options: [{ value: '__proto__' }, { value: 'replied' }] } },
      campaign: { alerts_campaign: { selected_option: { value: `=${'x'.repeat(50_000)}` } } },
      tag: { alerts_tag: { selected_option: { value: '#nobodyhasthis' } } },
    }
    expect(await office.interact(submission(office, 'alerts_rule', values))).toMatchObject({
      response_action: 'errors',
      errors: { tag: expect.stringContaining('Nobody has this tag') },
    })
    await office.interact(submission(office, 'alerts_rule', { ...values, tag: {} }))
    const [rule] = await alertRules(office.database)
    expect(rule?.kinds).toEqual(['replied'])
    expect(rule?.campaign?.length).toBeLessThan(501)
  })
})

function submission({ slack, ada }: Office, callback_id: string, values: object) {
  const { team } = slack.screen()
  return {
    type: 'view_submission',
    api_app_id: 'A0APP',
    team: { id: team.id, domain: 'practice' },
    user: { id: ada.id, username: 'x', name: 'x', team_id: team.id },
    view: {
      ...{ id: 'V1', type: 'modal', callback_id, private_metadata: '{"about":{}}', hash: '1.a', state: { values } },
      blocks: [{ type: 'input', block_id: 'channel', element: { type: 'plain_text_input', action_id: 'value' } }],
    },
  }
}
