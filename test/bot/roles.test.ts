import { describe, expect, test, vi } from 'vitest'

import { type STANDINGS as Flags, STANDINGS } from '../../practice/slack/index.ts'
import { createGate, DeniedError } from '../../src/bot/gate.ts'
import {
  createRoles,
  type Person,
  type RoleSettings,
  type RolesDeps,
  readPerson,
  type Standing,
  standingOf,
} from '../../src/bot/roles.ts'
import { refusalOf } from '../../src/bot/slack-refusals.ts'
import { deniedSentence, deniedView } from '../../src/bot/views/denied.ts'
import { UpstreamError } from '../../src/core/errors.ts'
import { aLog } from './support.ts'

const TEAM = 'T0OURS'
const ADA = 'U0ADA'
const MINUTE = 60_000

type Flagged = keyof typeof Flags

const somebody = (flags: object = {}): Person => readPerson({ id: ADA, team_id: TEAM, ...flags })

const settings = (admins: readonly string[] = [], viewers: readonly string[] = []): RoleSettings => ({
  admins: new Set(admins),
  viewers: new Set(viewers),
})

describe('what somebody is', () => {
  test.each<[Flagged, byFlags: Standing, named: Standing]>([
    ['member', 'member', 'admin'],
    ['admin', 'admin', 'admin'],
    ['owner', 'admin', 'admin'],
    ['guest', 'guest', 'guest'],
    ['guest in one channel', 'guest', 'guest'],
    ['external', 'outsider', 'outsider'],
    ['stranger', 'outsider', 'outsider'],
    ['deactivated', 'outsider', 'outsider'],
    ['bot', 'outsider', 'outsider'],
    ['workflow', 'outsider', 'outsider'],
  ])('%s in the workspace: %s, and named as an admin of the CRM %s', (flags, byFlags, named) => {
    const person = somebody(STANDINGS[flags])
    expect(standingOf(ADA, person, TEAM, settings())).toBe(byFlags)
    expect(standingOf(ADA, person, TEAM, settings([ADA]))).toBe(named)
  })

  test('an admin of the workspace is a member where others are named as admins', () => {
    expect(standingOf(ADA, somebody(STANDINGS.owner), TEAM, settings(['U0BOSS']))).toBe('member')
  })

  test('whoever is named as a viewer only reads, an admin of the workspace too', () => {
    expect(standingOf(ADA, somebody(), TEAM, settings([], [ADA]))).toBe('viewer')
    expect(standingOf(ADA, somebody(STANDINGS.owner), TEAM, settings([], [ADA]))).toBe('viewer')
    expect(standingOf(ADA, somebody(STANDINGS.guest), TEAM, settings([], [ADA]))).toBe('guest')
  })

  test('within an Enterprise Grid, whoever has our workspace among theirs belongs to it', () => {
    const elsewhere = { team_id: 'T0FIRST', enterprise_user: { teams: ['T0FIRST', TEAM] } }
    expect(standingOf(ADA, somebody(elsewhere), TEAM, settings())).toBe('member')
    expect(standingOf(ADA, somebody({ ...elsewhere, enterprise_user: { teams: ['T0FIRST'] } }), TEAM, settings())).toBe(
      'outsider',
    )
  })

  test('somebody who has authorized the app is no bot', () => {
    expect(standingOf(ADA, somebody({ is_app_user: true }), TEAM, settings())).toBe('member')
  })

  test('an answer that is about nobody is no answer', () => {
    expect(() => readPerson('somebody')).toThrow()
  })
})

/** Slack, as a list of what it says next; the last answer stays. */
function aDirectory(more: Partial<RolesDeps> = {}) {
  const clock = { now: 0 }
  const person = vi.fn<RolesDeps['person']>(async () => somebody())
  const { log, lines } = aLog()
  const roles = createRoles({
    ...settings(),
    person,
    team: async () => TEAM,
    // Slack is always waited for.
    after: () => new Promise(() => {}),
    now: () => clock.now,
    log,
    ...more,
  })
  return { clock, person, roles, lines }
}

