import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import type { Backend } from './backend';
import type { AppEvent } from './contract';

/** The desktop app. */
export const tauri: Backend = {
  call: (name, request) => invoke(name, { request }),
  listen: (handler) => listen<AppEvent>('app', (event) => handler(event.payload)),
  async zoom(factor) {
    await getCurrentWebview().setZoom(factor);
    return true;
  },
};
