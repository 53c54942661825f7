import BetterSqlite3 from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

import { type Standing as InSlack, readManifest } from '../../practice/slack/index.ts'
import { parseCommand } from '../../src/bot/command.ts'
import { ACTIONS, FORMS, MENUS, readPress, SHORTCUTS } from '../../src/bot/listeners.ts'
import { writePeople } from '../../src/bot/people.ts'
import {
  COMMAND_NEEDS,
  FORM_NEEDS,
  MENU_NEEDS,
  may,
  needsOf,
  type Role,
  SHORTCUT_NEEDS,
} from '../../src/bot/permissions.ts'
import { deniedSentence, deniedView } from '../../src/bot/views/denied.ts'
import { addContact } from '../../src/core/add-contact.ts'
import { writePlace } from '../../src/core/page.ts'
import { writeCursor } from '../../src/core/search/cursor.ts'
import { createDayOf } from '../../src/core/time.ts'
import { aProgramInSlack } from './workspace.ts'

/** Stands in every answer about the one contact, and in no refusal. */
const CANARY = 'zebulon'
const ADDRESS = `${CANARY}@quetzal.example`

/** Something to send for everything that is listened to: each gets the first of these that it understands. */
const TEXTS: readonly string[] = [
  ...['help', 'lookup', 'search', 'list', 'add', 'import', 'enrich', 'forget', 'assign', 'status', 'note', 'tag'],
  ...[
    `lookup ${ADDRESS}`,
    `search ${CANARY}`,
    `company ${ADDRESS}`,
    'campaign',
    'stats',
    'health',
    'digest',
    'alerts',
    'export',
  ],
  ...['digest preview', 'digest now'],
  ...[`note ${ADDRESS} called`, `tag ${ADDRESS} vip`, `untag ${ADDRESS} vip`, `assign ${ADDRESS} me`],
  ...[`status ${ADDRESS} converted`, `enrich ${ADDRESS}`, 'enrich status:new', `forget ${ADDRESS}`],
]
const VALUES: readonly string[] = [
  ...[
    'csv status:new',
    'interested 1',
    '1',
    '30',
    '1:1',
    'recent',
    'next',
    'now',
    'all',
    'form',
    'status:new',
    ADDRESS,
    'quetzal.example',
    'Spring',
  ],
  writePeople({ addresses: [ADDRESS], author: null, isAuthorHidden: false, more: 0 }, 0),
  `1 ${writePlace({ direction: 'older', at: 1, id: 1 })}`,
  `${writeCursor({ direction: 'next', order: 'hottest', stretch: 0, heat: 0, id: 1, shown: 10 })} ${CANARY}`,
]

interface Person {
  readonly is: string
  /** None: nothing is let in. */
  readonly role: Role | undefined
  readonly id: string
  /** Whether a press is answered at all. */
  readonly isTold: boolean
  /** The workspace that the request names. */
  readonly team?: string
}

/** One thing that somebody can ask for, at one place. */
interface Request {
  readonly what: string
  readonly needs: Role
  /** Whoever may less is told so in plain words, beside an input. */
  readonly isForm?: boolean
  /** What comes back in the acknowledgement; everything else is sent later. */
  readonly answersAtOnce: boolean
  /** `mark` stands in whatever answers this. */
  send(person: Person, mark: string): Promise<unknown>
}

const office = await aProgramInSlack({ problems: 'keep' }, (slack) => ({ viewers: [slack.person('grace').id] }))
const { slack } = office
const file = new BetterSqlite3(office.databaseUrl.replace('sqlite:', ''), { readonly: true })

beforeAll(async () => {
  await addContact(office.database, ADDRESS, { by: office.ada.id, now: Date.now(), dayOf: createDayOf('UTC') })
})

afterAll(async () => {
  file.close()
  await office[Symbol.asyncDispose]()
})

const { team } = slack.screen()
const [ada, grace, tom, noor] = ['ada', 'grace', 'tom', 'noor'].map((name) => slack.person(name).id)

/** Whom Slack makes into what before they ask. */
const PEOPLE: readonly (Omit<Person, 'id'> & { readonly id: string | undefined; readonly becomes?: InSlack })[] = [
  { is: 'somebody whom Slack does not know', role: undefined, isTold: false, id: 'U0NOBODY' },
  { is: 'a guest', role: undefined, isTold: true, id: noor, becomes: 'guest' },
  { is: 'a guest in one channel', role: undefined, isTold: true, id: noor, becomes: 'guest in one channel' },
  { is: 'a bot', role: undefined, isTold: false, id: noor, becomes: 'bot' },
  { is: 'somebody external', role: undefined, isTold: false, id: noor, becomes: 'external', team: 'T0ELSEWHERE' },
  { is: 'somebody external, as only Slack knows', role: undefined, isTold: false, id: noor, becomes: 'external' },
  { is: 'a stranger', role: undefined, isTold: false, id: noor, becomes: 'stranger' },
  { is: 'somebody deactivated', role: undefined, isTold: false, id: noor, becomes: 'deactivated' },
  { is: 'a viewer', role: 'viewer', isTold: true, id: grace },
  { is: 'a member', role: 'member', isTold: true, id: tom },
  { is: 'an admin', role: 'admin', isTold: true, id: ada },
]

