import { mulberry32 } from '../samples/random.ts'

/** What the next request gets in place of its answer. */
export type Trouble =
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number }
  /** With `after`, Slack does what it was asked and says this all the same. */
  | { readonly kind: 'status'; readonly status: number; readonly after?: boolean }
  /** The connection ends without an answer; with `after`, what was asked for is done. */
  | { readonly kind: 'drop'; readonly after?: boolean }
  /** `{ ok: false, error }`, such as `not_in_channel`. */
  | { readonly kind: 'refuse'; readonly error: string; readonly needed?: string }

/** A part of all requests that meets trouble, again and again. */
export interface Weather {
  /** From 0 to 1. */
  readonly share: number
  /** Each as often as the others. */
  readonly troubles: readonly Trouble[]
  /** The same seed meets the same requests. */
  readonly seed: number
  /** Those of all methods without it. */
  readonly method?: string
}

export class Troubles {
  readonly #waiting: { readonly trouble: Trouble; readonly method: string | undefined }[] = []
  #weather: ((method: string) => Trouble | undefined) | undefined

  add(trouble: Trouble, { method, times = 1 }: { readonly method?: string; readonly times?: number } = {}): void {
    for (let time = 0; time < times; time += 1) this.#waiting.push({ trouble, method })
  }

  take(method: string): Trouble | undefined {
    const index = this.#waiting.findIndex((one) => one.method === undefined || one.method === method)
    return index < 0 ? this.#weather?.(method) : this.#waiting.splice(index, 1)[0]?.trouble
  }

  /** From now on; without one, all is well again. */
  setWeather(weather: Weather | undefined): void {
    this.#weather = weather && blowing(weather)
  }
}

function blowing({ share, troubles, seed, method }: Weather): (method: string) => Trouble | undefined {
  const random = mulberry32(seed)
  return (called) => {
    if (method !== undefined && method !== called) return undefined
    return random() < share ? troubles[Math.floor(random() * troubles.length)] : undefined
  }
}

/** Whether Slack does what it was asked before the trouble begins. */
export function actsFirst(trouble: Trouble): boolean {
  return 'after' in trouble && trouble.after === true
}

/** An answer over HTTP, or `drop` where there is none. */
export type HttpAnswer =
  | 'drop'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: object }

export function troubled(trouble: Trouble): HttpAnswer {
  switch (trouble.kind) {
    case 'rate-limited':
      return tooMany(trouble.retryAfterSeconds)
    case 'status':
      return { status: trouble.status, body: {} }
    case 'refuse':
      return { status: 200, body: { ok: false, error: trouble.error, needed: trouble.needed } }
    case 'drop':
      return 'drop'
  }
}

export function tooMany(seconds: number): HttpAnswer {
  return { status: 429, headers: { 'retry-after': String(seconds) }, body: { ok: false, error: 'ratelimited' } }
}