const away = () => Promise.reject(new UpstreamError('Slack did not answer'))
const refused = (code: string) => () => Promise.reject(refusalOf(code, { needed: 'users:read', cause: undefined }))

describe('asking Slack', () => {
  test('happens once in five minutes for each person, and once for all who wait', async () => {
    const { clock, person, roles } = aDirectory()
    await Promise.all([roles.standing(ADA), roles.standing(ADA), roles.standing('U0TOM')])
    clock.now = 5 * MINUTE - 1
    await roles.standing(ADA)
    expect(person.mock.calls).toEqual([[ADA], ['U0TOM']])
    clock.now = 5 * MINUTE
    await roles.standing(ADA)
    expect(person).toHaveBeenCalledTimes(3)
  })

  test('happens anew when Slack says that somebody has changed', async () => {
    const { person, roles } = aDirectory()
    await roles.standing(ADA)
    person.mockResolvedValue(somebody(STANDINGS.guest))
    roles.changed(ADA)
    expect(await roles.standing(ADA)).toBe('guest')
  })

  test('an answer from before a change is not remembered', async () => {
    const first = Promise.withResolvers<Person>()
    const { person, roles } = aDirectory()
    person.mockReturnValueOnce(first.promise).mockResolvedValue(somebody(STANDINGS.guest))
    const early = roles.standing(ADA)
    roles.changed(ADA)
    first.resolve(somebody(STANDINGS.admin))
    await early
    expect(await roles.standing(ADA)).toBe('guest')
  })

  test('somebody whom Slack does not know may nothing', async () => {
    const { roles } = aDirectory({ person: async () => undefined })
    expect(await roles.standing(ADA)).toBe('outsider')
  })

  test('remembers a thousand people, and forgets the one who was asked for longest ago', async () => {
    const { person, roles } = aDirectory()
    for (let n = 0; n <= 1000; n += 1) await roles.standing(`U${n}`)
    person.mockClear()
    await roles.standing('U1000')
    await roles.standing('U1')
    expect(person).not.toHaveBeenCalled()
    await roles.standing('U0')
    expect(person).toHaveBeenCalledTimes(1)
  })
})

describe('where Slack cannot be asked', () => {
  test('the last answer counts for an hour', async () => {
    const { clock, person, roles, lines } = aDirectory()
    await roles.standing(ADA)
    person.mockImplementation(away)
    clock.now = 60 * MINUTE - 1
    expect(await roles.standing(ADA)).toBe('member')
    clock.now = 60 * MINUTE
    await expect(roles.standing(ADA)).rejects.toThrow('Please try again in a minute.')
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'warn'])
  })

  test('who is named as an admin is one, unless Slack has said lately that they may nothing', async () => {
    const { clock, person, roles } = aDirectory(settings([ADA]))
    person.mockImplementation(away)
    expect(await roles.standing(ADA)).toBe('admin')
    person.mockResolvedValue(somebody(STANDINGS.guest))
    expect(await roles.standing(ADA)).toBe('guest')
    person.mockImplementation(away)
    clock.now = 10 * MINUTE
    expect(await roles.standing(ADA)).toBe('guest')
  })

  test('who is named as a viewer may nothing, as that says only that they may not more', async () => {
    const { person, roles } = aDirectory(settings([], [ADA]))
    person.mockImplementation(away)
    await expect(roles.standing(ADA)).rejects.toThrow('nothing was done')
  })

  test('what was known before a change does not count', async () => {
    const { person, roles } = aDirectory()
    await roles.standing(ADA)
    roles.changed(ADA)
    person.mockImplementation(away)
    await expect(roles.standing(ADA)).rejects.toThrow('nothing was done')
  })

  test('for lack of a scope, the sentence says who mends it and how', async () => {
    const { roles } = aDirectory({ person: refused('missing_scope') })
    await expect(roles.standing(ADA)).rejects.toThrow(
      /ask an admin of the workspace to install the app again with the current manifest\.yml/,
    )
  })

  test('for a token that is no longer taken, the sentence says how to mend that', async () => {
    const { roles } = aDirectory({ person: refused('token_revoked') })
    await expect(roles.standing(ADA)).rejects.toThrow(/Copy the Bot User OAuth Token again/)
  })

  test('nor which workspace this is, nobody is let in', async () => {
    const { roles } = aDirectory({ team: away })
    await expect(roles.standing(ADA)).rejects.toThrow('nothing was done')
  })

  test('in time, the last answer is taken, and the late one counts from then on', async () => {
    const late = Promise.withResolvers<Person>()
    const { clock, person, roles } = aDirectory({ after: () => Promise.resolve() })
    await roles.standing(ADA)
    clock.now = 6 * MINUTE
    person.mockReturnValueOnce(late.promise)
    expect(await roles.standing(ADA)).toBe('member')
    late.resolve(somebody(STANDINGS.guest))
    await late.promise
    await expect.poll(() => roles.standing(ADA)).toBe('guest')
    expect(person).toHaveBeenCalledTimes(2)
  })
})

