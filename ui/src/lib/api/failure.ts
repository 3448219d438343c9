import type { ApiError, ErrorCode } from './contract';

/** A failed call. It has the fields of ApiError, and a stack. */
export class Failure extends Error implements ApiError {
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly requestId?: string;
  readonly facts: Record<string, string>;

  constructor(error: ApiError) {
    super(error.message);
    this.name = 'Failure';
    this.code = error.code;
    if (error.hint !== undefined) this.hint = error.hint;
    if (error.requestId !== undefined) this.requestId = error.requestId;
    this.facts = error.facts;
  }
}

function isApiError(value: unknown): value is ApiError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

/** What was caught, as an ApiError. Anything unknown is a defect of Inchkeep. */
export function toApiError(caught: unknown): ApiError {
  if (caught instanceof Failure) return caught;
  if (isApiError(caught)) return { ...caught, facts: { ...caught.facts } };
  const message = caught instanceof Error ? caught.message : String(caught);
  return { code: 'internal', message, facts: {} };
}
