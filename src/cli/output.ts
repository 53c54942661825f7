import type { BigIntStats } from 'node:fs'
import { access, constants, open, realpath, rename, rm, stat } from 'node:fs/promises'
import process from 'node:process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import type { Config } from '../core/config.ts'
import { CrmError, InvalidInputError } from '../core/errors.ts'

/** The name that stands for standard input or output. */
export const STANDARD = '-'

/** A file that must not be replaced. */
export interface Spared {
  /** Ends the sentence "x.csv cannot be written: it is …". */
  readonly what: string
  readonly file: BigIntStats | undefined
}

export async function fileAt(path: string): Promise<BigIntStats | undefined> {
  return await stat(path, { bigint: true }).catch(() => undefined)
}

export async function databaseIn({ databaseUrl }: Config): Promise<Spared> {
  const isFile = databaseUrl.startsWith('sqlite:')
  return { what: 'the database', file: isFile ? await fileAt(databaseUrl.slice('sqlite:'.length)) : undefined }
}

/** Throws `InvalidInputError` where a file cannot be written at `path`, or would replace one of `spared`, whatever it is called there. */
export async function checkOutput(path: string, spared: readonly Spared[]): Promise<void> {
  if (path === STANDARD) return
  const known = await fileAt(path)
  const isHere = ({ file }: Spared) => known !== undefined && file?.dev === known.dev && file.ino === known.ino
  const itself = spared.find(isHere)
  if (itself) throw new InvalidInputError(`${path} cannot be written: it is ${itself.what}`)
  if (known?.isDirectory()) throw new InvalidInputError(`${path} cannot be written: it is a folder`)
  try {
    if (known) await access(path, constants.W_OK)
    if (known && !known.isFile()) return
    const part = await partOf(path)
    await (await open(part, 'wx', 0o600)).close()
    await rm(part)
  } catch (error) {
    throw new InvalidInputError(`${path} cannot be written: ${why(error)}`, { cause: error })
  }
}

/** A file is there when it is whole, and nobody else may read it. Throws `CrmError` where the disk is full, say. */
export async function writeOutput(path: string, content: AsyncIterable<string>, signal?: AbortSignal): Promise<void> {
  if (path === STANDARD) return await pipeline(Readable.from(content), process.stdout, { end: false, signal })
  try {
    const known = await fileAt(path)
    // What a pipe or a device takes is taken at once, and nothing else may come in its place.
    if (known && !known.isFile()) await writeInto(path, 'w', content, signal)
    else await writeWhole(path, content, signal)
  } catch (error) {
    throw isOfFiles(error) ? new CrmError(`${path} cannot be written: ${why(error)}`, { cause: error }) : error
  }
}

async function writeWhole(path: string, content: AsyncIterable<string>, signal?: AbortSignal): Promise<void> {
  const part = await partOf(path)
  try {
    await writeInto(part, 'wx', content, signal)
    await rename(part, await realPath(path))
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

async function writeInto(path: string, flag: 'w' | 'wx', content: AsyncIterable<string>, signal?: AbortSignal) {
  await using file = await open(path, flag, 0o600)
  await file.writeFile(content, { signal })
  if (flag === 'wx') await file.sync()
}

/** Beside the file, so that it takes its place at once. */
export async function partOf(path: string): Promise<string> {
  return `${await realPath(path)}.${process.pid}.part`
}

/** Where the file is that a link leads to. */
async function realPath(path: string): Promise<string> {
  return await realpath(path).catch(() => path)
}

/** Whether the system said so, and not we. */
export function isOfFiles(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  EACCES: 'you have no right to',
  EPERM: 'you have no right to',
  EROFS: 'nothing can be written there',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full for you',
  EEXIST: 'it is there already',
  EIO: 'the disk is damaged, or gone',
  ENAMETOOLONG: 'the name is too long',
}

/** Ends the sentence "people.csv cannot be read: …". */
export function why(error: unknown): string {
  if (!isOfFiles(error)) return String(error)
  return REASONS[error.code ?? ''] ?? error.message
}
