import { mount } from 'svelte';
import App from './App.svelte';
import { app } from './lib/state/app.svelte';
import { clipboard } from './lib/state/clipboard.svelte';
import { startEvents } from './lib/state/events';
import { layout } from './lib/state/layout.svelte';
import { lists } from './lib/state/lists.svelte';
import { shortcuts } from './lib/state/shortcuts.svelte';
import { shown } from './lib/state/shown.svelte';
import { ownContextMenu, withoutWebviewKeys } from './lib/state/webview';
import './styles/index.css';

layout.start();
ownContextMenu();
window.addEventListener('keydown', (event) => shortcuts.handle(event));
if (import.meta.env.PROD) withoutWebviewKeys(navigator.platform.startsWith('Mac'));

clipboard.start();
shown.start();
lists.start();

// Events first: what a command sets off must find somebody who listens.
await startEvents();
await app.start();

const target = document.getElementById('app');
if (target) mount(App, { target });
