import { z } from 'zod'

import { readPasted } from '../../core/read-import.ts'
import { parseTags } from '../../core/tags.ts'
import { MAX_BYTES, SlackFile, tooLarge } from '../download.ts'
import type { ImportOrder, ImportSource } from '../importer.ts'
import { VALUE } from '../inputs.ts'
import { lineInput, type Submit, textInput } from './form.ts'

export interface ImportContactsDeps {
  readonly startImport: (order: ImportOrder) => void
}

const files = z
  .object({ [VALUE]: z.object({ files: z.array(SlackFile).nullish() }) })
  .transform((block) => block[VALUE].files ?? [])
  .default([])

const Values = z.object({ file: files, pasted: textInput, campaign: lineInput, tags: lineInput })

export function importContactsSubmit({ startImport }: ImportContactsDeps): Submit {
  return async ({ actor, id, values }) => {
    const { campaign, tags, ...given } = Values.parse(values)
    const source = await sourceOf(given)
    if ('errors' in source) return { kind: 'errors', errors: source.errors }
    const order = { id, by: actor.userId, source, campaign, tags: parseTags(tags ?? '') }
    return { kind: 'close', afterwards: () => startImport(order) }
  }
}

type Given = Pick<z.infer<typeof Values>, 'file' | 'pasted'>
type Wrong = { readonly errors: Readonly<Record<string, string>> }

async function sourceOf({ file: [file], pasted }: Given): Promise<ImportSource | Wrong> {
  const isPasted = pasted.trim() !== ''
  if (file && isPasted) return wrong('pasted', 'One at a time: import the file first, or take it out of the form.')
  if (file)
    return file.size !== undefined && file.size > MAX_BYTES
      ? wrong('file', tooLarge(file.name))
      : { kind: 'file', file }
  if (!isPasted) return wrong('pasted', 'Upload a file above, or paste addresses here.')
  const plan = await readPasted(pasted)
  if (plan.contacts.length === 0) return wrong('pasted', 'There is no e-mail address in this text.')
  return { kind: 'pasted', plan }
}

function wrong(input: string, sentence: string): Wrong {
  return { errors: { [input]: sentence } }
}
