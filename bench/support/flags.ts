import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { z } from 'zod'

const Package = z.object({ scripts: z.object({ start: z.string() }) })

/** What `npm start` gives to Node. */
export function startFlags(): string[] {
  const { scripts } = Package.parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')))
  return scripts.start.split(' ').filter((word) => word.startsWith('--'))
}
