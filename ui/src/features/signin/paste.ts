import type { ApiError, ErrorCode } from '../../lib/api/contract';
import { errorLine, errorWords } from '../../lib/errors';

const aboutTheAddress = new Set<ErrorCode>([
  'not_an_address',
  'no_code_in_address',
  'not_the_redirect_address',
  'address_of_another_sign_in',
  'code_already_used',
  'sign_in_refused',
]);

/** Why an address was not taken, as one sentence for the line under the buttons. */
export function pasteProblem(error: ApiError): string {
  if (!aboutTheAddress.has(error.code)) return errorLine(error);
  const { title } = errorWords(error);
  return title.endsWith('.') ? title : `${title}.`;
}
