import type { Theme } from '../api/contract';

/** Applies a theme, and keeps it for `first-paint.js`, which runs before anything is drawn. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') {
    delete document.documentElement.dataset['theme'];
    localStorage.removeItem('theme');
  } else {
    document.documentElement.dataset['theme'] = theme;
    localStorage.setItem('theme', theme);
  }
}
