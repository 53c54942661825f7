import { useRef, useState } from 'react'

import type { FileOnScreen } from '../../contract.ts'
import { api } from '../api.ts'
import type { FileInputElement } from '../blocks/schema.ts'
import { Icon } from '../icon.tsx'
import { sizeOf } from '../text/size.ts'
import { type Standing, useElement } from './use-element.ts'

/** Slack sheet, section 9. */
const MOST = 10
const MAX_BYTES = 10 * 1024 * 1024

export function FileInput({ element, ...standing }: Standing & { readonly element: FileInputElement }) {
  const { id, isInvalid, choose } = useElement(standing, element)
  const [files, setFiles] = useState<readonly FileOnScreen[]>([])
  const [uploading, setUploading] = useState(0)
  const [problem, setProblem] = useState<string>()
  const [isOver, setOver] = useState(false)
  const picker = useRef<HTMLInputElement>(null)
  const most = element.max_files ?? MOST

  const keep = (next: readonly FileOnScreen[]) => {
    setFiles(next)
    choose(next.map((file) => file.id))
  }
  async function add(added: readonly File[]) {
    const refusal = refusalOf(added, files.length, most, element.filetypes)
    setProblem(refusal)
    if (refusal || added.length === 0) return
    setUploading(added.length)
    try {
      keep([...files, ...(await Promise.all(added.map(api.addFile)))])
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    } finally {
      setUploading(0)
    }
  }

  const isFull = files.length >= most
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra way; the button inside does the same by keyboard
    <div
      className={isOver ? 'drop is-over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        void add([...event.dataTransfer.files])
      }}
    >
      {files.map((file) => (
        <div key={file.id} className="upload">
          <Icon name="file" />
          <span className="upload-name">{file.name}</span>
          <small>{sizeOf(file.size)}</small>
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove ${file.name}`}
            onClick={() => keep(files.filter((one) => one !== file))}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      {isFull ? null : (
        <div className="drop-hint">
          <button type="button" className="button" aria-busy={uploading > 0} onClick={() => picker.current?.click()}>
            {uploading > 0 ? 'Uploading…' : most === 1 ? 'Choose a file' : 'Choose files'}
          </button>
          <span>or drop {most === 1 ? 'it' : 'them'} here</span>
        </div>
      )}
      <input
        ref={picker}
        id={id}
        type="file"
        hidden
        multiple={most > 1}
        accept={element.filetypes?.map((type) => `.${type}`).join(',')}
        aria-labelledby={standing.labelledBy}
        aria-describedby={standing.describedBy}
        aria-invalid={isInvalid}
        onChange={({ target }) => {
          const chosen = [...(target.files ?? [])]
          // The same file may be chosen again after it was removed.
          target.value = ''
          void add(chosen)
        }}
      />
      {problem ? (
        <p className="field-error" role="alert">
          {problem}
        </p>
      ) : null}
    </div>
  )
}

function refusalOf(
  added: readonly File[],
  already: number,
  most: number,
  types: readonly string[] | undefined,
): string | undefined {
  if (already + added.length > most) return `At most ${most === 1 ? 'one file' : `${most} files`}, please.`
  const large = added.find(({ size }) => size > MAX_BYTES)
  if (large) return `${large.name} is larger than 10 MB.`
  const empty = added.find(({ size }) => size === 0)
  if (empty) return `${empty.name} is empty.`
  const other = added.find(({ name }) => types && !types.some((type) => name.toLowerCase().endsWith(`.${type}`)))
  return other ? `${other.name} is not one of: ${types?.join(', ')}.` : undefined
}
