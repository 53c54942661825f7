import { z } from 'zod'

import { CrmError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import { type After, within } from './deadline.ts'
import type { Role } from './permissions.ts'
import { SlackRefusedError } from './slack-refusals.ts'

/** What somebody is in the CRM; the last two may do nothing. */
export type Standing =
  | Role
  | 'guest'
  /** Of another workspace, deactivated, a bot, or nobody that Slack knows. */
  | 'outsider'

export interface RoleSettings {
  /** Slack user ids. Without any, the admins and owners of the workspace are the admins of the CRM. */
  readonly admins: ReadonlySet<string>
  /** Slack user ids of those who only read. */
  readonly viewers: ReadonlySet<string>
}

/** What Slack says of people. A flag that is absent is false. */
const flag = z.boolean().nullish().transform(Boolean)

/**
 * Not `is_app_user`, which says that a person has authorized the app and nothing of bots. On
 * Enterprise Grid `team_id` is one of several workspaces of a person, and `teams` has them all.
 */
const Person = z.object({
  team_id: z.string().nullish(),
  enterprise_user: z.object({ teams: z.array(z.string()).nullish() }).nullish(),
  deleted: flag,
  is_bot: flag,
  is_workflow_bot: flag,
  is_stranger: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_admin: flag,
  is_owner: flag,
  is_primary_owner: flag,
  /** The IANA zone that their profile says. */
  tz: z.string().nullish(),
  /** Without an address where the app may not see it (`users:read.email`). */
  profile: z.object({ email: z.string().nullish() }).nullish(),
})

export type Person = z.infer<typeof Person>

/** Reads the `user` of `users.info`, in which nothing is said that is not there; throws where it is none. */
export function readPerson(user: unknown): Person {
  return Person.parse(user ?? {})
}

/** Who may do nothing does not come to more by being named in the settings. */
export function standingOf(
  id: string,
  person: Person,
  team: string | null,
  { admins, viewers }: RoleSettings,
): Standing {
  // Where no team is said, that of the request decides, which is looked at before.
  const isOurs = !person.team_id || team === null || [person.team_id, ...teamsOf(person)].includes(team)
  if (!isOurs || person.is_stranger || person.deleted || person.is_bot || person.is_workflow_bot) return 'outsider'
  if (person.is_restricted || person.is_ultra_restricted) return 'guest'
  if (admins.has(id)) return 'admin'
  if (viewers.has(id)) return 'viewer'
  const runsWorkspace = person.is_admin || person.is_owner || person.is_primary_owner
  return admins.size === 0 && runsWorkspace ? 'admin' : 'member'
}

function teamsOf({ enterprise_user }: Person): readonly string[] {
  return enterprise_user?.teams ?? []
}

/** Nobody can say who somebody is; the message says what to do. */
export class UnknownStandingError extends CrmError {
  override name = 'UnknownStandingError'
}

const NOTHING_DONE = 'Slack does not say who you are, so nothing was done.'
const TRY_AGAIN = `${NOTHING_DONE} Please try again in a minute.`
const INSTALL_AGAIN =
  'The CRM may not ask Slack who you are, so nothing was done. Please ask an admin of the workspace to install the app again with the current manifest.yml: it needs users:read.'

function remedyFor(error: unknown): string {
  if (!(error instanceof SlackRefusedError)) return TRY_AGAIN
  return error.code === 'missing_scope' ? INSTALL_AGAIN : `${NOTHING_DONE} ${error.message}`
}

export interface Roles {
  /** What somebody is at this moment. Rejects with `UnknownStandingError`. */
  standing(userId: string): Promise<Standing>
  /** Slack says that something about somebody has changed. */
  changed(userId: string): void
}

export interface RolesDeps extends RoleSettings {
  /** What Slack says of somebody, or undefined where it knows nobody of that id. */
  readonly person: (userId: string) => Promise<Person | undefined>
  /** The id of the workspace in which the app is installed. */
  readonly team: () => Promise<string | null>
  readonly after: After
  /** UTC milliseconds. */
  readonly now: () => number
  readonly log: Logger
}

const FRESH_MS = 5 * 60 * 1000
/** How long an answer counts while Slack cannot be asked again. */
const LAST_KNOWN_MS = 60 * 60 * 1000
/** How long Slack may take where there is something to go by without it: what follows has to be in time, too. */
const PATIENCE_MS = 1000
const MOST = 1000

/** Asks Slack who people are, and remembers it in memory: a restart asks again. */
export function createRoles(deps: RolesDeps): Roles {
  const { person, after, now, log, admins } = deps
  const known = new Map<string, { readonly standing: Standing; readonly at: number }>()
  const underWay = new Map<string, Promise<Standing>>()
  let team: string | null = null

  async function ask(userId: string): Promise<Standing> {
    const [home, somebody] = await Promise.all([team ?? deps.team(), person(userId)])
    team = home
    return somebody ? standingOf(userId, somebody, home, deps) : 'outsider'
  }

  /** One question at a time for each person. */
  function asked(userId: string): Promise<Standing> {
    const before = underWay.get(userId)
    if (before) return before
    const asking = ask(userId).then((standing) => {
      // Not where somebody changed meanwhile: the answer may be of the time before.
      if (underWay.get(userId) === asking) remember(userId, standing)
      return standing
    })
    underWay.set(userId, asking)
    const over = () => {
      if (underWay.get(userId) === asking) underWay.delete(userId)
    }
    asking.then(over, over)
    return asking
  }

  function remember(userId: string, standing: Standing): void {
    known.delete(userId)
    known.set(userId, { standing, at: now() })
    const [oldest] = known.keys()
    if (known.size > MOST && oldest) known.delete(oldest)
  }

  /** What can be gone by without Slack. */
  function withoutSlack(userId: string): Standing | undefined {
    const last = known.get(userId)
    if (last && now() - last.at < LAST_KNOWN_MS) return last.standing
    return admins.has(userId) ? 'admin' : undefined
  }

  return {
    async standing(userId) {
      const last = known.get(userId)
      if (last && now() - last.at < FRESH_MS) return last.standing
      const answer = asked(userId)
      const otherwise = withoutSlack(userId)
      try {
        if (otherwise === undefined) return await answer
        return (await within(PATIENCE_MS, answer, after)) ?? otherwise
      } catch (error) {
        log.warn('Slack did not say who somebody is', { error })
        if (otherwise !== undefined) return otherwise
        throw new UnknownStandingError(remedyFor(error), { cause: error })
      }
    },
    changed(userId) {
      known.delete(userId)
      underWay.delete(userId)
    },
  }
}
