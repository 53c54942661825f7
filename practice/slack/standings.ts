import type { Thing } from './wire.ts'

/** The workspace of those who are only in shared channels. */
const ELSEWHERE = 'T0ELSEWHERE'

/** What people can be in a workspace, as Slack says it of them; flags that are not here are false. */
export const STANDINGS = {
  owner: { is_admin: true, is_owner: true, is_primary_owner: true },
  admin: { is_admin: true },
  member: {},
  guest: { is_restricted: true },
  'guest in one channel': { is_restricted: true, is_ultra_restricted: true },
  external: { team_id: ELSEWHERE },
  stranger: { team_id: ELSEWHERE, is_stranger: true },
  deactivated: { deleted: true },
  bot: { is_bot: true },
  workflow: { is_workflow_bot: true },
} as const satisfies Readonly<Record<string, Thing>>

export type Standing = keyof typeof STANDINGS

const NO_FLAGS: Thing = {
  deleted: false,
  is_admin: false,
  is_owner: false,
  is_primary_owner: false,
  is_restricted: false,
  is_ultra_restricted: false,
  is_bot: false,
  // An authorized user of the app, which nobody becomes by an installation for bots.
  is_app_user: false,
}

/** Who is what in the workspace, which changes. */
export class Standings {
  readonly #by = new Map<string, Standing>()

  constructor(people: readonly { readonly id: string; readonly standing: Standing }[]) {
    for (const { id, standing } of people) this.#by.set(id, standing)
  }

  set(id: string, standing: Standing): void {
    this.#by.set(id, standing)
  }

  /** Of the people of this workspace alone. */
  flagsOf(id: string): Thing | undefined {
    const standing = this.#by.get(id)
    return standing && { ...NO_FLAGS, ...STANDINGS[standing] }
  }

  /** The workspace that somebody belongs to, where it is another one. */
  otherTeamOf(id: string): string | undefined {
    const flags: Thing = STANDINGS[this.#by.get(id) ?? 'member']
    return typeof flags.team_id === 'string' ? flags.team_id : undefined
  }
}
