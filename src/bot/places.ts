import { randomUUID } from 'node:crypto'

import type { types } from '@slack/bolt'
import { z } from 'zod'

/** Where the answer to a form goes: the conversation from which it was opened. */
export interface Place {
  readonly url: string
  /** The message that the form was opened from, which nobody else sees, gives way to the answer. */
  readonly replaces: boolean
}

export interface Places {
  /** Gives a name for `place`, which may go to people's devices: the address itself lets anybody speak for us. */
  remember(place: Place): string
  recall(name: string | undefined): Place | undefined
}

/** Slack takes answers for half an hour; somebody may look at a form for nearly as long. */
const LASTS_MS = 25 * 60 * 1000
const MOST = 1000

/** In memory, as what is forgotten costs little: the answer is shown where the form was. */
export function createPlaces(now: () => number): Places {
  const places = new Map<string, Place & { readonly at: number }>()
  return {
    remember(place) {
      const name = randomUUID()
      places.set(name, { ...place, at: now() })
      const [oldest] = places.keys()
      if (places.size > MOST && oldest) places.delete(oldest)
      return name
    },
    recall(name) {
      const place = places.get(name ?? '')
      return place && now() - place.at < LASTS_MS ? place : undefined
    },
  }
}

/** What a form carries along, which comes back with it: `about` is the form's own. */
const Carried = z.object({ about: z.unknown(), place: z.string().optional() })

type Carried = Pick<z.infer<typeof Carried>, 'place'> & { readonly about?: unknown }

export function carrying(carried: Carried): { readonly private_metadata: string } {
  return { private_metadata: JSON.stringify(carried) }
}

/** Empty where nothing was carried, or nothing of ours. */
export function carriedBy(metadata: string | undefined): Carried {
  try {
    return Carried.safeParse(JSON.parse(metadata || '{}')).data ?? {}
  } catch {
    return {}
  }
}

/** `form` with the place that it was opened from, if it is about something. */
export function openedFrom(form: types.ModalView, remember: () => string | undefined): types.ModalView {
  if (!form.private_metadata) return form
  const place = remember()
  return place ? { ...form, ...carrying({ ...carriedBy(form.private_metadata), place }) } : form
}
