/** What people write back when somebody presses "Replied". */
export const ANSWERS: readonly string[] = [
  'Good timing, we talked about this on Monday. Can you call me tomorrow between two and four?',
  'Thanks for the mail. What does it cost for three warehouses, and who else in our trade uses it?',
  'Interesting, but not before our stocktake. Please write again in three weeks.',
  'I am not the right person for this. My colleague who runs planning would be, I have copied her in.',
  'Could you send me the two pages you mention? Then I can show them to the team on Thursday.',
]
