import type { Attributed, Change } from './correlation.ts'
import type { EngagementEvent } from './event.ts'
import type { People } from './people.ts'
import type { Database } from './store/database.ts'
import { deliveriesAndReactions, type EventRow, eventOf } from './store/events.ts'
import { isConcerned, rangesToSearch, suspicionsAmong } from './suspicion.ts'

export interface Marked {
  /** The given events, with what they are suspected of. */
  readonly marked: readonly Attributed[]
  /** Earlier events that these make suspected, or suspected of something stronger. */
  readonly changes: readonly Change[]
}

/** Finds opens and clicks that were probably a machine's, among `attributed` and what is stored of the same people. */
export async function markMachines(tx: Database, people: People, attributed: readonly Attributed[]): Promise<Marked> {
  const arrived = Map.groupBy(
    attributed.map(({ event }) => event).filter(isConcerned),
    ({ recipient }) => people.at(recipient).id,
  )
  const ranges = [...arrived].flatMap(([contactId, events]) => {
    const { counters } = people.stateOf(people.withId(contactId))
    return rangesToSearch(counters, events).map((range) => ({ contactId, ...range }))
  })
  const stored = Map.groupBy(await deliveriesAndReactions(tx, ranges), ({ contactId }) => contactId)

  const suspected = new Map<EngagementEvent, EngagementEvent>()
  const changes: Change[] = []
  for (const [contactId, events] of arrived) {
    const { email } = people.withId(contactId)
    const rows = new Map<EngagementEvent, EventRow>(
      (stored.get(contactId) ?? []).map((row) => [eventOf(row, email), row]),
    )
    for (const [event, suspicion] of suspicionsAmong([...events, ...rows.keys()])) {
      const before = rows.get(event)
      if (before) changes.push({ before, after: { ...before, suspected: suspicion } })
      else suspected.set(event, { ...event, suspected: suspicion })
    }
  }
  if (suspected.size === 0) return { marked: attributed, changes }
  const marked = attributed.map((each) => ({ ...each, event: suspected.get(each.event) ?? each.event }))
  return { marked, changes }
}
