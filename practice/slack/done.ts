import type { Outcome } from '../contract.ts'
import type { Sight } from './screens.ts'

/** How an act ended: with what the page is answered, and what the person sees at once because of it. */
export interface Done {
  readonly outcome: Outcome
  readonly shown?: Sight | undefined
}

/** Slack took it. What became of it is on the screen. */
export const FINE: Done = { outcome: { ok: true } }

export function impossible(problem: string): Done {
  return { outcome: { ok: false, problem } }
}
