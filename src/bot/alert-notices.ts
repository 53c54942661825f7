import { readNoticeOrder } from '../core/alerts/notices.ts'
import type { JobHandler } from '../core/worker.ts'
import type { SlackSender } from './sender.ts'
import { noticeView } from './views/alert-notice.ts'

/** Posts what is told about everybody together. */
export function alertNotices({ sender }: { readonly sender: Pick<SlackSender, 'post'> }): JobHandler {
  return async (payload, { id }) => {
    const { to, notice } = readNoticeOrder(payload)
    await sender.post({ ...noticeView(notice), channel: to, key: id })
  }
}
