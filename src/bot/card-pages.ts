import type { CardEvent, CardNote, ContactCard } from '../core/contact-card.ts'
import type { Page, PageOptions } from '../core/page.ts'
import type { ScoreExplained } from '../core/score-explained.ts'
import type { Answer } from './answers.ts'
import type { Message } from './blocks.ts'
import type { ChangingDeps } from './changing.ts'
import type { PagedAction, Press } from './listeners.ts'
import { messageModal } from './surfaces.ts'
import { CHANGES_A_PAGE, contactHistoryView } from './views/contact-history.ts'
import { contactNotesView, NOTES_A_PAGE } from './views/contact-notes.ts'
import { contactScoreView, PARTS_SHOWN } from './views/contact-score.ts'
import { contactTimelineView, EVENTS_A_PAGE } from './views/contact-timeline.ts'
import { goneView } from './views/problem.ts'

export interface CardPagesDeps extends Pick<ChangingDeps, 'cardById' | 'changes'> {
  readonly timeline: (id: number, options: PageOptions) => Promise<Page<CardEvent>>
  readonly notes: (id: number, options: PageOptions) => Promise<Page<CardNote>>
  /** Names so many events at most; undefined where the contact is gone. */
  readonly explainScore: (id: number, limit: number) => Promise<ScoreExplained | undefined>
}

type Reading = (card: ContactCard, place: PageOptions['place'], deps: CardPagesDeps) => Promise<Message>

/** What each list of a card shows, and what it is called. */
const LISTS: Readonly<Record<PagedAction, { readonly title: string; readonly read: Reading }>> = {
  contact_timeline: {
    title: 'Timeline',
    read: async (card, place, { timeline }) =>
      contactTimelineView(card, await timeline(card.id, { place, limit: EVENTS_A_PAGE })),
  },
  contact_notes: {
    title: 'Notes',
    read: async (card, place, { notes }) =>
      contactNotesView(card, await notes(card.id, { place, limit: NOTES_A_PAGE })),
  },
  contact_history: {
    title: 'History',
    read: async (card, place, { changes }) =>
      contactHistoryView(card, await changes.history(card.id, { place, limit: CHANGES_A_PAGE })),
  },
}

/** Opens above the card from its beginning; another page takes the place of the one before. */
export async function cardList(
  { action, value: { id, place } }: Extract<Press, { action: PagedAction }>,
  deps: CardPagesDeps,
): Promise<Answer> {
  const card = await deps.cardById(id)
  if (!card) return goneView()
  const { title, read } = LISTS[action]
  const list = await read(card, place, deps)
  return place ? list : messageModal(title, list)
}

export async function whyThisScore(id: number, { cardById, explainScore }: CardPagesDeps): Promise<Answer> {
  const card = await cardById(id)
  const explained = card && (await explainScore(id, PARTS_SHOWN))
  return card && explained ? contactScoreView(card, explained) : goneView()
}
