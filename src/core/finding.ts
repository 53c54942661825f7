/** One thing that was looked at: how it is, and what to do about it. */
export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'off' | 'problem'
  readonly facts: readonly Fact[]
  /** What to do, each in a sentence; none where nothing is wrong. */
  readonly fixes: readonly string[]
}

/** Words, or words that a moment (UTC milliseconds) follows, which every reader wants in a form of their own. */
export type Fact = string | { readonly words: string; readonly at: number }