describe('the gate', () => {
  const body = { command: '/crm', user_id: ADA }

  const gateFor = (standing: Standing, admins: readonly string[] = []) =>
    createGate({ standing: async () => standing, admins, log: aLog().log })

  const denialOf = (asked: Promise<unknown>) =>
    asked.then(
      () => undefined,
      (error: unknown) => (error instanceof DeniedError ? error.denial : error),
    )

  test('lets in whoever may, with what they are', async () => {
    expect(await gateFor('viewer').admit(body, 'viewer')).toEqual({ userId: ADA, role: 'viewer' })
    expect(await gateFor('admin').admit(body, 'member')).toEqual({ userId: ADA, role: 'admin' })
  })

  test('tells nobody from outside what they typed wrong', async () => {
    const needed = () => {
      throw new Error('this is no command')
    }
    expect(await denialOf(gateFor('guest').admit(body, needed))).toEqual({ why: 'guest' })
    await expect(gateFor('viewer').admit(body, needed)).rejects.toThrow('this is no command')
  })

  test('says which role it takes, and who has it', async () => {
    const denial = { why: 'role', needed: 'admin', admins: ['U0BOSS', 'U0CHIEF'] } as const
    expect(await denialOf(gateFor('member', denial.admins).admit(body, 'admin'))).toEqual(denial)
    expect(deniedView(denial).text).toBe(':lock: This is for admins of the CRM. Please ask <@U0BOSS>, <@U0CHIEF>.')
    expect(deniedView({ ...denial, admins: [] }).text).toMatch(/ask an admin or owner of the workspace\.$/)
    expect(deniedSentence(denial)).toBe('This is for admins of the CRM. Please ask an admin of the CRM.')
  })

  test('does not ask Slack about people of other workspaces and bots', async () => {
    const standing = vi.fn(async () => 'admin' as const)
    const gate = createGate({ standing, admins: [], log: aLog().log })
    const press = (more: object) => ({ user: { id: ADA, team_id: TEAM }, team: { id: TEAM }, ...more })
    for (const outside of [
      press({ user: { id: ADA, team_id: 'T0OTHER' } }),
      press({ user: { id: ADA, is_bot: true } }),
      press({ bot_id: 'B1' }),
      { command: '/crm', user_id: 'USLACKBOT' },
      {},
    ])
      expect(await denialOf(gate.admit(outside, 'viewer'))).toEqual({ why: 'outsider' })
    expect(standing).not.toHaveBeenCalled()
    // Slack decides where one organisation has several workspaces.
    const grid = press({ user: { id: ADA, team_id: 'T0OTHER' }, enterprise: { id: 'E1' } })
    expect(await gate.admit(grid, 'viewer')).toMatchObject({ userId: ADA })
  })
})
