import { CrmError, InvalidInputError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import { FilterError, pointed } from '../core/search/filter-error.ts'
import type { Message } from './blocks.ts'
import { DeniedError } from './gate.ts'
import { UnknownStandingError } from './roles.ts'
import { deniedView } from './views/denied.ts'
import { BUG, filterProblemView, problemView } from './views/problem.ts'

/** Why there is no answer, in a sentence; what people cannot put right themselves is logged as `what`. */
export function failureSentence(error: unknown, what: string, log: Logger): string {
  if (error instanceof InvalidInputError) return error.message
  // In the log already, where they were found out.
  if (error instanceof DeniedError || error instanceof UnknownStandingError) return error.message
  log.error(what, { error })
  return error instanceof CrmError ? error.message : BUG
}

export function failureView(error: unknown, what: string, log: Logger): Message {
  if (error instanceof DeniedError) return deniedView(error.denial)
  if (error instanceof FilterError) return filterProblemView(error.message, pointed(error))
  return problemView(failureSentence(error, what, log))
}
