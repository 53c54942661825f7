import type { ComponentProps } from 'react'
import { z } from 'zod'

import type { Block } from '../../contract.ts'
import { Drawn } from '../text/text.tsx'
import { Undrawable } from './boundary.tsx'

type DrawnBlock = ComponentProps<typeof Drawn>['blocks'][number]

/** Enough of each to be sure that slack-blocks-to-jsx draws it without falling over. */
const Drawable = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('rich_text'), elements: z.array(z.looseObject({ elements: z.array(z.unknown()) })) }),
  z.looseObject({ type: z.literal('markdown'), text: z.string() }),
  z.looseObject({
    type: z.literal('data_visualization'),
    title: z.string(),
    chart: z.looseObject({ type: z.string() }),
  }),
  z.looseObject({ type: z.literal('plan'), title: z.string() }),
  z.looseObject({ type: z.literal('task_card'), task_id: z.string(), title: z.string() }),
])

function isDrawable(block: Block): block is Block & DrawnBlock {
  return Drawable.safeParse(block).success
}

export function OtherBlock({ block }: { readonly block: Block }) {
  return isDrawable(block) ? <Drawn blocks={[block]} /> : <Undrawable block={block} />
}
