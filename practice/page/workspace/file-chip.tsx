import type { FileOnScreen } from '../../contract.ts'
import { Icon } from '../icon.tsx'
import { sizeOf } from '../text/size.ts'

const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

export function FileChip({ file: { name, mimetype, size, url } }: { readonly file: FileOnScreen }) {
  return (
    <a className="file" href={url} download={name}>
      {PICTURES.includes(mimetype) ? <img src={url} alt={name} /> : null}
      <span className="file-line">
        <Icon name="file" />
        <span className="file-name">{name}</span>
        <small>{sizeOf(size)}</small>
        <Icon name="download" />
      </span>
    </a>
  )
}
