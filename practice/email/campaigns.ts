export interface Step {
  readonly subject: string
  readonly text: string
}

export interface Campaign {
  readonly id: string
  readonly name: string
  readonly steps: readonly Step[]
  readonly links: readonly string[]
}

const SITE = 'https://www.practice.example'

/** Who writes: the team of the practice workspace. */
export const SENDER = { name: 'Joana Varga', email: 'joana@practice.example' }

export const STOCK_PLANNER: Campaign = {
  id: 'c7f1-stock-planner',
  name: 'Stock planner launch',
  steps: [
    {
      subject: 'Fewer empty shelves by next month',
      text: 'We built a stock planner that orders before a shelf is empty. Shall I show you the numbers of a team your size?',
    },
    {
      subject: 'How others plan 4,000 articles in an hour',
      text: 'Three teams told us how they plan, and where the hours go. The article is two pages long.',
    },
    {
      subject: 'Shall I close your file?',
      text: 'I have not heard from you, which is fine. A short "not now" helps me to leave you in peace.',
    },
  ],
  links: [`${SITE}/stock-planner`, `${SITE}/stock-planner/pricing`, `${SITE}/articles/planning-in-an-hour`],
}

export const RETURNS_BENCHMARK: Campaign = {
  id: 'c802-returns-benchmark',
  name: 'Returns benchmark',
  steps: [
    {
      subject: 'What a return really costs',
      text: 'We asked 120 warehouses what one return costs them. Your trade is on page 6. May I send you the rest?',
    },
    {
      subject: 'Your returns beside 120 others',
      text: 'Five numbers are enough to see where you stand. It takes ten minutes, and you keep the sheet.',
    },
    {
      subject: 'The last two places on Thursday',
      text: 'We go through the benchmark with eight teams on Thursday. Two places are left.',
    },
  ],
  links: [`${SITE}/returns-benchmark`, `${SITE}/returns-benchmark/calculator`, `${SITE}/book-a-call`],
}

/** What somebody gets who filled in a form or booked a call. */
export const CONFIRMATIONS: Campaign = {
  id: 'confirmations',
  name: 'Confirmations',
  steps: [
    { subject: 'We look forward to talking to you', text: 'You find the time and the link in the calendar entry.' },
  ],
  links: [`${SITE}/book-a-call`],
}

/** Later steps than there are begin again. */
export function stepOf({ steps }: Campaign, step: number): Step {
  const found = steps[(step - 1) % steps.length]
  if (!found) throw new Error('a campaign has no steps')
  return found
}

export function linkOf({ links }: Campaign, nth: number): string {
  return links[nth % links.length] ?? SITE
}
