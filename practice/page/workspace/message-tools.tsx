import { useState } from 'react'

import { Menu } from '../elements/menu.tsx'
import { Icon } from '../icon.tsx'
import { useWorkspace } from '../workspace-context.ts'

/** What can be done with a message, shown while it is pointed at or has the focus. */
export function MessageTools({
  conversation,
  ts,
  onThread,
}: {
  readonly conversation: string
  readonly ts: string
  readonly onThread: (() => void) | undefined
}) {
  const { screen, act } = useWorkspace()
  const [problem, setProblem] = useState<string>()
  const shortcuts = screen.app.shortcuts.filter(({ type }) => type === 'message')
  if (!onThread && shortcuts.length === 0) return null
  return (
    <div className="message-tools">
      {onThread ? (
        <button
          type="button"
          className="icon-button"
          aria-label="Reply in thread"
          title="Reply in thread"
          onClick={onThread}
        >
          <Icon name="thread" />
        </button>
      ) : null}
      {shortcuts.length > 0 ? (
        <Menu
          label="More actions"
          className="icon-button"
          items={shortcuts.map(({ callbackId, name }) => ({
            key: callbackId,
            label: name,
            description: screen.app.name,
            async choose() {
              const outcome = await act({ act: 'message-shortcut', callbackId, conversation, ts })
              setProblem(outcome.ok ? undefined : outcome.problem)
            },
          }))}
        >
          <Icon name="dots" />
        </Menu>
      ) : null}
      {problem ? (
        <p className="field-error" role="alert">
          {problem}
        </p>
      ) : null}
    </div>
  )
}
