/** Appearance: what the system says, unless the person chose otherwise. */
export type Theme = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'herald.theme';

/** @returns the stored choice, or `system`. */
export function storedTheme(): Theme {
  const value = localStorage.getItem(STORAGE_KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}

/** Applies the stored choice to the document; the tokens in page.css follow `color-scheme`. */
export function applyStoredTheme(): void {
  const theme = storedTheme();
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** Whether the page is dark at this moment, whoever decided it. */
export function isDark(): boolean {
  const theme = storedTheme();
  return theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
}

/** Switches to the other appearance; going back to what the system says is stored as `system`. */
export function toggleTheme(): void {
  const wanted: Theme = isDark() ? 'light' : 'dark';
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)').matches;
  if ((wanted === 'dark') === systemIsDark) localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, wanted);
  applyStoredTheme();
}
