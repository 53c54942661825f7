import { type ReactNode, useLayoutEffect, useRef, useState } from 'react'

import { Icon } from '../icon.tsx'
import { day } from '../text/date.ts'
import { useMinute } from '../use-minute.ts'
import { MessageRow } from './message-row.tsx'
import type { Row } from './messages.ts'

const NEAR_PX = 80

/** Stays at the newest message while the reader is there, and offers the way back while not. */
export function MessageList({
  conversation,
  rows,
  label,
  isThread = false,
  before,
  after,
  onThread,
}: {
  readonly conversation: string
  readonly rows: readonly Row[]
  readonly label: string
  readonly isThread?: boolean
  readonly before?: ReactNode
  readonly after?: ReactNode
  readonly onThread?: (ts: string) => void
}) {
  const minute = useMinute()
  const box = useRef<HTMLElement>(null)
  const inner = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const [missed, setMissed] = useState(false)
  const newest = rows.at(-1)?.message.ts
  const [seen, setSeen] = useState(newest)

  useLayoutEffect(() => {
    const content = inner.current
    if (!content) return
    // Also when pictures, fonts or charts make the content higher after it was drawn.
    const grown = new ResizeObserver(() => isAtEnd.current && toEnd(box.current))
    grown.observe(content)
    if (box.current) grown.observe(box.current)
    return () => grown.disconnect()
  }, [])
  useLayoutEffect(() => {
    if (newest === seen) return
    setSeen(newest)
    if (isAtEnd.current) toEnd(box.current)
    else setMissed(true)
  }, [newest, seen])
  const scrolled = () => {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = box.current ?? {}
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX
    if (isAtEnd.current) setMissed(false)
  }

  return (
    <div className="message-list">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section ref={box} className="scroll" aria-label={label} tabIndex={0} onScroll={scrolled}>
        <div ref={inner} className={isThread ? 'message-list-inner is-thread' : 'message-list-inner'}>
          {before}
          {rows.map((row) => (
            <div key={row.message.ts}>
              {row.isNewDay ? (
                <div className="day">
                  <span>{day(new Date(row.message.at), new Date(minute))}</span>
                </div>
              ) : null}
              <MessageRow
                conversation={conversation}
                row={row}
                isThread={isThread}
                {...(onThread ? { onThread } : {})}
              />
            </div>
          ))}
          {after}
        </div>
      </section>
      {missed ? (
        <button type="button" className="new-messages" onClick={() => toEnd(box.current)}>
          New messages
          <Icon name="down" />
        </button>
      ) : null}
    </div>
  )
}

function toEnd(box: HTMLElement | null): void {
  box?.scrollTo({ top: box.scrollHeight })
}
