/** One thing that was looked at: how it is, and what to do about it. */
export interface Finding {
  readonly name: string
  readonly state: FindingState
  readonly facts: readonly Fact[]
  /** What to do, each in a sentence; none where nothing could be better. */
  readonly fixes: readonly string[]
  /** What was given up here can be begun anew from where this is read. */
  readonly canSendAgain?: true
}

/** `quiet` has said nothing for long, and nothing says that anything is wrong. */
export type FindingState = 'problem' | 'ok' | 'quiet' | 'off'

const ORDER: readonly FindingState[] = ['problem', 'ok', 'quiet', 'off']

/** What needs somebody first. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return ORDER.flatMap((state) => findings.filter((finding) => finding.state === state))
}

/** Words, or words that a moment (UTC milliseconds) or a place in Slack follows, which every reader wants in a form of their own. */
export type Fact =
  | string
  | { readonly words: string; readonly at: number }
  | { readonly words: string; readonly place: string }
