import { z } from 'zod'

import { InvalidInputError } from '../../core/errors.ts'
import { inspect, readRows } from '../../core/import/read.ts'
import { sourceOf } from '../../core/import/source.ts'
import { parseTags } from '../../core/tags.ts'
import { MAX_BYTES, SlackFile, tooLarge } from '../download.ts'
import { type Importing, PASTED } from '../importing.ts'
import { VALUE } from '../inputs.ts'
import { readingModal } from '../views/import-form.ts'
import { choicesInput, lineInput, type Submit, textInput } from './form.ts'

export interface ImportContactsDeps {
  readonly importing: Pick<Importing, 'file' | 'pasted'>
}

const files = z
  .object({ [VALUE]: z.object({ files: z.array(SlackFile).nullish() }) })
  .transform((block) => block[VALUE].files ?? [])
  .default([])

const Values = z.object({ file: files, pasted: textInput, campaign: lineInput, tags: lineInput, options: choicesInput })

export function importContactsSubmit({ importing }: ImportContactsDeps): Submit {
  return async ({ actor, id: view, values }) => {
    const { file, pasted, campaign, tags, options } = Values.parse(values)
    const wrong = await wrongWith({ file, pasted })
    if (wrong) return { kind: 'errors', errors: wrong }
    const order = {
      by: actor.userId,
      campaign,
      tags: parseTags(tags ?? ''),
      overwrite: options.includes('overwrite'),
      enrich: options.includes('enrich'),
    }
    const [given] = file
    await (given ? importing.file(given, order, view) : importing.pasted(pasted, order, view))
    return { kind: 'show', view: readingModal(given?.name ?? PASTED) }
  }
}

type Given = Pick<z.infer<typeof Values>, 'file' | 'pasted'>

async function wrongWith({ file: [file], pasted }: Given): Promise<Readonly<Record<string, string>> | undefined> {
  const isPasted = pasted.trim() !== ''
  if (file && isPasted) return { pasted: 'One at a time: import the file first, or take it out of the form.' }
  if (file) return file.size !== undefined && file.size > MAX_BYTES ? { file: tooLarge(file.name) } : undefined
  if (!isPasted) return { pasted: 'Upload a file above, or paste addresses here.' }
  return (await namesSomebody(pasted)) ? undefined : { pasted: 'There is no e-mail address in this text.' }
}

async function namesSomebody(pasted: string): Promise<boolean> {
  const source = sourceOf(PASTED, pasted)
  try {
    const inspection = await inspect(source)
    if (inspection.columns === undefined) return false
    for await (const row of readRows(source, { inspection })) if ('contact' in row) return true
    return false
  } catch (error) {
    if (error instanceof InvalidInputError) return false
    throw error
  }
}
