/** Entry point of the pages. Theme and language apply first, so that the page does not flicker. */
import { applyStoredTheme } from './app/theme.js';
import { applyStoredLanguage } from './i18n/language.js';
import './components/herald-app.js';

applyStoredTheme();
applyStoredLanguage();
