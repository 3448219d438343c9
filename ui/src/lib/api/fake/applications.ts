import type { ApiKeyId, ApplicationKey } from '../contract';
import type { Answers } from './commands';
import type { World } from './world';

export function applicationCommands(world: World): Partial<Answers> {
  const key = (id: ApiKeyId) => world.find(world.apiKeys, (row) => row.id === id, 'api_key');
  return {
    applications: ({ environmentId }) =>
      world.applications.filter((row) => row.environmentId === environmentId),
    application: ({ application }) => ({
      application: world.row(application),
      apiKeys: world.apiKeys.filter((row) => row.application === application),
      oauthClients: world.clients.filter((row) => row.application === application),
      recent: world.history.filter((row) => row.application === application).slice(0, 3),
    }),
    add_application: ({ environmentId, name, applicationId }) => {
      const same = world.applications.find((row) => row.applicationId === applicationId);
      if (same && applicationId !== '') world.fail('duplicate', { name: same.name });
      const row = {
        key: world.id<ApplicationKey>('app'),
        environmentId,
        name,
        applicationId,
        apiKeys: 0,
        oauthClients: 0,
        activeSessions: 0,
        expiringSessions: 0,
        lastUsed: null,
      };
      world.applications.push(row);
      world.changed('applications');
      return row;
    },
    rename_application: ({ application, name, applicationId }) => {
      const row = world.row(application);
      row.name = name;
      row.applicationId = applicationId ?? row.applicationId;
      world.changed('applications');
      return row;
    },
    remove_application: ({ application }) => {
      world.applications = world.applications.filter((row) => row.key !== application);
      world.changed('applications');
      return null;
    },
    check_api_key: () => ({ accepted: true, status: 200, requestId: null }),
    add_api_key: ({ application, name }) => {
      const added = {
        id: world.id<ApiKeyId>('key'),
        application,
        name,
        last4: 'q8Zd',
        lastUsed: null,
        lastStatus: null,
        sentInUrl: 0,
        addedAt: new Date().toISOString(),
      };
      world.apiKeys.push(added);
      world.row(application).apiKeys += 1;
      world.changed('applications');
      return added;
    },
    rename_api_key: ({ apiKeyId, name }) => {
      key(apiKeyId).name = name;
      world.changed('applications');
      return key(apiKeyId);
    },
    replace_api_key: ({ apiKeyId }) => {
      key(apiKeyId).last4 = 'q8Zd';
      world.changed('applications');
      return key(apiKeyId);
    },
    remove_api_key: ({ apiKeyId }) => {
      const { application } = key(apiKeyId);
      world.apiKeys = world.apiKeys.filter((row) => row.id !== apiKeyId);
      world.row(application).apiKeys -= 1;
      world.changed('applications');
      return null;
    },
  };
}
