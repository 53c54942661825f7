import type { Want } from './fields.ts'
import type { ProviderId } from './provider.ts'
import type { Lack } from './waterfall.ts'

/** What became of one contact. */
export interface ContactOutcome {
  readonly id: number
  readonly kind:
    | 'enriched'
    /** There was nothing to look for. */
    | 'complete'
    /** Nobody knew anything new. */
    | 'nothing'
    /** A provider answers later. */
    | 'waiting'
    /** Nobody should write to this person, and nobody is asked about them. */
    | 'suppressed'
    /** It is not there any more. */
    | 'gone'
    /** This program failed; the log says how. */
    | 'failed'
  readonly found: readonly Want[]
  readonly lacking: readonly { readonly want: Want; readonly why: Lack }[]
  readonly asked: readonly ProviderId[]
  readonly credits: number
  /** When it is worth trying again, UTC milliseconds; null where time does not help. */
  readonly retryAt: number | null
}

export interface BatchOutcome {
  readonly contacts: number
  readonly counts: Readonly<Record<ContactOutcome['kind'], number>>
  readonly credits: number
  /** Why something is still lacking, by the number of contacts. */
  readonly lacking: Readonly<Partial<Record<Lack, number>>>
  /** The contacts that are worth trying again, and when. */
  readonly later: { readonly ids: readonly number[]; readonly at: number } | null
}

export type OnProgress = (done: number, credits: number) => void

/** An outcome of which there is no more to say. */
export function nothing(id: number, kind: ContactOutcome['kind']): ContactOutcome {
  return { id, kind, found: [], lacking: [], asked: [], credits: 0, retryAt: null }
}

/** Adds outcomes up. */
export class Summary {
  readonly #counts: Record<ContactOutcome['kind'], number> = {
    ...{ enriched: 0, complete: 0, nothing: 0, waiting: 0, suppressed: 0, gone: 0, failed: 0 },
  }
  readonly #lacking: Partial<Record<Lack, number>> = {}
  readonly #later: number[] = []
  #laterAt: number | null = null
  #contacts = 0
  #credits = 0

  add(outcomes: readonly ContactOutcome[]): void {
    for (const { id, kind, credits, lacking, retryAt } of outcomes) {
      this.#contacts += 1
      this.#credits += credits
      this.#counts[kind] += 1
      for (const why of new Set(lacking.map((lack) => lack.why))) this.#lacking[why] = (this.#lacking[why] ?? 0) + 1
      if (retryAt === null) continue
      this.#later.push(id)
      this.#laterAt = Math.min(this.#laterAt ?? retryAt, retryAt)
    }
  }

  /** Passes progress within a chunk on as progress of the whole. */
  tell(done: number, credits: number, onProgress: OnProgress | undefined): void {
    onProgress?.(this.#contacts + done, this.#credits + credits)
  }

  result(): BatchOutcome {
    return {
      contacts: this.#contacts,
      counts: this.#counts,
      credits: this.#credits,
      lacking: this.#lacking,
      later: this.#laterAt === null ? null : { ids: this.#later, at: this.#laterAt },
    }
  }
}
