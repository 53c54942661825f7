import { describe, expect, test } from 'vitest'

import { readManifest, textOf } from '../../practice/slack/index.ts'
import { cardById } from '../../src/core/contact-card.ts'
import { aProgramInSlack } from './workspace.ts'

const ADDRESS = 'ada@example.com'

/** The program with one contact, whose card Tom has in front of him. */
async function aCardForTom(...given: Parameters<typeof aProgramInSlack>) {
  const office = await aProgramInSlack(...given)
  const tom = office.slack.person('tom')
  await tom.type(`/crm add ${ADDRESS}`)
  await tom.sees('Cancel')
  await tom.submit()
  await tom.close()
  await tom.type(`/crm lookup ${ADDRESS}`)
  const card = async () => {
    const found = await cardById(office.database, 1, Date.now())
    if (!found) throw new Error('the contact is gone')
    return found
  }
  return { office, tom, card }
}

describe('somebody who is a guest from now on', () => {
  test('is refused by a button of before, and the card stays as it is', async () => {
    const { office, tom, card } = await aCardForTom()
    await using _ = office
    const before = await card()
    await office.slack.become('tom', 'guest')
    await tom.press('Note')
    await tom.sees('not guests. Please ask a colleague.')
    expect(tom.modal).toBeUndefined()
    expect(textOf(tom.messages().at(0))).toContain(ADDRESS)
    expect(await card()).toEqual(before)
  })

  test('is refused by a form of before, in which everything stays that was typed', async () => {
    const { office, tom, card } = await aCardForTom()
    await using _ = office
    await tom.press('Note')
    await tom.sees('Cancel')
    await tom.fill('Note', 'Wants a call.')
    await office.slack.become('tom', 'guest')
    const form = await tom.submit()
    expect(Object.values(form?.errors ?? {})).toEqual([expect.stringContaining('not guests')])
    expect((await card()).notes).toEqual([])
    await office.slack.become('tom', 'member')
    await tom.submit()
    expect((await card()).notes).toEqual([expect.objectContaining({ text: 'Wants a call.' })])
  })
})

test('nobody is asked about when the program starts', async () => {
  await using office = await aProgramInSlack()
  expect(office.slack.calls).toEqual([])
  await office.ada.type('/crm help')
  expect(office.slack.calls.map(({ method }) => method).sort()).toEqual(['auth.test', 'users.info'])
  await office.ada.type('/crm help')
  expect(office.slack.calls).toHaveLength(2)
})

describe('while Slack does not say who people are', () => {
  const { scopes, ...manifest } = readManifest()
  const withoutScope = { manifest: { ...manifest, scopes: scopes.filter((scope) => !scope.startsWith('users:')) } }

  test('for lack of a scope, everybody is told who mends it', async () => {
    await using office = await aProgramInSlack(withoutScope)
    await office.ada.type('/crm lookup example.com')
    await office.ada.sees(/ask an admin of the workspace to install the app again with the current manifest\.yml/)
    await office.ada.openHome()
    const blocks = () => office.ada.home?.blocks.map(({ type }) => type)
    await expect.poll(blocks).toEqual(['header', 'section'])
    expect(textOf(office.ada.home)).toContain('it needs users:read')
  })

  test('those who are named as admins go on', async () => {
    await using office = await aProgramInSlack(withoutScope, (slack) => ({ admins: [slack.person('ada').id] }))
    await office.ada.type('/crm stats')
    await office.ada.sees('Last 30 days')
    const grace = office.slack.person('grace')
    await grace.type('/crm stats')
    await grace.sees('nothing was done')
  })

  test('because it is down, people are asked to come back, and are let in when it is up', async () => {
    await using office = await aProgramInSlack()
    office.slack.trouble({ kind: 'status', status: 503 }, { method: 'users.info' })
    await office.ada.type('/crm stats')
    await office.ada.sees('Please try again in a minute.')
    await office.ada.type('/crm stats')
    await office.ada.sees('Last 30 days')
  })
})

test('a member is told which admins to ask, by name', async () => {
  const { office, tom } = await aCardForTom({}, (slack) => ({ admins: [slack.person('grace').id] }))
  await using _ = office
  await tom.type(`/crm forget ${ADDRESS}`)
  await tom.sees(`Please ask <@${office.slack.person('grace').id}>.`)
})