function interaction(type: string, { id, team: theirs = team.id }: Person, mark: string) {
  return {
    type,
    api_app_id: 'A0APP',
    team: { id: team.id, domain: 'practice' },
    user: { id, username: 'x', name: 'x', team_id: theirs },
    trigger_id: mark,
  }
}

const input = { type: 'input', block_id: 'words', element: { type: 'plain_text_input', action_id: 'value' } }

const commands: readonly Request[] = Object.entries(COMMAND_NEEDS).map(([kind, needs]) => ({
  what: `/crm for ${kind}`,
  needs,
  answersAtOnce: true,
  send: async ({ id }, mark) =>
    await office.send({
      command: '/crm',
      text: theOneFor(kind, TEXTS, (text) => kindOf(text) === kind),
      user_id: id,
      team_id: team.id,
      channel_id: slack.channel('sales').id,
      trigger_id: mark,
      response_url: slack.responseUrl(),
    }),
}))

function kindOf(text: string): string | undefined {
  try {
    return parseCommand(text).kind
  } catch {
    return undefined
  }
}

const inMessage = () => ({
  container: { type: 'message', message_ts: '1.1', channel_id: slack.channel('sales').id, is_ephemeral: false },
  channel: { id: slack.channel('sales').id, name: 'sales' },
  response_url: slack.responseUrl(),
})

/** Where buttons stand, as Slack tells it. */
const PLACES: Readonly<Record<string, (mark: string) => object>> = {
  message: inMessage,
  'private message': () => ({ ...inMessage(), container: { type: 'message', is_ephemeral: true } }),
  modal: (mark) => ({ container: { type: 'view', view_id: mark }, view: { id: mark, type: 'modal', hash: '1.a' } }),
  Home: (mark) => ({ container: { type: 'view', view_id: mark }, view: { id: mark, type: 'home', hash: '1.a' } }),
}

/** A button that opens a form, for each form that it can open. */
const presses = ACTIONS.flatMap((action) => {
  const values = action === 'open_form' ? FORMS : [theOneFor(action, VALUES, (value) => !!readPress(action, value))]
  return values.flatMap((value) => {
    const press = readPress(action, value)
    return press ? [{ action, value, needs: needsOf(press) }] : []
  })
})

const buttons: readonly Request[] = Object.entries(PLACES).flatMap(([place, at]) =>
  presses.map(({ action, value, needs }) => ({
    what: `${action} ${value} in a ${place}`,
    needs,
    answersAtOnce: false,
    send: async (person, mark) =>
      await office.interact({
        ...interaction('block_actions', person, mark),
        ...at(mark),
        actions: [{ type: 'button', block_id: 'b', action_id: action, value }],
      }),
  })),
)

const forms: readonly Request[] = FORMS.map((id) => ({
  what: `the form ${id}`,
  needs: FORM_NEEDS[id],
  isForm: true,
  answersAtOnce: true,
  send: async (person, mark) =>
    await office.interact({
      ...interaction('view_submission', person, mark),
      view: {
        ...{ id: mark, type: 'modal', callback_id: id, hash: '1.a', root_view_id: mark, blocks: [input] },
        ...{ state: { values: {} }, private_metadata: JSON.stringify({ about: { id: 1 } }) },
      },
    }),
}))

const shortcutTypes = new Map(readManifest().shortcuts.map(({ callback_id, type }) => [callback_id, type]))

const shortcuts: readonly Request[] = SHORTCUTS.map((id) => ({
  what: `the shortcut ${id}`,
  needs: SHORTCUT_NEEDS[id],
  answersAtOnce: false,
  send: async (person, mark) =>
    await office.interact({
      ...interaction(shortcutTypes.get(id) === 'message' ? 'message_action' : 'shortcut', person, mark),
      callback_id: id,
      ...(shortcutTypes.get(id) === 'message'
        ? { ...inMessage(), message_ts: '1.1', message: { type: 'message', text: ADDRESS, user: ada } }
        : {}),
    }),
}))

/** Menus say nothing of why they are empty: nobody reads it there. */
const menus = MENUS.map((id) => ({
  what: `the menu ${id}`,
  needs: MENU_NEEDS[id],
  send: async (person: Person) =>
    await office.interact({
      ...interaction('block_suggestion', person, '1.2.3'),
      ...{ container: { type: 'view', view_id: 'V1' }, view: { id: 'V1', type: 'modal' } },
      ...{ action_id: id, block_id: 'b', value: CANARY },
    }),
}))

const all: readonly Request[] = [...commands, ...buttons, ...forms, ...shortcuts]

function theOneFor(what: string, candidates: readonly string[], fits: (text: string) => boolean): string {
  const found = candidates.find(fits)
  if (found === undefined) throw new Error(`nothing here to send for ${what}: add it to the candidates`)
  return found
}

