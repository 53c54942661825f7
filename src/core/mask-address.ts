/** "a…@example.com": enough to recognise somebody whom one knows, and nothing to write to. */
export function maskAddress(address: string): string {
  const at = [...address.matchAll(AT)].at(-1)?.index
  return at === undefined ? '…' : `${beginning(address.slice(0, at))}…${address.slice(at)}`
}

/** The same for every address in somebody else's text. */
export function maskAddressesIn(text: string): string {
  return text.replace(ADDRESS, maskAddress)
}

/** An at-sign, also as wide scripts have it and as it stands in links. */
const AT = /[@＠﹫]|%40/g

/**
 * Whatever has an at-sign between two ends without a space: rather too much is masked than too
 * little. Characters that are not seen count as part of an address, since a message is shown without
 * them. It begins only where a run of such characters does, or a long run without an address would
 * be read once for each of its characters.
 */
const PART = String.raw`(?:"[^"\n]{0,64}"|[[^\s<>\(\)\[\],;:"\/?&]\ufeff])`
const ADDRESS = new RegExp(`(?<!${PART})${PART}+"?(?:${AT.source})${PART}+`, 'gv')

/** The first letter or digit, unless that is all there is. */
function beginning(local: string): string {
  const [first = '', ...rest] = local.match(/[\p{L}\p{N}]\p{M}*/gu) ?? []
  return rest.length > 0 ? first : ''
}
