import { fold } from '../name.ts'
import { campaignNames, latestCampaigns } from '../store/campaigns.ts'
import type { Database } from '../store/database.ts'
import { everyTag } from '../store/groups.ts'

/** Campaigns that somebody may mean who has typed so much; the latest where that is nothing. */
export async function suggestCampaigns(database: Database, typed: string, most: number): Promise<string[]> {
  if (typed.trim() === '') return (await latestCampaigns(database, most)).map(({ name }) => name)
  return likeliest(await campaignNames(database), typed, most)
}

/** The same of tags, which come by how many people have them; each once, however it is spelt. */
export async function suggestTags(database: Database, typed: string, most: number): Promise<string[]> {
  const byPeople = (await everyTag(database)).sort((a, b) => b.people - a.people || (a.tag < b.tag ? -1 : 1))
  const bySpelling = new Map(byPeople.toReversed().map(({ tag }) => [tag.toLowerCase(), tag]))
  return likeliest([...bySpelling.values()].reverse(), typed, most)
}

/** All there are. */
export async function knownNames(database: Database) {
  const tags = await everyTag(database)
  return { campaigns: await campaignNames(database), tags: tags.map(({ tag }) => tag) }
}

/** Those that begin with it first, then those that hold it. */
function likeliest(names: readonly string[], typed: string, most: number): string[] {
  const wanted = fold(typed)
  const begin = names.filter((name) => fold(name).startsWith(wanted))
  const hold = names.filter((name) => !begin.includes(name) && fold(name).includes(wanted))
  return [...begin, ...hold].slice(0, most)
}
