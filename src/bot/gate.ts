import { CrmError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import { type Actor, senderOf } from './actor.ts'
import { may, type Role } from './permissions.ts'
import type { Roles, Standing } from './roles.ts'
import { type Denial, deniedSentence } from './views/denied.ts'

/** Somebody may not do this. Nothing was done; `denial` says what to tell them, if anything. */
export class DeniedError extends CrmError {
  override name = 'DeniedError'
  readonly denial: Denial

  constructor(denial: Denial) {
    super(deniedSentence(denial))
    this.denial = denial
  }
}

/** What everybody goes through who asks for something, at the moment they ask. */
export interface Gate {
  /**
   * Who sent `body`, a request of Slack, where they may do what needs `needed`. Who is let in at all
   * is settled before `needed` is asked for. Rejects with `DeniedError`, and with
   * `UnknownStandingError` where nobody can say who they are.
   */
  admit(body: unknown, needed: Role | (() => Role)): Promise<Actor>
  /** The same of somebody who does not act now. */
  admitUser(userId: string, needed: Role): Promise<Actor>
}

export interface GateDeps {
  readonly standing: Roles['standing']
  /** Those who are named in the settings. */
  readonly admins: readonly string[]
  readonly log: Logger
}

export function createGate({ standing, admins, log }: GateDeps): Gate {
  function denied(denial: Denial): DeniedError {
    log.info('somebody was not let in', denial.why === 'role' ? { why: denial.why, needed: denial.needed } : denial)
    return new DeniedError(denial)
  }

  async function admitted(userId: string, needed: Role | (() => Role)): Promise<Actor> {
    const role = await standing(userId)
    if (!isRole(role)) throw denied({ why: role })
    const least = typeof needed === 'function' ? needed() : needed
    if (!may(role, least)) throw denied({ why: 'role', needed: least, admins })
    return { userId, role }
  }

  return {
    async admit(body, needed) {
      const person = senderOf(body)
      if (!person) throw denied({ why: 'outsider' })
      return await admitted(person, needed)
    },
    admitUser: admitted,
  }
}

function isRole(standing: Standing): standing is Role {
  return standing !== 'guest' && standing !== 'outsider'
}
