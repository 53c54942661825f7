/** Base of every error this program raises on purpose. Anything else is a bug. */
export class CrmError extends Error {
  override name = 'CrmError'

  /** The same call fails again, whatever anybody does meanwhile. */
  get isFinal(): boolean {
    return false
  }
}

/** The caller sent something we cannot act on; sending it again will not help. The message says what to do. */
export class InvalidInputError extends CrmError {
  override name = 'InvalidInputError'
}

/** The program cannot start as it is configured; every problem is in the message. */
export class ConfigError extends CrmError {
  override name = 'ConfigError'
}

/** Why a request does not count as its provider's; also the name of a counter, so it never holds outside data. */
export type RefusalReason = 'missing' | 'malformed' | 'mismatch' | 'stale' | 'replayed'

/** The request does not prove that it comes from the provider it names. The message is logged: it holds no outside data. */
export class SignatureError extends CrmError {
  override name = 'SignatureError'
  readonly reason: RefusalReason

  constructor(reason: RefusalReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** More work is waiting than we accept; the sender should come back after `retryAfterSeconds`. */
export class OverloadError extends CrmError {
  override name = 'OverloadError'
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super('too much work is waiting')
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The database cannot take writes now (disk full, read-only, locked, unreachable); the same call may succeed later. */
export class StorageError extends CrmError {
  override name = 'StorageError'
}

/** A service we depend on failed; the same call may succeed later, and not before `retryAfterMs` where it said so. */
export class UpstreamError extends CrmError {
  override name = 'UpstreamError'
  readonly retryAfterMs: number | undefined

  constructor(message: string, options?: ErrorOptions & { readonly retryAfterMs?: number }) {
    super(message, options)
    this.retryAfterMs = options?.retryAfterMs
  }
}

/**
 * The answer to something that is done once was lost: it may have been done. Asking again under the same
 * name settles it where the service knows names.
 */
export class UncertainError extends UpstreamError {
  override name = 'UncertainError'
}
