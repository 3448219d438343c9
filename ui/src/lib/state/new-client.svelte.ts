import type { ApplicationKey } from '../api/contract';

export type NewClientWay = 'register' | 'import';

/** The sheet for a new OAuth client: any page asks for it, and it opens over the pages. */
class NewClient {
  wanted = $state.raw<{ application: ApplicationKey; way: NewClientWay } | null>(null);

  open(application: ApplicationKey, way: NewClientWay = 'register'): void {
    this.wanted = { application, way };
  }

  close(): void {
    this.wanted = null;
  }
}

export const newClient = new NewClient();
