/** What the next request gets in place of its answer. */
export type Trouble =
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number }
  /** With `after`, Slack does what it was asked and says this all the same. */
  | { readonly kind: 'status'; readonly status: number; readonly after?: boolean }
  /** The connection ends without an answer; with `after`, what was asked for is done. */
  | { readonly kind: 'drop'; readonly after?: boolean }
  /** `{ ok: false, error }`, such as `not_in_channel`. */
  | { readonly kind: 'refuse'; readonly error: string; readonly needed?: string }

export class Troubles {
  readonly #waiting: { readonly trouble: Trouble; readonly method: string | undefined }[] = []

  add(trouble: Trouble, { method, times = 1 }: { readonly method?: string; readonly times?: number } = {}): void {
    for (let time = 0; time < times; time += 1) this.#waiting.push({ trouble, method })
  }

  take(method: string): Trouble | undefined {
    const index = this.#waiting.findIndex((one) => one.method === undefined || one.method === method)
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]?.trouble
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
