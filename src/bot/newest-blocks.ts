import type { RefusedBlocks } from '../core/refused-blocks.ts'
import type { Message } from './blocks.ts'
import { SlackRefusedError } from './slack-refusals.ts'

type Blocks = Message['blocks'] | NonNullable<Message['charted']>

export interface NewestDeps {
  readonly refusedBlocks: RefusedBlocks | undefined
  /** That of the token; null where Slack does not say. */
  readonly team: () => Promise<string | null>
}

/**
 * Sends a message in the newest blocks that the workspace takes. What it refused is remembered, and
 * then sent in classic blocks: what is refused is not there, so that sending it again is safe.
 */
export function createNewest({ refusedBlocks, team }: NewestDeps) {
  let asked: Promise<string | null> | undefined

  async function ownTeam(): Promise<string | null> {
    asked ??= team()
    try {
      return await asked
    } catch {
      asked = undefined
      return null
    }
  }

  /** Serves nothing but looks: a memory that fails holds up no message. */
  async function takes(memory: RefusedBlocks, owner: string, newer: readonly string[]): Promise<boolean> {
    try {
      const refused = await Promise.all(newer.map((block) => memory.isRefused(owner, block)))
      return !refused.includes(true)
    } catch {
      return false
    }
  }

  return async <T>({ blocks, charted }: Message, send: (blocks: Blocks) => Promise<T>): Promise<T> => {
    const owner = charted && refusedBlocks ? await ownTeam() : null
    if (!charted || !refusedBlocks || owner === null) return await send(blocks)
    const newer = newerOf(blocks, charted)
    if (!(await takes(refusedBlocks, owner, newer))) return await send(blocks)
    try {
      return await send(charted)
    } catch (error) {
      if (!(error instanceof SlackRefusedError) || error.code !== 'invalid_blocks') throw error
    }
    const sent = await send(blocks)
    // Only now it was the newer ones. The message is there, whether or not this is kept.
    await Promise.allSettled(newer.map((block) => refusedBlocks.refused(owner, block)))
    return sent
  }
}

/** The kinds of blocks that stand in for others. */
function newerOf(blocks: Blocks, charted: Blocks): string[] {
  const classic = new Set<string>(blocks.map(({ type }) => type))
  return [...new Set<string>(charted.map(({ type }) => type))].filter((type) => !classic.has(type))
}
