import {
  ALERT_ENTRY,
  ALERT_FOLLOW,
  ALERT_MESSAGE,
  ALERT_REMINDER,
  ALERT_ROLL_UP,
  ALERT_UNDO_OVER,
} from './alerts/jobs.ts'
import { ALERT_NOTICE, ALERT_WATCH } from './alerts/notices.ts'
import { ALERT } from './alerts/triggers.ts'
import { CHANNEL_TROUBLE } from './channel-troubles.ts'
import { DIGEST } from './digest/schedule.ts'
import { COLLECT, ENRICH, ENRICH_RUN } from './enrichment/jobs.ts'
import { FORGET_POSTS } from './erasure/posts.ts'
import { EXPORT } from './export/orders.ts'
import { HOUSEKEEPING } from './housekeeping.ts'
import { IMPORT_CHECK, IMPORT_FETCH, IMPORT_GO_ON, IMPORT_RUN, IMPORT_UNDO } from './import/jobs.ts'

interface JobKind {
  readonly one: string
  readonly many?: string
  /** Many may be queued at once and wait for others, so that a long queue says nothing. */
  readonly inBulk?: true
  /** Comes by the clock, so that one always waits and says nothing. */
  readonly routine?: true
  /** Says something in Slack of its own accord: when its answer is lost somebody may have seen it, and it may be sent long after. */
  readonly sends?: true
  /** Is followed by what is sent, and so has to be begun anew with it. */
  readonly leads?: true
}

/** What people call the work that is queued. */
const KINDS: Readonly<Record<string, JobKind>> = {
  [ALERT]: { one: 'alert to plan', many: 'alerts to plan', leads: true },
  [ALERT_FOLLOW]: { one: 'event to add to an alert', many: 'events to add to alerts', leads: true },
  [ALERT_MESSAGE]: { one: 'alert', sends: true },
  [ALERT_ENTRY]: { one: 'entry in the thread of an alert', many: 'entries in threads of alerts', sends: true },
  [ALERT_ROLL_UP]: { one: 'list of alerts', many: 'lists of alerts', sends: true },
  [ALERT_REMINDER]: { one: 'reminder', sends: true },
  [ALERT_UNDO_OVER]: { one: 'button to take off an alert', many: 'buttons to take off alerts' },
  [ALERT_NOTICE]: { one: 'notice', sends: true },
  [ALERT_WATCH]: { one: 'look at bounces and silent tools', many: 'looks at bounces and silent tools', routine: true },
  [CHANNEL_TROUBLE]: { one: 'word to an admin on a channel', many: 'words to an admin on channels', sends: true },
  [DIGEST]: { one: 'digest', sends: true },
  [FORGET_POSTS]: { one: 'erasure in Slack', many: 'erasures in Slack', sends: true },
  [ENRICH]: { one: 'enrichment', inBulk: true },
  [COLLECT]: { one: 'answer of an enrichment provider to fetch', many: 'answers of enrichment providers to fetch' },
  [ENRICH_RUN]: {
    one: 'enrichment that somebody asked for',
    many: 'enrichments that somebody asked for',
    inBulk: true,
  },
  [EXPORT]: { one: 'export' },
  [IMPORT_FETCH]: { one: 'list to fetch from Slack', many: 'lists to fetch from Slack' },
  [IMPORT_CHECK]: { one: 'list to check', many: 'lists to check', inBulk: true },
  [IMPORT_RUN]: { one: 'import', inBulk: true },
  [IMPORT_UNDO]: { one: 'import to take back', many: 'imports to take back', inBulk: true },
  [IMPORT_GO_ON]: { one: 'import to go on with', many: 'imports to go on with' },
  [HOUSEKEEPING]: { one: 'daily clean-up', routine: true },
}

export function kindOf(kind: string): JobKind {
  return (Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined) ?? { one: `job “${kind}”`, many: `jobs “${kind}”` }
}

export const SENDING_KINDS: readonly string[] = Object.entries(KINDS)
  .filter(([, { sends }]) => sends)
  .map(([kind]) => kind)

/** What people can have begun anew after it was given up. */
export const REVIVED_KINDS: readonly string[] = Object.entries(KINDS)
  .filter(([, { sends, leads }]) => sends || leads)
  .map(([kind]) => kind)
