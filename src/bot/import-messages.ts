import { createDirectMessage, type DirectMessage, type DirectMessageDeps } from './direct-message.ts'
import type { Posted } from './sender.ts'

/** Whom a message tells of which import, and where it stands, if there is one. */
export interface ToldImport {
  readonly id: number
  /** A Slack user id. */
  readonly by: string | null
  readonly message: Posted | null
}

/** The one message that tells somebody of an import, whichever process writes it. */
export interface ImportMessages {
  of(told: ToldImport): DirectMessage
  /** One on something else, of which nobody keeps where it stands; `key` is another one each time. */
  about(what: { readonly by: string; readonly key: string }): DirectMessage
}

export interface ImportMessagesDeps extends DirectMessageDeps {
  /** Keeps where the message of an import stands. */
  readonly keep: (id: number, place: Posted) => Promise<void>
}

export function createImportMessages({ keep, ...deps }: ImportMessagesDeps): ImportMessages {
  const about = 'an import'
  return {
    about: ({ by, key }) => createDirectMessage(deps, { to: by, key: `import:${key}`, about }),
    of({ id, by, message: at }) {
      const message = createDirectMessage(deps, { to: by ?? '', key: `import:${id}`, about, at: at ?? undefined })
      let kept = at?.ts
      async function keepPlace(): Promise<void> {
        const posted = message.posted()
        if (!posted || posted.ts === kept) return
        try {
          await keep(id, posted)
          kept = posted.ts
        } catch (error) {
          deps.log.error('where an import is told of was not kept', { error })
        }
      }
      return {
        ...message,
        async say(part, words) {
          await message.say(part, words)
          await keepPlace()
        },
        async show(part, words) {
          await message.show(part, words)
          await keepPlace()
        },
      }
    },
  }
}
