import { call } from '../api';
import type {
  ApplicationRow,
  CredentialView,
  EnvironmentId,
  EnvironmentView,
  SessionView,
} from '../api/contract';
import { app } from './app.svelte';
import { on } from './events';
import { List } from './list.svelte';

/** The lists that more than one place shows, of the chosen environment. */
class Lists {
  readonly environments = new List<EnvironmentView>(() => call('environments'), true);
  readonly applications = new List<ApplicationRow>((environmentId) =>
    call('applications', { environmentId }),
  );
  readonly sessions = new List<SessionView>((environmentId) => call('sessions', { environmentId }));
  readonly credentials = new List<CredentialView>((environmentId) =>
    call('credentials', { environmentId }),
  );

  /** Reads everything anew; on unlock and when the environment changes. */
  async loadAll(environmentId: EnvironmentId): Promise<void> {
    await Promise.all([
      this.environments.load(environmentId),
      this.applications.load(environmentId),
      this.sessions.load(environmentId),
      this.credentials.load(environmentId),
    ]);
  }

  /** Forgets every name and id; on lock. */
  clear(): void {
    for (const list of [this.environments, this.applications, this.sessions, this.credentials]) {
      list.clear();
    }
  }

  start(): void {
    on('changed', ({ environmentId, list }) => {
      if (environmentId !== app.environment?.id && list !== 'environments') return;
      if (list === 'environments') void this.environments.load(environmentId);
      if (list === 'applications') void this.applications.load(environmentId);
      if (list === 'sessions') void this.sessions.load(environmentId);
      if (list === 'applications' || list === 'sessions') void this.credentials.load(environmentId);
    });
    on('session', (session) => {
      if (session.environmentId === app.environment?.id) {
        void this.sessions.load(session.environmentId);
        void this.credentials.load(session.environmentId);
      }
    });
  }
}

export const lists = new Lists();
