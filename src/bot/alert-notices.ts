import { type NoticeOrder, readNoticeOrder } from '../core/alerts/notices.ts'
import type { Logger } from '../core/logger.ts'
import type { JobHandler } from '../core/worker.ts'
import { isNoPlace } from './channel-refusals.ts'
import type { SlackSender } from './sender.ts'
import { noticeView } from './views/alert-notice.ts'

export interface AlertNoticesDeps {
  readonly sender: Pick<SlackSender, 'post'>
  /** False where what its place does not take can go nowhere else. */
  readonly tellElsewhere: (id: string, order: NoticeOrder) => Promise<boolean>
  /** There are jobs that are due. */
  readonly jobsQueued: () => void
  readonly log: Logger
}

/** Posts what is told about everybody together. */
export function alertNotices({ sender, tellElsewhere, jobsQueued, log }: AlertNoticesDeps): JobHandler {
  return async (payload, { id }) => {
    const order = readNoticeOrder(payload)
    const { to, notice } = order
    try {
      await sender.post({ ...noticeView(notice), channel: to, key: id })
    } catch (error) {
      if (!isNoPlace(to, error) || !(await tellElsewhere(id, order))) throw error
      log.warn('an alert goes elsewhere: its own place takes no messages', { target: to, error })
      jobsQueued()
    }
  }
}
