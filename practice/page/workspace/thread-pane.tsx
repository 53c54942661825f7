import { useEffect, useMemo } from 'react'

import type { Conversation } from '../../contract.ts'
import { Icon } from '../icon.tsx'
import { Composer } from './composer.tsx'
import { MessageList } from './message-list.tsx'
import { MessageRow } from './message-row.tsx'
import { repliesTo } from './messages.ts'

export function ThreadPane({
  conversation,
  parent,
  onClose,
}: {
  readonly conversation: Conversation
  readonly parent: string
  readonly onClose: () => void
}) {
  const rows = useMemo(() => repliesTo(conversation, parent), [conversation, parent])
  const root = conversation.messages.find(({ ts }) => ts === parent)
  const draftKey = `${conversation.id}-${parent}`
  useEffect(() => {
    const before = document.activeElement
    document.getElementById(`composer-${draftKey}`)?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [draftKey])
  return (
    <aside
      className="pane pane-side"
      aria-label="Thread"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose()
      }}
    >
      <header className="pane-head">
        <h2>Thread</h2>
        <p>
          {conversation.kind === 'channel' ? '#' : ''}
          {conversation.name}
        </p>
        <button type="button" className="icon-button" aria-label="Close thread" title="Close thread" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <MessageList
        conversation={conversation.id}
        rows={rows}
        label="Replies"
        isThread
        before={
          <>
            {root ? (
              <MessageRow
                conversation={conversation.id}
                row={{ message: root, isContinued: false, isNewDay: false, replies: [] }}
                isThread
              />
            ) : (
              <p className="hint">The message that this answers is no longer there.</p>
            )}
            <div className="day">
              <span>{rows.length === 1 ? '1 reply' : `${rows.length} replies`}</span>
            </div>
          </>
        }
      />
      <Composer draftKey={draftKey} conversation={conversation.id} thread={parent} label="Reply" />
    </aside>
  )
}
