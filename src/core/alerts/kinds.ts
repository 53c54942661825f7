/** Alerts about one contact, each named by an event of theirs. */
export const CONTACT_ALERT_KINDS = ['replied', 'hot', 'reopened', 'unsubscribed', 'complained'] as const

/** Alerts about everybody together. */
export const NOTICE_KINDS = ['bounce_rate', 'source_silent'] as const

export const ALERT_KINDS = [...CONTACT_ALERT_KINDS, ...NOTICE_KINDS] as const

export type ContactAlertKind = (typeof CONTACT_ALERT_KINDS)[number]
export type NoticeKind = (typeof NOTICE_KINDS)[number]
export type AlertKind = (typeof ALERT_KINDS)[number]

/** Where a kind has a line that is to be crossed. */
export interface Line {
  readonly usual: number
  readonly least: number
  readonly most: number
}

interface KindFacts {
  readonly isOnAtFirst: boolean
  readonly line: Line | null
}

export const KINDS: Readonly<Record<AlertKind, KindFacts>> = {
  replied: { isOnAtFirst: true, line: null },
  /** The score as of now. */
  hot: { isOnAtFirst: false, line: { usual: 30, least: 1, most: 1000 } },
  reopened: { isOnAtFirst: false, line: null },
  unsubscribed: { isOnAtFirst: false, line: null },
  complained: { isOnAtFirst: false, line: null },
  /** In percent of those sent. */
  bounce_rate: { isOnAtFirst: false, line: { usual: 5, least: 0.1, most: 100 } },
  source_silent: { isOnAtFirst: false, line: null },
}

export interface KindSetting {
  readonly isOn: boolean
  /** Where the kind has a line; else null. */
  readonly threshold: number | null
}

export type KindSettings = Readonly<Record<AlertKind, KindSetting>>

/** What somebody saved, over what holds at first. */
export function kindSettings(
  saved: readonly { readonly kind: AlertKind; readonly isOn: boolean; readonly threshold: number | null }[],
): KindSettings {
  const said = new Map(saved.map((row) => [row.kind, row]))
  const settingOf = (kind: AlertKind): KindSetting => {
    const { isOnAtFirst, line } = KINDS[kind]
    const { isOn = isOnAtFirst, threshold } = said.get(kind) ?? {}
    return { isOn, threshold: line && (threshold ?? line.usual) }
  }
  return {
    replied: settingOf('replied'),
    hot: settingOf('hot'),
    reopened: settingOf('reopened'),
    unsubscribed: settingOf('unsubscribed'),
    complained: settingOf('complained'),
    bounce_rate: settingOf('bounce_rate'),
    source_silent: settingOf('source_silent'),
  }
}
