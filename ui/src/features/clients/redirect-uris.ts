import { words } from './words';

const LOOPBACK = /^(127(\.\d{1,3}){3}|\[::1\]|localhost)$/;

/** What is wrong with a redirect URI, as a sentence; null when nothing is. */
export function redirectUriProblem(text: string): string | null {
  const uri = text.trim();
  if (uri === '') return words.form.enterUri;
  if (uri.includes('#')) return words.form.fragment;
  const url = URL.canParse(uri) ? new URL(uri) : null;
  // The parser repairs "https:x" and "https:/x"; servers compare the text.
  if (!url || !/^https?:\/\/[^/]/.test(uri) || /\s/.test(uri)) return words.form.httpsOrLoopback;
  if (url.username !== '' || url.password !== '') return words.form.userName;
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) return words.form.httpsOrLoopback;
  return null;
}

/** Whether its path ends in what stands for the server: 16 characters after `/callback/`. */
export const hasServerPath = (uri: string): boolean =>
  /^\/callback\/[\w-]{16}$/.test(URL.parse(uri)?.pathname ?? '');

/** A text of scopes as a list without doubles. */
export const splitScopes = (text: string): string[] => [
  ...new Set(text.split(/\s+/).filter((scope) => scope !== '')),
];
