import { lastingTroubles } from '../channel-troubles.ts'
import {
  alertRule,
  alertRules,
  deleteQuietHours,
  deleteRule,
  insertRule,
  moveQuietHours,
  quietHoursOf,
  saveKind,
  saveQuietHours,
  updateRule,
} from '../store/alert-settings.ts'
import type { Database } from '../store/database.ts'
import { enqueue } from '../store/jobs.ts'
import { ALERT_KINDS, type KindSettings } from './kinds.ts'
import { watchJobs } from './notices.ts'
import type { QuietHours } from './quiet-hours.ts'
import type { AlertRule } from './rules.ts'
import { readKinds } from './settings.ts'

/** More would not fit into a message, and nobody would find their way among them. */
export const MOST_RULES = 30

/** What holds now, as one person sees it. */
export interface AlertsState {
  readonly kinds: KindSettings
  readonly rules: readonly AlertRule[]
  /** Where alerts go that no rule sends anywhere; null where they go nowhere. */
  readonly channel: string | null
  /** Slack's own word for why it takes no messages there, by channel or person. */
  readonly troubles: ReadonlyMap<string, string>
  /** The person's own. */
  readonly quiet: QuietHours | null
}

export type RuleChoice = Omit<AlertRule, 'id'>

export type RuleOutcome =
  | 'saved'
  /** Somebody else removed it meanwhile. */
  | 'gone'
  /** There are as many as there may be. */
  | 'full'

/** What people see and change of the alerts. People are Slack user ids. */
export interface AlertChoices {
  state(user: string): Promise<AlertsState>
  rule(id: number): Promise<AlertRule | undefined>
  setKinds(kinds: KindSettings, by: string): Promise<void>
  /** Adds a rule, or changes the one with that id. */
  saveRule(rule: RuleChoice, id: number | null, by: string): Promise<RuleOutcome>
  removeRule(id: number): Promise<void>
  /** Null for none. */
  setQuietHours(user: string, hours: QuietHours | null): Promise<void>
  /** Somebody is in another time zone now. */
  moved(user: string, timeZone: string): Promise<void>
}

export interface AlertChoicesDeps {
  readonly database: Database
  readonly channel: string | null
  readonly jobsQueued: () => void
  /** UTC milliseconds. */
  readonly now: () => number
}

export function createAlertChoices({ database, channel, jobsQueued, now }: AlertChoicesDeps): AlertChoices {
  return {
    async state(user) {
      const [kinds, rules, quiet, troubles] = await Promise.all([
        readKinds(database),
        alertRules(database),
        quietHoursOf(database, user),
        lastingTroubles(database, now()),
      ])
      const byTarget = new Map(troubles.map(({ target, code }) => [target, code]))
      return { kinds, rules, channel, quiet: quiet ?? null, troubles: byTarget }
    },
    rule: (id) => alertRule(database, id),
    async setKinds(kinds, by) {
      const at = now()
      await database.transaction(async (tx) => {
        for (const kind of ALERT_KINDS) await saveKind(tx, { kind, ...kinds[kind], by, at })
        await enqueue(tx, watchJobs(kinds, at), at)
      })
      jobsQueued()
    },
    async saveRule(rule, id, by) {
      const row = { ...rule, by, at: now() }
      return await database.transaction(async (tx) => {
        if (id !== null) return (await updateRule(tx, { ...row, id })) ? 'saved' : 'gone'
        if ((await alertRules(tx)).length >= MOST_RULES) return 'full'
        await insertRule(tx, row)
        return 'saved'
      })
    },
    removeRule: (id) => database.transaction((tx) => deleteRule(tx, id)),
    setQuietHours: (user, hours) =>
      database.transaction((tx) =>
        hours === null ? deleteQuietHours(tx, user) : saveQuietHours(tx, user, hours, now()),
      ),
    async moved(user, timeZone) {
      const hours = await quietHoursOf(database, user)
      if (hours && hours.timeZone !== timeZone) await database.transaction((tx) => moveQuietHours(tx, user, timeZone))
    },
  }
}
