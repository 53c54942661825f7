import type { Notice } from '../../contract.ts'
import { Icon } from '../icon.tsx'
import { time } from '../text/date.ts'
import { Mrkdwn } from '../text/text.tsx'
import { useWorkspace } from '../workspace-context.ts'

/** What Slack itself says, above everything until it is dismissed. */
export function Notices({ notices }: { readonly notices: readonly Notice[] }) {
  const { act } = useWorkspace()
  return (
    <section className="notices" aria-label="Notices" aria-live="polite">
      {notices.map(({ id, at, text }) => (
        <div key={id} className="notice">
          <span className="slackbot" aria-hidden="true">
            <Icon name="chat" />
          </span>
          <div className="notice-main">
            <p className="message-head">
              <strong>Slackbot</strong>
              <time dateTime={new Date(at).toISOString()}>{time(at)}</time>
            </p>
            <Mrkdwn text={text} />
            <p className="message-note">
              <Icon name="eye" />
              Only visible to you
            </p>
          </div>
          <button
            type="button"
            className="icon-button"
            aria-label="Dismiss"
            onClick={() => void act({ act: 'dismiss', notice: id })}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </section>
  )
}