const turnedAway = () => office.lines.filter(({ message }) => message === 'somebody was not let in')

const PATIENCE_MS = 10_000

async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`nothing happened for ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

let asked = 0

/** What a person is shown for a request; for one who is told nothing, an empty list. */
async function answersTo(request: Request, person: Person): Promise<unknown[]> {
  asked += 1
  const mark = `V${asked}`
  const before = slack.calls.length
  const lines = turnedAway().length
  const acknowledgement = await request.send(person, mark)
  const answers = () =>
    slack.calls
      .slice(before)
      .filter(
        ({ method, args }) =>
          method === 'response_url' ||
          [args.trigger_id, args.view_id].includes(mark) ||
          // Some changes show on the Home tab alone.
          (method === 'views.publish' && args.user_id === person.id),
      )
      .map(({ args }) => args)
  if (acknowledgement !== undefined) return [acknowledgement, ...answers()]
  await until(request.what, () => answers().length > 0 || (!person.isTold && turnedAway().length > lines))
  return answers()
}

/** What stands on the Home tab of somebody who opens it. */
async function homeOf({ id }: Person): Promise<string> {
  const published = () => slack.callsOf('views.publish').filter(({ args }) => args.user_id === id)
  const before = published().length
  await slack.send({ type: 'app_home_opened', user: id, channel: 'D1', tab: 'home' })
  await until('a Home tab', () => published().length > before)
  return JSON.stringify(published().at(-1)?.args.view)
}

const Said = z.union([
  z.object({ text: z.string() }).transform(({ text }) => text),
  z.object({ errors: z.record(z.string(), z.string()) }).transform(({ errors }) => Object.values(errors).join()),
  z
    .object({ view: z.object({ blocks: z.tuple([z.object({ text: z.object({ text: z.string() }) })]) }) })
    .transform(({ view }) => view.blocks[0].text.text),
])

/** How somebody is told that they may not. */
function refusalsOf(person: Person, { needs }: Request): string[] {
  const denial = person.role
    ? ({ why: 'role', needed: needs, admins: [] } as const)
    : ({ why: person.isTold ? 'guest' : 'outsider' } as const)
  return [deniedView(denial).text, deniedSentence(denial)]
}

function isRefused({ role }: Person, { needs }: Request): boolean {
  return role === undefined || !may(role, needs)
}

/** Grows whenever anybody writes to the file. */
const version = (): unknown => file.pragma('data_version', { simple: true })

test('there is something to ask for at every entry', () => {
  expect(presses.map(({ action }) => action)).toEqual(expect.arrayContaining([...ACTIONS]))
  for (const list of [commands, buttons, forms]) expect(list.length).toBeGreaterThan(5)
})

describe.each(PEOPLE)('$is', ({ id = '', becomes, ...rest }) => {
  const person: Person = { ...rest, id }
  const refused = all.filter((request) => isRefused(person, request))
  const allowed = all.filter((request) => !isRefused(person, request))

  beforeAll(async () => {
    if (becomes) await slack.become('noor', becomes)
  })

  test(`is refused ${refused.length} of ${all.length} requests: nothing is written, and nothing told but why`, async () => {
    const before = version()
    const count = slack.calls.length
    for (const request of refused) {
      const answers = await answersTo(request, person)
      // Nobody outside types a command or has a form of ours; if they do, a sentence is all there is.
      const isSilent = !person.isTold && !request.answersAtOnce
      expect(answers.length > 0, request.what).toBe(!isSilent)
      for (const answer of answers) expect(refusalsOf(person, request), request.what).toContain(Said.parse(answer))
      expect(version(), request.what).toBe(before)
    }
    const calls = slack.calls.slice(count)
    expect(JSON.stringify(calls)).not.toContain(CANARY)
    expect(calls.map(({ method }) => method)).not.toContain('views.publish')
  })

  test(`is allowed the other ${allowed.length}`, async () => {
    for (const request of allowed) {
      const answers = await answersTo(request, person)
      for (const answer of answers) {
        const said = Said.safeParse(answer).data ?? ''
        expect(refusalsOf(person, request), request.what).not.toContain(said)
      }
      expect(answers.length, request.what).toBeGreaterThan(0)
    }
  })

  test.each(menus)('$what', async ({ needs, send }) => {
    const isAllowed = person.role !== undefined && may(person.role, needs)
    const options = await send(person)
    if (isAllowed) expect(JSON.stringify(options)).toContain(CANARY)
    else expect(options).toEqual({ options: [] })
  })

  test(person.role ? 'has a Home tab' : 'has a Home tab that says no more than why', async () => {
    const words = await homeOf(person)
    const why = person.isTold ? 'guests' : 'members of its own workspace only'
    if (person.role) expect(words).not.toContain('members')
    else expect(words).toContain(why)
    expect(words.includes('actions')).toBe(person.role !== undefined)
  })
})
