import { useEffect, useState } from 'react'

import type { PracticeState } from '../contract.ts'
import { api } from './api.ts'
import { setAhead } from './now.ts'
import { reuse } from './reuse.ts'

export interface Practice {
  /** Undefined until the first answer. */
  readonly state: PracticeState | undefined
  /** Why the page may be out of date. */
  readonly problem: string | undefined
}

/** The state of the server, asked for again whenever it says that something changed. */
export function usePractice(): Practice {
  const [practice, setPractice] = useState<Practice>({ state: undefined, problem: undefined })
  useEffect(() => {
    let stopped = false
    let asking = false
    let askAgain = false
    async function ask() {
      if (asking) {
        askAgain = true
        return
      }
      asking = true
      do {
        askAgain = false
        try {
          const state = await api.state()
          setAhead(state.clock.aheadMs)
          if (!stopped) setPractice((before) => ({ state: reuse(before.state, state), problem: undefined }))
        } catch (error) {
          const problem = error instanceof Error ? error.message : String(error)
          if (!stopped) setPractice((before) => ({ ...before, problem }))
        }
      } while (askAgain && !stopped)
      asking = false
    }
    const changes = api.changes()
    // Also after every reconnection, because changes may have been missed.
    changes.addEventListener('open', ask)
    changes.addEventListener('changed', ask)
    changes.addEventListener('error', ask)
    return () => {
      stopped = true
      changes.close()
    }
  }, [])
  return practice
}
