import { join } from 'node:path'
import { build, type Rolldown } from 'vite'

const PAGE = join(import.meta.dirname, 'page')

export interface PageFile {
  readonly body: string | Uint8Array
  readonly type: string
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
  woff: 'font/woff',
}

/** By path. */
export type PageFiles = ReadonlyMap<string, PageFile>

let files: Promise<PageFiles> | undefined

/**
 * The page as a browser reads it: each kind of source in one file, because a hundred small ones take a browser
 * longer than putting them together takes us. Once for a process, and nothing is written to disk.
 */
export function pageFiles(): Promise<PageFiles> {
  files ??= putTogether()
  return files
}

async function putTogether(): Promise<PageFiles> {
  const built = await build({
    configFile: false,
    root: PAGE,
    publicDir: false,
    logLevel: 'error',
    // React says what it finds wrong in this form only; nobody waits for the page over a network.
    define: { 'process.env.NODE_ENV': '"development"' },
    build: { write: false, minify: false, modulePreload: false, reportCompressedSize: false, assetsInlineLimit: 0 },
  })
  return new Map(outputsOf(built).map((file) => [`/${file.fileName}`, { body: bodyOf(file), type: typeOf(file) }]))
}

type Output = Rolldown.RolldownOutput['output'][number]

function outputsOf(built: Awaited<ReturnType<typeof build>>): readonly Output[] {
  const [one] = Array.isArray(built) ? built : [built]
  if (!one || !('output' in one)) throw new Error('the page was not built')
  return one.output
}

function bodyOf(file: Output): string | Uint8Array {
  return file.type === 'chunk' ? file.code : file.source
}

function typeOf({ fileName }: Output): string {
  return TYPES[fileName.slice(fileName.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
}
