import type { CommandName, CommandRequest, CommandResponse } from '../backend';
import type { SecretDraftId, SecretWindowRequest } from '../contract';
import { applicationCommands } from './applications';
import { clientCommands } from './clients';
import { consoleCommands } from './console';
import { secretWindowCommands } from './secret-window';
import { sessionCommands } from './sessions';
import { finishSignIn, signInCommands } from './sign-in';
import type { World } from './world';

export type Answers = {
  [N in CommandName]: (
    request: CommandRequest<N>,
  ) => CommandResponse<N> | Promise<CommandResponse<N>>;
};

/** What each command answers. One that is missing fails with `internal`. */
export function commands(world: World): Partial<Answers> {
  return {
    ...appCommands(world),
    ...applicationCommands(world),
    ...clientCommands(world),
    ...consoleCommands(world),
    ...secretWindowCommands(world),
    ...sessionCommands(world),
    ...signInCommands(world),
  };
}

function appCommands(world: World): Partial<Answers> {
  const open = () => {
    world.phase = 'open';
    world.lockReason = null;
    return world.emitStatus();
  };
  return {
    app_status: () => world.status(),
    check_keyring: () => ({ state: world.keyring }),
    create_vault: ({ opensWith }) => {
      world.opensWith = opensWith;
      world.firstRunStep = 'recovery_code';
      return world.emitStatus();
    },
    set_first_run_step: ({ step }) => {
      world.firstRunStep = step;
      return world.emitStatus();
    },
    start_with: ({ kind }) => {
      const kinds = { sandbox: 'sandbox', production: 'production', other: 'own' } as const;
      const environment = world.find(
        world.environments,
        (row) => row.kind === kinds[kind],
        'environment',
      );
      world.environmentId = environment.id;
      world.firstRunStep = 'first_credential';
      const [first] = world.apiKeys;
      return {
        environment,
        firstRequest:
          kind === 'sandbox' && first
            ? {
                draft: {
                  method: 'GET',
                  url: `${environment.apiBase}/swap/v5.2/1/tokens`,
                  params: [],
                  headers: [],
                  body: { kind: 'none' },
                },
                credential: { kind: 'api_key', id: first.id },
                credentialName: first.name,
                last4: first.last4,
              }
            : null,
      };
    },
    finish_first_run: open,
    unlock_with_keyring: () => (world.opensWith ? open() : world.fail('vault_damaged')),
    lock: () => {
      world.phase = 'locked';
      world.lockReason = 'by_hand';
      return world.emitStatus();
    },

    open_secret_window: (request) => {
      if (request.mode === 'reveal') {
        const seconds = world.settings.hideSecretsAfter;
        const hidesAt = seconds > 0 ? new Date(Date.now() + seconds * 1000).toISOString() : null;
        world.emit({ event: 'secret_shown', data: { target: request.target, hidesAt } });
        if (seconds > 0) {
          setTimeout(() => world.emit({ event: 'secret_shown', data: null }), seconds * 1000);
        }
      }
      if (request.mode !== 'reveal') typeInWindow(world, request, open);
      return null;
    },
    close_secret_window: () => {
      world.emit({ event: 'secret_shown', data: null });
      return null;
    },
    paste_secret: ({ purpose }) => ({
      id: world.id('draft'),
      looksLike: purpose.kind === 'portal_token' ? 'Looks like a token' : 'Looks like an API key',
      lengthClass: '32 characters or more',
      last4: 'q8Zd',
      alreadySavedAs: null,
    }),
    discard_secret: () => null,
    copy_secret: ({ target }) => {
      world.copy(world.labelOf(target), true);
      return null;
    },
    copy_text: ({ label }) => {
      world.copy(label, false);
      return null;
    },
    clear_clipboard: () => {
      world.clearClipboard();
      return null;
    },

    environments: () => world.environments,
    select_environment: ({ environmentId }) => {
      world.environmentId = environmentId;
      return world.emitStatus();
    },
    add_environment: (values) => {
      const environment = {
        ...values,
        id: world.id<(typeof world.environments)[0]['id']>('env'),
        kind: 'own' as const,
        host: new URL(values.apiBase).host,
        sandboxRunning: false,
      };
      world.environments.push(environment);
      world.changed('environments');
      return environment;
    },
    edit_environment: ({ environmentId, values }) => {
      const environment = world.find(
        world.environments,
        (row) => row.id === environmentId,
        'environment',
      );
      Object.assign(environment, values, { host: new URL(values.apiBase).host });
      world.changed('environments');
      return environment;
    },
    remove_environment: ({ environmentId }) => {
      world.environments = world.environments.filter((row) => row.id !== environmentId);
      if (world.environmentId === environmentId) {
        world.environmentId = sandboxOf(world).id;
        world.emitStatus();
      }
      world.changed('environments');
      return null;
    },
    check_server: () => serverOf(world),
    server: () => serverOf(world),
    restart_sandbox: () => sandboxOf(world),
    reset_sandbox: () => sandboxOf(world),
    open_portal: () => null,
    settings: () => world.settings,
    change_settings: (settings) => {
      world.settings = settings;
      return settings;
    },
    open_data_folder: () => null,
  };
}

/** The secret window opens, and what is asked for is given a moment later. */
function typeInWindow(
  world: World,
  request: Exclude<SecretWindowRequest, { mode: 'reveal' }>,
  unlock: () => unknown,
): void {
  world.emit({ event: 'secret_shown', data: { target: null, hidesAt: null } });
  setTimeout(() => {
    world.emit({ event: 'secret_shown', data: null });
    if (request.mode === 'unlock') {
      unlock();
    } else if (request.mode === 'recovery_code') {
      world.hasRecoveryCode = true;
      world.emit({ event: 'secret_taken', data: { kind: 'recovery_code_taken' } });
      world.emitStatus();
    } else if (request.purpose.kind === 'redirect_address') {
      const value = finishSignIn(world);
      world.emit({ event: 'secret_taken', data: { kind: 'sign_in', value } });
    } else {
      const { purpose } = request;
      const draft = {
        id: world.id<SecretDraftId>('draft'),
        looksLike: 'text',
        lengthClass: '32 to 63 characters',
        last4: 'q8Zd',
        alreadySavedAs: null,
      };
      world.emit({ event: 'secret_taken', data: { kind: 'draft', value: { purpose, draft } } });
    }
  }, 600);
}

function sandboxOf(world: World) {
  return world.find(world.environments, (row) => row.kind === 'sandbox', 'environment');
}

function serverOf(world: World) {
  const base = world.environment.apiBase;
  const endpoint = (name: string, path: string | null) => ({
    name,
    url: path === null ? null : `${base}${path}`,
    https: base.startsWith('https'),
    sameHost: true,
  });
  const endpoints = [
    endpoint('authorization_endpoint', '/oauth/authorize'),
    endpoint('token_endpoint', '/oauth/token'),
    endpoint('registration_endpoint', '/oauth/register'),
    endpoint('jwks_uri', '/oauth/jwks'),
    endpoint('revocation_endpoint', null),
    endpoint('introspection_endpoint', null),
    endpoint('userinfo_endpoint', null),
  ];
  return {
    issuer: base,
    fetchedAt: new Date(Date.now() - 180_000).toISOString(),
    endpoints,
    grantTypes: ['authorization_code', 'client_credentials', 'refresh_token'],
    challengeMethods: ['S256'],
    authMethods: ['none', 'client_secret_basic'],
    scopes: ['swap', 'portfolio:read', 'history'],
    notes: [],
    raw: JSON.stringify({ issuer: base }, null, 2),
  };
}
