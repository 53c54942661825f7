import { createContext, useContext, useMemo, useState } from 'react'

import type { Block, Entered, Outcome, Place, Values } from '../../contract.ts'
import { useWorkspace } from '../workspace-context.ts'
import { valuesOf } from './form.ts'

/** A message, modal or Home in which elements stand, and what people entered in them. */
export interface Surface {
  readonly place: Place
  readonly values: Values
  /** By block id. */
  readonly errors: Readonly<Record<string, string>>
  /** What the app has not acknowledged yet, as `block/action`. */
  readonly pending: ReadonlySet<string>
  /** Why the last interaction did not arrive. */
  readonly problem: string | undefined
  set(block: string, action: string, entered: Entered): void
  /** Tells the app. */
  interact(block: string, action: string, entered?: Entered): Promise<Outcome>
}

const SurfaceContext = createContext<Surface | undefined>(undefined)

export const SurfaceProvider = SurfaceContext

export function useSurface(): Surface {
  const surface = useContext(SurfaceContext)
  if (!surface) throw new Error('an element stands outside of every message, modal and Home')
  return surface
}

const NONE: Readonly<Record<string, string>> = {}

export function useNewSurface(place: Place, blocks: readonly Block[], errors = NONE): Surface {
  const { act, here } = useWorkspace()
  const [drawn, setDrawn] = useState(blocks)
  const [values, setValues] = useState(() => valuesOf(blocks, {}, here))
  const [pending, setPending] = useState<ReadonlySet<string>>(new Set())
  const [problem, setProblem] = useState<string>()
  if (drawn !== blocks) {
    setDrawn(blocks)
    setValues(valuesOf(blocks, values, here))
  }
  return useMemo(() => {
    const set = (block: string, action: string, entered: Entered) =>
      setValues((now) => entering(now, block, action, entered))
    return {
      place,
      values,
      errors,
      pending,
      problem,
      set,
      async interact(block, action, entered) {
        const key = `${block}/${action}`
        setPending((now) => new Set(now).add(key))
        setProblem(undefined)
        const others = entered === undefined ? values : entering(values, block, action, entered)
        const outcome = await act({
          act: 'interact',
          place,
          block,
          action,
          ...(entered === undefined ? {} : { entered }),
          values: others,
        })
        setPending((now) => new Set([...now].filter((one) => one !== key)))
        if (!outcome.ok) setProblem(outcome.problem)
        return outcome
      },
    } satisfies Surface
  }, [act, place, values, errors, pending, problem])
}

/** Only elements that hold something are among the values; a button is not. */
function entering(values: Values, block: string, action: string, entered: Entered): Values {
  if (values[block]?.[action] === undefined) return values
  return { ...values, [block]: { ...values[block], [action]: entered } }
}
