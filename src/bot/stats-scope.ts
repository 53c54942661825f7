import { z } from 'zod'

import type { StatsScope } from '../core/statistics.ts'
import { PERIODS, type Period } from './command.ts'
import { jsonIn } from './json.ts'

export interface Scope extends StatsScope {
  readonly days: Period
}

export const EVERYBODY = { campaign: null, tag: null } as const

/** What statistics are shown for where nobody said. */
export const USUAL: Scope = { days: 30, ...EVERYBODY }

const period = z.literal([...PERIODS])
const name = z.string().min(1).nullable()
const Written = z.union([period, z.tuple([period, name, name])])

/** The value of a button. */
export function writeScope({ days, campaign, tag }: Scope): string {
  return campaign === null && tag === null ? String(days) : JSON.stringify([days, campaign, tag])
}

export function isScope(value: unknown): value is Scope {
  return value !== null
}

/** Null for what is none: whoever sees a button can send any value back. */
export function readScope(value: string): Scope | null {
  const parsed = Written.safeParse(jsonIn(value)).data
  if (parsed === undefined) return null
  if (typeof parsed === 'number') return { days: parsed, ...EVERYBODY }
  const [days, campaign, tag] = parsed
  return { days, campaign, tag }
}
