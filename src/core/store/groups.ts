import { LIFECYCLE } from '../lifecycle.ts'
import type { Database } from './database.ts'
import { and, eq, gt, inArray, sql } from './drizzle.ts'
import type { GroupCount } from './roll-ups.ts'
import type { GroupName } from './rows.ts'

/** What is counted of the people of each of `campaigns`, whatever their tags. */
export async function peopleOfCampaigns(
  database: Database,
  campaigns: readonly string[],
): Promise<readonly (Omit<GroupCount, 'tag'> & { readonly count: number })[]> {
  if (campaigns.length === 0) return []
  const { contactGroups } = database.tables
  return await database.db
    .select({ campaign: contactGroups.campaign, name: contactGroups.name, count: contactGroups.count })
    .from(contactGroups)
    .where(and(inArray(contactGroups.campaign, [...campaigns]), eq(contactGroups.tag, ''), gt(contactGroups.count, 0)))
}

/** What is counted of the people with any of `tags` in `campaign`, or of everybody with one where that is ''. */
export async function peopleWithTags(
  database: Database,
  campaign: string,
  tags: readonly string[],
): Promise<ReadonlyMap<GroupName, number>> {
  const { contactGroups } = database.tables
  const rows = await database.db
    .select({ name: contactGroups.name, count: contactGroups.count })
    .from(contactGroups)
    .where(and(eq(contactGroups.campaign, campaign), inArray(contactGroups.tag, [...tags]), gt(contactGroups.count, 0)))
  const counts = new Map<GroupName, number>()
  for (const { name, count } of rows) counts.set(name, (counts.get(name) ?? 0) + count)
  return counts
}

/** From one tag to the next through the key, without a look at what is counted of each. */
const TAGS = sql.raw(`
  with recursive tags (tag) as (
    select min(tag) from contact_groups where campaign = '' and tag > ''
    union all
    select (select min(g.tag) from contact_groups g where g.campaign = '' and g.tag > tags.tag)
    from tags where tags.tag is not null
  )`)

const PEOPLE = sql.raw(
  `(select coalesce(sum(g.count), 0) from contact_groups g
    where g.campaign = '' and g.tag = tags.tag and g.name in (${LIFECYCLE.map((status) => `'${status}'`).join(', ')}))`,
)

/** Each spelling of every tag that somebody has, in no order. */
export async function everyTag(database: Database): Promise<{ readonly tag: string; readonly people: number }[]> {
  const rows = await database.all(sql`${TAGS} select tag, ${PEOPLE} as people from tags where tag is not null`)
  return rows.flatMap(({ tag, people }) => (Number(people) > 0 ? [{ tag: String(tag), people: Number(people) }] : []))
}
