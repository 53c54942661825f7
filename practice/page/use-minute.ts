import { useSyncExternalStore } from 'react'

import { minute, onTime } from './now.ts'

/** The time of the workspace to the minute; what uses it is drawn again when that is another one. */
export function useMinute(): number {
  return useSyncExternalStore(onTime, minute)
}
