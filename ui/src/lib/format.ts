import type { Timestamp } from './api/contract';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_MS = 86_400_000;
const two = (value: number) => String(value).padStart(2, '0');

/** `10248` as `10,248`. */
export function count(value: number): string {
  return String(Math.trunc(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `count(1, 'request', 'requests')` as `1 request`. */
export function counted(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Bytes as `611 B`, `18.4 KB`, `12.4 MB`; 1 KB is 1,000 B. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['KB', 'MB', 'GB'];
  let value = bytes / 1000;
  let unit = 0;
  // 999,950 B would round to "1000.0 KB": it is 1.0 MB.
  while (Math.round(value * 10) >= 10_000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** `18,400 bytes`, for tooltips. */
export function exactSize(bytes: number): string {
  return counted(bytes, 'byte', 'bytes');
}

/** Milliseconds as `142 ms`, `1.2 s`, `4 min`. */
export function duration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_570_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

/** Microseconds as milliseconds: `96`, `3`, `0.4`, `<0.1`. */
export function phase(us: number): string {
  const ms = us / 1000;
  if (ms >= 10 || ms === 0) return String(Math.round(ms));
  return ms < 0.1 ? '<0.1' : ms.toFixed(1).replace('.0', '');
}

/** Whole seconds from `now` to `until`, never negative. */
export function secondsLeft(until: Timestamp, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
}

/** Seconds as `5 h 12`, `42:10`, `1:48`, `18 s`. */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)}`;
}

/** A countdown as it is spoken: `42 minutes`, `18 seconds`. */
export function spoken(seconds: number): string {
  if (seconds < 60) return counted(Math.ceil(seconds), 'second', 'seconds');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return counted(minutes, 'minute', 'minutes');
  return counted(Math.floor(minutes / 60), 'hour', 'hours');
}

/** Days between the calendar days of two moments, in local time. */
function daysAgo(then: Date, now: number): number {
  const day = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((day(new Date(now)) - day(then)) / DAY_MS);
}

function date(then: Date, now: number): string {
  const day = `${then.getDate()} ${MONTHS[then.getMonth()] ?? ''}`;
  return then.getFullYear() === new Date(now).getFullYear() ? day : `${day} ${then.getFullYear()}`;
}

/** `14:02:11` today, `Yesterday, 18:20`, `26 Apr, 09:41`. */
export function time(at: Timestamp, now: number): string {
  const then = new Date(at);
  const short = `${two(then.getHours())}:${two(then.getMinutes())}`;
  const days = daysAgo(then, now);
  if (days === 0) return `${short}:${two(then.getSeconds())}`;
  return days === 1 ? `Yesterday, ${short}` : `${date(then, now)}, ${short}`;
}

/** `14:02`, for rows under a heading with the day. */
export function clockTime(at: Timestamp): string {
  const then = new Date(at);
  return `${two(then.getHours())}:${two(then.getMinutes())}`;
}

/** `14:02:11.402`, for logs. */
export function exactTime(at: Timestamp): string {
  const then = new Date(at);
  return `${clockTime(at)}:${two(then.getSeconds())}.${String(then.getMilliseconds()).padStart(3, '0')}`;
}

/** `Today`, `Yesterday`, `26 Apr`. */
export function day(at: Timestamp, now: number): string {
  const then = new Date(at);
  const days = daysAgo(then, now);
  return days === 0 ? 'Today' : days === 1 ? 'Yesterday' : date(then, now);
}

/** `2 min ago`, `3 h ago`, then as `time`. Nothing yet is `Never`. */
export function relativeTime(at: Timestamp | null, now: number): string {
  if (at === null) return 'Never';
  const seconds = Math.floor((now - Date.parse(at)) / 1000);
  if (seconds < 60) return 'Just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (daysAgo(new Date(at), now) === 0) return `${Math.floor(seconds / 3600)} h ago`;
  return time(at, now);
}

/** ISO 8601 with the zone of this computer, for tooltips. */
export function isoTime(at: Timestamp): string {
  const then = new Date(at);
  const offset = -then.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const local = new Date(then.getTime() + offset * 60_000).toISOString();
  return `${local.slice(0, 19)}${zone}`;
}

/** Two letters for an application: `Treasury Router` is `TR`. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .map((word) => Array.from(word));
  const letters =
    words.length > 1 ? words.slice(0, 2).map(([first]) => first) : words[0]?.slice(0, 2);
  return (letters ?? []).join('').toUpperCase();
}
