import { useMemo } from 'react'

import type { Conversation, PracticeState } from '../../contract.ts'
import { Icon } from '../icon.tsx'
import { useWorkspace } from '../workspace-context.ts'
import { AppTabs } from './app-tabs.tsx'
import { Composer } from './composer.tsx'
import { MessageList } from './message-list.tsx'
import { rowsOf } from './messages.ts'
import { Welcome } from './welcome.tsx'

export function ConversationPane({
  conversation,
  contacts,
  onThread,
}: {
  readonly conversation: Conversation
  readonly contacts: PracticeState['contacts']
  readonly onThread: (ts: string) => void
}) {
  const { screen } = useWorkspace()
  const rows = useMemo(() => rowsOf(conversation), [conversation])
  const { id, name, kind, topic, hasApp } = conversation
  const title = kind === 'channel' ? `#${name}` : name
  return (
    <>
      <header className="pane-head">
        <h1>
          {kind === 'channel' ? <Icon name="hash" /> : null}
          {name}
        </h1>
        {topic ? <p>{topic}</p> : null}
      </header>
      {kind === 'dm' ? <AppTabs current="messages" /> : null}
      <MessageList
        conversation={id}
        rows={rows}
        label={`Messages in ${title}`}
        onThread={onThread}
        before={<Beginning title={title} kind={kind} />}
        after={<Welcome conversation={conversation} contacts={contacts} />}
      />
      {kind === 'channel' && !hasApp ? (
        <p className="hint">
          {screen.app.name} was not invited to {title}. Its commands work here, but it cannot post by itself.
        </p>
      ) : null}
      <Composer draftKey={id} conversation={id} label={`Message ${title}`} />
    </>
  )
}

function Beginning({ title, kind }: { readonly title: string; readonly kind: Conversation['kind'] }) {
  return (
    <div className="beginning">
      <h2>{title}</h2>
      <p>
        {kind === 'channel'
          ? `This is the very beginning of ${title}.`
          : `This is between you and ${title}. Nobody else sees it.`}
      </p>
    </div>
  )
}
