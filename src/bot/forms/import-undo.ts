import { z } from 'zod'

import type { Importing } from '../importing.ts'
import { atStake } from '../views/import-report.ts'
import { lineInput, type Submit } from './form.ts'

export interface ImportUndoDeps {
  readonly importing: Pick<Importing, 'toUndo' | 'undo'>
}

const About = z.object({ id: z.number().int() })
const Values = z.object({ number: lineInput })

export function importUndoSubmit({ importing }: ImportUndoDeps): Submit {
  return async ({ actor, about, values }) => {
    const { id } = About.parse(about)
    const all = atStake(await importing.toUndo(id, actor))
    const typed = (Values.parse(values).number ?? '').replace(/[\s.,’']/g, '')
    if (typed !== String(all))
      return { kind: 'errors', errors: { number: `Not the same number. To undo, type ${all}` } }
    await importing.undo(id, actor)
    return { kind: 'close' }
  }
}
