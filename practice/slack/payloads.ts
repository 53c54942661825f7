import { randomUUID } from 'node:crypto'

import type { Values } from '../contract.ts'
import type { Placed } from './elements.ts'
import { type Known, stateOf } from './entered.ts'
import type { OpenView, Post, Room, Screens } from './screens.ts'
import type { Standings } from './standings.ts'
import { string, type Thing } from './wire.ts'
import type { Member, Workspace } from './workspace.ts'

/** Verifies nothing any more, and is still sent. */
const TOKEN = 'deprecated'

interface Deps {
  readonly workspace: Workspace
  readonly standings: Standings
  readonly screens: Screens
  readonly now: () => number
}

/** What Slack sends to the app, field by field (Slack sheet, sections 2.3, 2.5 and 10). */
export class Payloads {
  readonly #workspace: Workspace
  readonly #standings: Standings
  readonly #screens: Screens
  readonly #now: () => number

  constructor({ workspace, standings, screens, now }: Deps) {
    this.#workspace = workspace
    this.#standings = standings
    this.#screens = screens
    this.#now = now
  }

  command(member: Member, room: Room, command: string, text: string, urls: Urls & { response_url: string }): Thing {
    const { team } = this.#workspace
    return {
      token: TOKEN,
      team_id: team.id,
      team_domain: team.domain,
      channel_id: room.id,
      channel_name: room.kind === 'dm' ? 'directmessage' : room.name,
      user_id: member.id,
      user_name: member.name,
      command,
      text,
      api_app_id: this.#workspace.app.id,
      is_enterprise_install: 'false',
      ...urls,
    }
  }

  /** What every interaction begins with. */
  interaction(type: string, member: Member): Thing {
    const { team, app } = this.#workspace
    return {
      type,
      token: TOKEN,
      api_app_id: app.id,
      team: { id: team.id, domain: team.domain },
      user: {
        id: member.id,
        username: member.name,
        name: member.name,
        team_id: this.#standings.otherTeamOf(member.id) ?? team.id,
      },
      enterprise: null,
      is_enterprise_install: false,
      action_ts: this.#timestamp(),
    }
  }

  /** Where in a message somebody acted. Of what one person sees, Slack has only the place. */
  inMessage(room: Room, { message, wire }: Post): Thing {
    const { ts, thread, isEphemeral } = message
    return {
      container: {
        type: 'message',
        message_ts: ts,
        channel_id: room.id,
        is_ephemeral: isEphemeral,
        ...(thread ? { thread_ts: thread } : {}),
      },
      channel: this.channel(room),
      ...(wire ? { message: wire } : {}),
    }
  }

  channel(room: Room): Thing {
    return { id: room.id, name: room.kind === 'dm' ? 'directmessage' : room.name }
  }

  inView(view: OpenView, values: Values, known: Known): Thing {
    return { container: { type: 'view', view_id: view.id }, view: this.view(view, values, known) }
  }

  view({ wire }: OpenView, values: Values, known: Known): Thing {
    return { ...wire, state: stateOf(wire.blocks, values, known) }
  }

  action({ blockId, actionId, type, element }: Placed, said: Thing): Thing {
    const { text, value, style, url, placeholder } = element
    const shown = Object.entries({ text, value, style, url, placeholder }).filter(([, one]) => one !== undefined)
    return {
      type,
      action_id: actionId,
      block_id: blockId,
      ...Object.fromEntries(shown),
      ...said,
      action_ts: this.#timestamp(),
    }
  }

  event(event: Thing): Thing {
    const { team, app } = this.#workspace
    return {
      token: TOKEN,
      team_id: team.id,
      api_app_id: app.id,
      event: { event_ts: this.#timestamp(), ...event },
      type: 'event_callback',
      event_id: `Ev${randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase()}`,
      event_time: Math.floor(this.#now() / 1000),
      authorizations: [
        { enterprise_id: null, team_id: team.id, user_id: app.user.id, is_bot: true, is_enterprise_install: false },
      ],
      is_ext_shared_channel: false,
      event_context: '1-practice',
    }
  }

  homeOpened(member: Member): Thing {
    const home = this.#screens.home(member.id)
    return {
      type: 'app_home_opened',
      user: member.id,
      channel: member.dm,
      tab: 'home',
      ...(home ? { view: { ...home.wire, state: { values: {} } } } : {}),
    }
  }

  said(room: Room, { wire }: Post): Thing {
    const channel_type = room.kind === 'dm' ? 'im' : 'channel'
    return { ...wire, type: 'message', channel: room.id, channel_type, event_ts: string(wire?.ts) }
  }

  #timestamp(): string {
    return (this.#now() / 1000).toFixed(6)
  }
}

interface Urls {
  readonly trigger_id: string
}
