/** What people typed, without the entities that Slack makes of some signs. */
export function decoded(text: string): string {
  return text.toWellFormed().replace(/&(?:amp|lt|gt|nbsp);/g, (entity) => ENTITIES[entity] ?? entity)
}

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&nbsp;': ' ' }

const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/** One line of characters that can be seen. */
export function tidy(text: string): string {
  return text
    .replace(INVISIBLE, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .normalize('NFC')
    .trim()
}

const VERB = /^[\s\p{Cf}\p{Default_Ignorable_Code_Point}]*\S*[\s\p{Cf}\p{Default_Ignorable_Code_Point}]*/u

/** What follows the first word, with its lines. */
export function afterVerb(text: string): string {
  return text
    .replaceAll('\ufeff', '')
    .replace(/[^\P{Cc}\s]/gu, ' ')
    .replace(VERB, '')
}
