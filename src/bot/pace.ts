/** How fast messages may go into one channel. */
export interface Pace {
  /** Takes a turn and gives 0, or says in how many milliseconds there is one. Others are told of later ones. */
  wait(channel: string): number
  /** Nothing goes there for so many milliseconds. */
  close(channel: string, ms: number): void
}

/** Faster than this, Slack accepts messages into a channel and hides them (Slack sheet, section 7). */
const TURN_MS = 1000
const BURST = 3
/** Nobody is sent away for longer: by then the others may have found out that they have nothing to say. */
const LONGEST_MS = 60_000

interface Turns {
  /** When as many turns as `BURST` are there again, UTC milliseconds. */
  readonly full: number
  /** The last turn that somebody was told of. */
  readonly promised: number
}

export function createPace(now: () => number): Pace {
  const channels = new Map<string, Turns>()

  function turnsOf(channel: string): Turns {
    for (const [other, { full, promised }] of channels) if (Math.max(full, promised) <= now()) channels.delete(other)
    return channels.get(channel) ?? { full: 0, promised: 0 }
  }

  return {
    wait(channel) {
      const { full, promised } = turnsOf(channel)
      const opens = opensAt(full)
      if (opens <= now()) {
        channels.set(channel, { full: Math.max(full, now()) + TURN_MS, promised })
        return 0
      }
      // One after the other, or all of them come back for one turn.
      const told = Math.min(Math.max(opens, promised + TURN_MS), Math.max(opens, now() + LONGEST_MS))
      channels.set(channel, { full, promised: told })
      return told - now()
    },
    close(channel, ms) {
      const { full, promised } = turnsOf(channel)
      channels.set(channel, { full: Math.max(full, now() + ms + (BURST - 1) * TURN_MS), promised })
    },
  }
}

function opensAt(full: number): number {
  return full - (BURST - 1) * TURN_MS
}
