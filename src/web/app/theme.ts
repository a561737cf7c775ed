/** Light or dark: the system's setting, unless the person chose one. */
export type Theme = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'herald.theme';

/** @returns the stored choice, or `system`. */
export function storedTheme(): Theme {
  const value = localStorage.getItem(STORAGE_KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}

/** Applies the stored choice to the document. The tokens in page.css follow `color-scheme`. */
export function applyStoredTheme(): void {
  const theme = storedTheme();
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** Whether the page is dark now, by choice or by the system's setting. */
export function isDark(): boolean {
  const theme = storedTheme();
  return theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
}

/** Switches between light and dark. Switching back to the system's setting removes the stored choice. */
export function toggleTheme(): void {
  const wanted: Theme = isDark() ? 'light' : 'dark';
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)').matches;
  if ((wanted === 'dark') === systemIsDark) localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, wanted);
  applyStoredTheme();
}
