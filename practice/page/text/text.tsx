import { type ComponentProps, memo, useMemo } from 'react'
import { Message } from 'slack-blocks-to-jsx'

import type { Text as SlackText } from '../blocks/schema.ts'
import { useShownTheme } from '../theme.ts'
import { useMinute } from '../use-minute.ts'
import { formatDate, longTime } from './date.ts'
import { Link } from './link.tsx'
import { ChannelMention, Mention } from './mention.tsx'
import { readMrkdwn, readPlain } from './mrkdwn.ts'

type DrawnBlocks = ComponentProps<typeof Message>['blocks']

// The package keeps the first hooks that it was given, so these must not change.
const HOOKS: NonNullable<ComponentProps<typeof Message>['hooks']> = {
  user: ({ id }) => <Mention id={id} />,
  channel: ({ id }) => <ChannelMention id={id} />,
  date: ({ timestamp, format }) => <Moment seconds={Number(timestamp)} format={format} />,
  link: ({ href, children }) => <Link href={href}>{children}</Link>,
  emoji: (data, parse) => (
    <span className="emoji" role="img" aria-label={data.name.replaceAll('_', ' ')}>
      {parse(data)}
    </span>
  ),
}

/** Tomorrow, "today" is called "yesterday". */
function Moment({ seconds, format }: { readonly seconds: number; readonly format: string }) {
  return (
    <time dateTime={new Date(seconds * 1000).toISOString()} title={longTime(seconds * 1000)}>
      {formatDate(seconds, format, useMinute())}
    </time>
  )
}

/** What slack-blocks-to-jsx draws. */
export const Drawn = memo(function Drawn({ blocks }: { readonly blocks: DrawnBlocks }) {
  return (
    <Message blocks={blocks} hooks={HOOKS} theme={useShownTheme()} name="" logo="" withoutWrapper className="drawn" />
  )
})

/** Slack's mark-up, on lines of its own. */
export function Mrkdwn({ text, verbatim = false }: { readonly text: string; readonly verbatim?: boolean }) {
  return <Drawn blocks={useMemo(() => [readMrkdwn(text, { verbatim })], [text, verbatim])} />
}

/** A text object of a block. */
export function Text({ of: { type, text, emoji = true, verbatim = false } }: { readonly of: SlackText }) {
  if (type === 'mrkdwn') return <Mrkdwn text={text} verbatim={verbatim} />
  return <Plain text={text} emoji={emoji} />
}

export function Plain({ text, emoji = true }: { readonly text: string; readonly emoji?: boolean }) {
  const hasEmoji = emoji && /:[a-z0-9_+'-]+:/.test(text)
  const blocks = useMemo(() => [readPlain(text, { emoji })], [text, emoji])
  return hasEmoji ? <Drawn blocks={blocks} /> : <span className="plain">{text}</span>
}
