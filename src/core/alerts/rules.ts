import type { AlertKind } from './kinds.ts'

/** What an alert is about, as far as rules can tell alerts apart. */
export interface AlertAbout {
  /** By its name, or its id where it has no name. */
  readonly campaign: string | null
  readonly tags: readonly string[]
  /** A Slack user id. */
  readonly owner: string | null
}

export const ABOUT_NOBODY: AlertAbout = { campaign: null, tags: [], owner: null }

/** The target of a rule that means whoever owns the contact. */
export const TO_OWNER = 'owner'

/** Of the ids that Slack gives. */
export function isChannel(id: string): boolean {
  return /^[CG][A-Z0-9]{1,30}$/.test(id)
}

export function isPerson(id: string): boolean {
  return /^[UW][A-Z0-9]{1,30}$/.test(id)
}

/** What a rule can send alerts to. */
export function isTarget(to: string): boolean {
  return to === TO_OWNER || isChannel(to) || isPerson(to)
}

/** Each condition that is null, or empty, lets everything through. */
export interface AlertRule {
  readonly id: number
  readonly kinds: readonly AlertKind[]
  readonly campaign: string | null
  readonly tag: string | null
  /** A Slack user id. */
  readonly owner: string | null
  /** The id of a channel or a person, or `TO_OWNER`. */
  readonly target: string
}

/** Where an alert goes: the id of a channel or a person, or `#name`; `rule` is null where no rule said so. */
export interface Target {
  readonly to: string
  readonly rule: number | null
}

/** Every rule that matches adds its target, each target once; `fallback` is for what none of them sends anywhere. */
export function routed(
  rules: readonly AlertRule[],
  kind: AlertKind,
  about: AlertAbout,
  fallback: string | null,
): readonly Target[] {
  const byTarget = new Map<string, Target>()
  for (const rule of rules) {
    const to = rule.target === TO_OWNER ? about.owner : rule.target
    if (to !== null && !byTarget.has(to) && matches(rule, kind, about)) byTarget.set(to, { to, rule: rule.id })
  }
  if (byTarget.size > 0 || fallback === null) return [...byTarget.values()]
  return [{ to: fallback, rule: null }]
}

function matches(rule: AlertRule, kind: AlertKind, { campaign, tags, owner }: AlertAbout): boolean {
  return (
    (rule.kinds.length === 0 || rule.kinds.includes(kind)) &&
    (rule.campaign === null || (campaign !== null && alike(rule.campaign, campaign))) &&
    (rule.tag === null || tags.some((tag) => rule.tag !== null && alike(rule.tag, tag))) &&
    (rule.owner === null || rule.owner === owner)
  )
}

/** As people type names: in any case, and with any spaces around. */
function alike(a: string, b: string): boolean {
  return comparable(a) === comparable(b)
}

function comparable(name: string): string {
  return name.normalize('NFC').trim().toLowerCase()
}
