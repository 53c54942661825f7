import type { Database } from '../store/database.ts'
import { saveDigestSettings, savedDigestSettings } from '../store/digests.ts'
import { type DigestSchedule, type DigestSettings, WEEKDAYS } from './settings.ts'

/** The schedule that holds: what somebody saved in Slack, otherwise what the environment says. */
export async function digestSettings(
  database: Database,
  { digest, timeZone }: { readonly digest: DigestSchedule; readonly timeZone: string },
): Promise<DigestSettings> {
  const row = await savedDigestSettings(database)
  if (!row) return { ...digest, timeZone, saved: null }
  const { channel, at, days, savedBy, savedAt } = row
  return { channel, at, days, timeZone, saved: { by: savedBy, at: savedAt } }
}

/** Saves what `by` (a Slack user id) chose; null goes back to what the environment says. */
export async function chooseDigest(
  database: Database,
  schedule: DigestSchedule | null,
  { by, now }: { readonly by: string; readonly now: number },
): Promise<void> {
  const row = schedule && {
    channel: schedule.channel,
    at: schedule.at,
    days: WEEKDAYS.filter((day) => schedule.days.includes(day)),
    savedBy: by,
    savedAt: now,
  }
  await database.transaction((tx) => saveDigestSettings(tx, row))
}
