import { Icon } from '../icon.tsx'
import { Text } from '../text/text.tsx'
import type { Text as SlackText } from './schema.ts'

const LEVELS = ['default', 'info', 'warning', 'error', 'success']

export function Alert({ text, level }: { readonly text: SlackText; readonly level: string }) {
  const known = LEVELS.includes(level) ? level : 'default'
  return (
    <div className={`block-alert is-${known}`} role="status">
      <Icon name={known === 'success' ? 'check' : 'warning'} />
      <Text of={text} />
    </div>
  )
}
