import type { Screens } from './screens.ts'
import type { Methods } from './web-api.ts'
import { string, thing } from './wire.ts'
import { APP, type Workspace } from './workspace.ts'

interface Deps {
  readonly workspace: Workspace
  readonly screens: Screens
}

/** What `emulate` does not know of channels: that people of other organizations may be in them. */
export function conversationMethods({ workspace, screens }: Deps): Methods {
  return {
    async 'conversations.info'(args) {
      const answer = await workspace.call(APP, 'conversations.info', args)
      const room = screens.room(string(args.channel))
      if (answer.ok !== true || room?.kind !== 'channel') return answer
      return {
        ...answer,
        channel: {
          ...thing(answer.channel),
          is_shared: room.sharing === 'accepted',
          is_ext_shared: room.sharing === 'accepted',
          is_pending_ext_shared: room.sharing === 'invited',
          is_org_shared: false,
        },
      }
    },
  }
}
