import type { Conversation } from '../../contract.ts'
import { Icon } from '../icon.tsx'
import { type Spot, useWorkspace } from '../workspace-context.ts'
import { Avatar } from './avatar.tsx'

export function Sidebar({ spot, unread }: { readonly spot: Spot; readonly unread: ReadonlySet<string> }) {
  const { screen, open } = useWorkspace()
  const channels = screen.conversations.filter(({ kind }) => kind === 'channel')
  const directs = screen.conversations.filter(({ kind }) => kind === 'dm')
  const entry = (conversation: Conversation) => (
    <Entry
      key={conversation.id}
      conversation={conversation}
      isOpen={spot.kind === 'conversation' && spot.id === conversation.id}
      isUnread={unread.has(conversation.id)}
    />
  )
  return (
    <nav className="sidebar" aria-label="Conversations">
      <h2>Channels</h2>
      <ul>{channels.map(entry)}</ul>
      <h2>Apps</h2>
      <ul>
        {directs.map(entry)}
        {screen.app.hasHome ? (
          <li>
            <button
              type="button"
              className="entry"
              aria-current={spot.kind === 'home' ? 'page' : undefined}
              onClick={() => open({ kind: 'home' })}
            >
              <Icon name="home" />
              <span>{screen.app.name} Home</span>
            </button>
          </li>
        ) : null}
      </ul>
      <div className="sidebar-me">
        <Avatar person={screen.me} isSmall />
        <span>
          {screen.me.realName || screen.me.name}
          <small>That is you</small>
        </span>
      </div>
    </nav>
  )
}

function Entry({
  conversation: { id, name, kind },
  isOpen,
  isUnread,
}: {
  readonly conversation: Conversation
  readonly isOpen: boolean
  readonly isUnread: boolean
}) {
  const { screen, open } = useWorkspace()
  const other = screen.people.find((person) => kind === 'dm' && (person.realName === name || person.name === name))
  return (
    <li>
      <button
        type="button"
        className={isUnread ? 'entry is-unread' : 'entry'}
        aria-current={isOpen ? 'page' : undefined}
        onClick={() => open({ kind: 'conversation', id })}
      >
        {kind === 'channel' ? <Icon name="hash" /> : other ? <Avatar person={other} isSmall /> : <Icon name="chat" />}
        <span>{name}</span>
        {isUnread ? <span className="dot" role="img" aria-label="unread messages" /> : null}
      </button>
    </li>
  )
}
