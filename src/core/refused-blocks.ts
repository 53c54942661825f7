import type { Database } from './store/database.ts'
import { refusalOf, saveRefusal } from './store/refused-blocks.ts'

/** Which newer blocks a workspace does not take. */
export interface RefusedBlocks {
  isRefused(team: string, block: string): Promise<boolean>
  refused(team: string, block: string): Promise<void>
}

export interface RefusedBlocksDeps {
  readonly database: Database
  /** UTC milliseconds. */
  readonly now: () => number
  /** Of the program: what one version does wrong the next may do right. */
  readonly version: string
}

/** New blocks reach workspaces one after the other, so they are tried again from time to time. */
const TRY_AGAIN_MS = 7 * 24 * 60 * 60 * 1000

export function createRefusedBlocks({ database, now, version }: RefusedBlocksDeps): RefusedBlocks {
  return {
    async isRefused(team, block) {
      const refusal = await refusalOf(database, team, block)
      return refusal !== undefined && refusal.version === version && now() - refusal.at < TRY_AGAIN_MS
    },
    async refused(team, block) {
      await database.transaction((tx) => saveRefusal(tx, { team, block, at: now(), version }))
    },
  }
}
