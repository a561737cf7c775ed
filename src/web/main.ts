/** Entry of the pages: appearance first (so that nothing flashes), then the elements. */
import { applyStoredTheme } from './app/theme.js';
import { applyStoredLanguage } from './i18n/language.js';
import './components/herald-app.js';

applyStoredTheme();
applyStoredLanguage();
