import { createContext, useContext } from 'react'

import type { Act, Outcome, Screen } from '../contract.ts'

/** What stands in the middle. */
export type Spot = { readonly kind: 'conversation'; readonly id: string } | { readonly kind: 'home' }

export interface Workspace {
  readonly screen: Screen
  /** The conversation that is open. */
  readonly here: string | undefined
  act(act: Act): Promise<Outcome>
  open(spot: Spot): void
}

export const WorkspaceContext = createContext<Workspace | undefined>(undefined)

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext)
  if (!workspace) throw new Error('there is no workspace around this component')
  return workspace
}
