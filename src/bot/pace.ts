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
  /** When as many turns as `BURST` are there again, as far as they were taken, UTC milliseconds. */
  readonly full: number
  readonly closedUntil: number
  /** For how long it was closed, when it was. */
  readonly closedFor: number
  /** The last turn that somebody was told of. */
  readonly promised: number
}

const UNUSED: Turns = { full: 0, closedUntil: 0, closedFor: 0, promised: 0 }

export function createPace(now: () => number): Pace {
  const channels = new Map<string, Turns>()

  function turnsOf(channel: string): Turns {
    for (const [other, turns] of channels) if (Math.max(fullAt(turns), turns.promised) <= now()) channels.delete(other)
    return asFarAsPossible(channels.get(channel) ?? UNUSED, now())
  }

  return {
    wait(channel) {
      const turns = turnsOf(channel)
      const opens = opensAt(turns)
      if (opens <= now()) {
        channels.set(channel, { ...turns, full: Math.max(fullAt(turns), now()) + TURN_MS })
        return 0
      }
      // One after the other, or all of them come back for one turn.
      const told = Math.min(Math.max(opens, turns.promised + TURN_MS), Math.max(opens, now() + LONGEST_MS))
      channels.set(channel, { ...turns, promised: told })
      return told - now()
    },
    close(channel, ms) {
      const turns = turnsOf(channel)
      const until = now() + ms
      channels.set(channel, until > turns.closedUntil ? { ...turns, closedUntil: until, closedFor: ms } : turns)
    },
  }
}

/** A clock that was set back leaves behind what is further ahead than it can be, and nobody is to wait for that. */
function asFarAsPossible({ full, closedUntil, closedFor, promised }: Turns, at: number): Turns {
  const possible = {
    full: Math.min(full, at + BURST * TURN_MS),
    closedUntil: Math.min(closedUntil, at + closedFor),
    closedFor,
  }
  const latest = Math.max(opensAt(possible), at + LONGEST_MS)
  return { ...possible, promised: promised <= latest ? promised : 0 }
}

/** Who was shut out begins with one turn. */
function fullAt({ full, closedUntil }: Omit<Turns, 'promised'>): number {
  return Math.max(full, closedUntil + (BURST - 1) * TURN_MS)
}

function opensAt(turns: Omit<Turns, 'promised'>): number {
  return fullAt(turns) - (BURST - 1) * TURN_MS
}
