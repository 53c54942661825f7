import { alertRules, quietHoursOf, savedKinds } from '../store/alert-settings.ts'
import { troubleOf } from '../store/channel-troubles.ts'
import type { Database } from '../store/database.ts'
import { type AlertKind, type KindSettings, kindSettings } from './kinds.ts'
import { endOfQuiet } from './quiet-hours.ts'
import { type AlertAbout, isPerson, routed, type Target } from './rules.ts'

/** Which alerts there are, and where they go. */
export interface AlertSettings {
  /**
   * Where an alert goes, the targets of rules that say `owner` resolved; empty where nobody wants it. Where none
   * of them takes messages any more, it goes where alerts go that no rule sends anywhere, too.
   */
  targetsOf(kind: AlertKind, about: AlertAbout): Promise<readonly Target[]>
  /** UTC milliseconds before which a person is left alone, or `now`. Channels never wait. */
  notBefore(to: string, now: number): Promise<number>
}

export interface AlertSettingsDeps {
  readonly database: Database
  /** Where alerts go that no rule sends anywhere, or nowhere that takes them. */
  readonly channel: string | null
}

/** Reads what holds at each question, so that several processes never differ. */
export function createAlertSettings({ database, channel }: AlertSettingsDeps): AlertSettings {
  return {
    targetsOf: (kind, about) => targetsOf(database, channel, kind, about),
    notBefore: (to, now) => notBefore(database, to, now),
  }
}

/** The same in a transaction. */
export async function targetsOf(
  database: Database,
  channel: string | null,
  kind: AlertKind,
  about: AlertAbout,
): Promise<readonly Target[]> {
  const kinds = await readKinds(database)
  if (!kinds[kind].isOn) return []
  const targets = routed(await alertRules(database), kind, about, channel)
  if (channel === null || targets.some(({ to }) => to === channel)) return targets
  const troubles = await Promise.all(targets.map(({ to }) => troubleOf(database, to)))
  return troubles.every((trouble) => trouble !== undefined) ? [...targets, { to: channel, rule: null }] : targets
}

export async function notBefore(database: Database, to: string, now: number): Promise<number> {
  const hours = isPerson(to) ? await quietHoursOf(database, to) : undefined
  return hours ? endOfQuiet(hours, now) : now
}

export async function readKinds(database: Database): Promise<KindSettings> {
  return kindSettings(await savedKinds(database))
}
