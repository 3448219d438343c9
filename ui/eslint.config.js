import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const tauriOnlyInOneFile = {
  patterns: [
    { group: ['@tauri-apps/*'], message: 'Only lib/api/tauri.ts talks to Tauri.' },
    { group: ['**/lib/api/fake', '**/lib/api/fake/*'], message: 'Chosen by lib/api/index.ts.' },
  ],
};

export default ts.config(
  { ignores: ['dist', 'src/lib/api/contract.ts'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      'no-restricted-imports': ['error', tauriOnlyInOneFile],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      // The page's CSP forbids style attributes; style: directives go through the CSSOM.
      'no-restricted-syntax': [
        'error',
        { selector: 'SvelteAttribute[key.name="style"]', message: 'Use a class, or style:--name.' },
      ],
      'svelte/no-at-html-tags': 'error',
      // Native reactive collections are not used for state here; plain Map and Set are caches.
      'svelte/prefer-svelte-reactivity': 'off',
      // `let { x = $bindable() } = $props()` needs let.
      'prefer-const': 'off',
    },
  },
  {
    files: ['src/lib/api/tauri.ts', 'src/lib/api/index.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  { files: ['*.js', '*.config.ts', 'public/*.js'], ...ts.configs.disableTypeChecked },
);
