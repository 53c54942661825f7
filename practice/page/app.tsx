import { useCallback, useEffect, useMemo, useState } from 'react'

import type { PracticeState, Screen } from '../contract.ts'
import { api } from './api.ts'
import { ModalStack } from './modal/modal-stack.tsx'
import { Panel, type PanelTab } from './panel/panel.tsx'
import { isText, useStored } from './stored.ts'
import { ThemeContext, useTheme } from './theme.ts'
import { usePractice } from './use-practice.ts'
import { BottomBar } from './workspace/bottom-bar.tsx'
import { ConversationPane } from './workspace/conversation-pane.tsx'
import { DraftsProvider, useNewDrafts } from './workspace/drafts.ts'
import { HomePane } from './workspace/home-pane.tsx'
import { startOf } from './workspace/messages.ts'
import { NewMessages } from './workspace/new-messages.tsx'
import { Notices } from './workspace/notices.tsx'
import { Sidebar } from './workspace/sidebar.tsx'
import { ThreadPane } from './workspace/thread-pane.tsx'
import { TopBar } from './workspace/top-bar.tsx'
import { useUnread } from './workspace/unread.ts'
import { type Spot, WorkspaceContext } from './workspace-context.ts'

export function App() {
  const { theme, toggle } = useTheme()
  const { state, problem } = usePractice()
  return (
    <ThemeContext value={theme}>
      {problem ? (
        <div className="banner" role="alert">
          {problem}
        </div>
      ) : null}
      {state ? <Practice state={state} onTheme={toggle} /> : <p className="loading">Opening the practice workspace…</p>}
    </ThemeContext>
  )
}

/** What a narrow window shows; a wide one shows all of it. */
export type Pane = 'chat' | 'sidebar' | 'tools'

function Practice({ state, onTheme }: { readonly state: PracticeState; readonly onTheme: () => void }) {
  const { screen } = state
  const [stored, setStored] = useStored('spot', '', isText)
  const [thread, setThread] = useState<{ readonly conversation: string; readonly ts: string }>()
  const [pane, setPane] = useState<Pane>('chat')
  const [tab, setTab] = useState<PanelTab>('email')
  const spot = spotOf(stored, screen)
  const here = spot.kind === 'conversation' ? spot.id : undefined
  // A narrow window shows one part at a time.
  const isSeen = pane === 'chat' || !matchMedia('(max-width: 1079px)').matches
  const unread = useUnread(screen, isSeen ? here : undefined)
  const drafts = useNewDrafts()

  const open = useCallback(
    (next: Spot) => {
      setStored(next.kind === 'home' ? 'home' : next.id)
      setThread(undefined)
      setPane('chat')
    },
    [setStored],
  )
  const show = (next: Pane) => {
    if (next === 'tools' || next === pane) setThread(undefined)
    setPane(next)
  }
  const workspace = useMemo(() => ({ screen, here, act: api.act, open }), [screen, here, open])
  const conversation = screen.conversations.find(({ id }) => id === here)
  const title = conversation
    ? `${conversation.kind === 'channel' ? '#' : ''}${conversation.name}`
    : `${screen.app.name} Home`
  useEffect(() => {
    document.title = `${unread.size > 0 ? '* ' : ''}${title} - ${screen.team.name}`
  }, [title, unread.size, screen.team.name])
  const threadIn = thread && screen.conversations.find(({ id }) => id === thread.conversation)

  return (
    <WorkspaceContext value={workspace}>
      <DraftsProvider value={drafts}>
        <div className="app" data-pane={threadIn && pane === 'chat' ? 'thread' : pane}>
          <TopBar onTheme={onTheme} />
          <Sidebar spot={spot} unread={unread} />
          <main className="pane pane-main" aria-label={title}>
            {conversation ? (
              <ConversationPane
                key={conversation.id}
                conversation={conversation}
                contacts={state.contacts}
                onThread={(ts) => {
                  setThread({ conversation: conversation.id, ts })
                  setPane('chat')
                }}
              />
            ) : (
              <HomePane />
            )}
          </main>
          {thread && threadIn ? (
            <ThreadPane
              key={thread.ts}
              conversation={threadIn}
              parent={thread.ts}
              onClose={() => setThread(undefined)}
            />
          ) : (
            <Panel state={state} tab={tab} onTab={setTab} />
          )}
          <BottomBar pane={pane} news={newsIn(unread, here)} onPane={show} />
          <Notices notices={screen.notices} />
          <NewMessages screen={screen} />
          <ModalStack modals={screen.modals} />
        </div>
      </DraftsProvider>
    </WorkspaceContext>
  )
}

/** What was open before a reload, or where the app is at home. */
function spotOf(stored: string, { app, conversations }: Screen): Spot {
  if (stored === 'home' && app.hasHome) return { kind: 'home' }
  const found = conversations.find(({ id }) => id === stored) ?? startOf(conversations)
  return found ? { kind: 'conversation', id: found.id } : { kind: 'home' }
}

/** Which parts of a narrow window hold something new. */
function newsIn(unread: ReadonlySet<string>, here: string | undefined): readonly Pane[] {
  const isHere = here !== undefined && unread.has(here)
  return [...(isHere ? (['chat'] as const) : []), ...(unread.size > (isHere ? 1 : 0) ? (['sidebar'] as const) : [])]
}
