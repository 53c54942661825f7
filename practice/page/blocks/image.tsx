import { Icon } from '../icon.tsx'
import type { Image as SlackImage } from './schema.ts'

/** Pictures of this workspace; one from elsewhere is named only, because the page loads nothing from the network. */
export function Image({
  image,
  isBlock = false,
}: {
  readonly image: Omit<SlackImage, 'type'>
  readonly isBlock?: boolean
}) {
  const source = sourceOf(image)
  const picture = source ? (
    <img src={source} alt={image.alt_text} />
  ) : (
    <span
      className="no-image"
      role="img"
      aria-label={image.alt_text}
      title={`${image.alt_text} (not loaded from ${image.image_url})`}
    >
      <Icon name="file" />
      {isBlock ? <span>{image.alt_text}</span> : null}
    </span>
  )
  if (!isBlock) return picture
  return (
    <figure className="block-image">
      {image.title ? <figcaption>{image.title.text}</figcaption> : null}
      {picture}
    </figure>
  )
}

function sourceOf({ image_url, slack_file }: Omit<SlackImage, 'type'>): string | undefined {
  if (slack_file?.id) return `/practice/files/${encodeURIComponent(slack_file.id)}`
  const url = image_url ?? slack_file?.url
  if (!url || !URL.canParse(url, location.origin)) return undefined
  const { origin, protocol } = new URL(url, location.origin)
  return origin === location.origin || protocol === 'data:' ? url : undefined
}
