import { memo, useMemo } from 'react'

import type { Message } from '../../contract.ts'
import { Blocks, SurfaceProblem } from '../blocks/blocks.tsx'
import { SurfaceProvider, useNewSurface } from '../elements/surface.ts'
import { Icon } from '../icon.tsx'
import { longTime, time } from '../text/date.ts'
import { Mrkdwn } from '../text/text.tsx'
import { Avatar } from './avatar.tsx'
import { FileChip } from './file-chip.tsx'
import { MessageTools } from './message-tools.tsx'
import type { Row } from './messages.ts'
import { ReplyCount } from './reply-count.tsx'

export const MessageRow = memo(function MessageRow({
  conversation,
  row: { message, isContinued, replies },
  isThread,
  onThread,
}: {
  readonly conversation: string
  readonly row: Row
  readonly isThread: boolean
  readonly onThread?: (ts: string) => void
}) {
  const { from, ts, isEphemeral, isBroadcast, thread } = message
  const open = isEphemeral || !onThread ? undefined : () => onThread(thread ?? ts)
  return (
    <article
      className={`message${isEphemeral ? ' is-ephemeral' : ''}${isContinued ? ' is-continued' : ''}`}
      aria-label={`${from.realName || from.name}, ${time(message.at)}`}
    >
      <div className="message-side">{isContinued ? <Moment at={message.at} isShort /> : <Avatar person={from} />}</div>
      <div className="message-main">
        {isEphemeral ? (
          <p className="message-note">
            <Icon name="eye" />
            Only visible to you
          </p>
        ) : null}
        {isBroadcast && !isThread ? (
          <button type="button" className="message-note" onClick={open}>
            <Icon name="thread" />
            replied to a thread
          </button>
        ) : null}
        {isContinued ? null : (
          <header className="message-head">
            <strong>{from.realName || from.name}</strong>
            {from.isBot ? <span className="app-badge">APP</span> : null}
            <Moment at={message.at} />
          </header>
        )}
        <Content conversation={conversation} message={message} />
        {isThread ? null : <ReplyCount replies={replies} onOpen={open} />}
      </div>
      {isEphemeral ? null : <MessageTools conversation={conversation} ts={ts} onThread={isThread ? undefined : open} />}
    </article>
  )
})

function Moment({ at, isShort = false }: { readonly at: number; readonly isShort?: boolean }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={longTime(at)}>
      {isShort ? time(at).replace(/[^\d:.]/g, '') : time(at)}
    </time>
  )
}

function Content({ conversation, message }: { readonly conversation: string; readonly message: Message }) {
  const { ts, text, blocks, files, isEdited } = message
  const place = useMemo(() => ({ surface: 'message', conversation, ts }) as const, [conversation, ts])
  const surface = useNewSurface(place, blocks)
  return (
    <SurfaceProvider value={surface}>
      {blocks.length > 0 ? <Blocks blocks={blocks} /> : text ? <Mrkdwn text={text} /> : null}
      <SurfaceProblem />
      {isEdited ? <span className="edited">(edited)</span> : null}
      {files.length > 0 ? (
        <div className="files">
          {files.map((file) => (
            <FileChip key={file.id} file={file} />
          ))}
        </div>
      ) : null}
    </SurfaceProvider>
  )
}
