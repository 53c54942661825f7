import type { types } from '@slack/bolt'
import { z } from 'zod'

import { oneLine } from '../../core/text.ts'
import type { Actor } from '../actor.ts'
import type { Message } from '../blocks.ts'
import { VALUE } from '../inputs.ts'

/** What a form leads to when it is sent off. */
export type Submitted = (
  | { readonly kind: 'close' }
  /** Closes the form, and stands where it was opened from. */
  | { readonly kind: 'answer'; readonly answer: Message; readonly title?: string }
  /** Takes the place of the form; a failure says why nothing was done. */
  | { readonly kind: 'show'; readonly view: types.ModalView; readonly isFailure?: boolean }
  /** Stand beside the inputs; the keys are their block ids (Slack sheet, section 10.8). */
  | { readonly kind: 'errors'; readonly errors: Readonly<Record<string, string>> }
) & {
  /** Runs once Slack has its answer. */
  readonly afterwards?: () => void
}

export interface Submission {
  readonly actor: Actor
  /** The id of the view: another one each time a form is opened. */
  readonly id: string
  /** What the form carried along; whoever sent it may have changed it. */
  readonly about: unknown
  /** As Slack gives them, by block id and action id. */
  readonly values: unknown
}

/** Called with what people entered; throws only what is a bug or a failure of the database. */
export type Submit = (submission: Submission) => Promise<Submitted>

const typed = z
  .object({ [VALUE]: z.object({ value: z.string().nullish() }) })
  .transform((block) => block[VALUE].value ?? null)

/** One line of an input, or null where it is empty. */
export const lineInput = typed.transform(oneLine).nullish().default(null)

/** An input of several lines, as it was typed. */
export const textInput = typed.transform((text) => text ?? '').default('')

const Choice = z.object({ value: z.string() })

/** The value that was chosen from a menu, or null. */
export const choiceInput = z
  .object({ [VALUE]: z.object({ selected_option: Choice.nullish() }) })
  .transform((block) => block[VALUE].selected_option?.value ?? null)

/** The values that were chosen from a menu. */
export const choicesInput = z
  .object({ [VALUE]: z.object({ selected_options: z.array(Choice).nullish() }) })
  .transform((block) => (block[VALUE].selected_options ?? []).map(({ value }) => value))
  .default([])

/** The id of a member of the workspace, or null. */
export const memberInput = z
  .object({ [VALUE]: z.object({ selected_user: z.string().nullish() }) })
  .transform((block) => block[VALUE].selected_user || null)

/** The id of a channel, or null. */
export const channelInput = z
  .object({ [VALUE]: z.object({ selected_conversation: z.string().nullish() }) })
  .transform((block) => block[VALUE].selected_conversation || null)
  .nullish()
  .default(null)

/** A time as `09:00`, or null. */
export const timeInput = z
  .object({ [VALUE]: z.object({ selected_time: z.string().nullish() }) })
  .transform((block) => block[VALUE].selected_time || null)

/** A day as `2026-03-10`, or null. */
export const dateInput = z
  .object({ [VALUE]: z.object({ selected_date: z.string().nullish() }) })
  .transform((block) => block[VALUE].selected_date || null)
