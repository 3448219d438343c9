// What a test finds already done, made by the app's commands: quicker than by hand, and the main
// job shows that it can be done by hand.

/** An open vault with the sandbox and its sample. Gives the environment and the application. */
export async function start(bridge) {
  await bridge.call('create_vault', { opensWith: 'keyring', passphrase: null });
  await bridge.call('set_first_run_step', { step: 'start' });
  const { environment, firstRequest } = await bridge.call('start_with', { kind: 'sandbox' });
  await bridge.call('finish_first_run');
  const [{ key }] = await bridge.call('applications', { environmentId: environment.id });
  return { environment, application: key, firstRequest };
}

/** A registered client. `grant` is `client_credentials` or `authorization_code`. */
export async function client(bridge, { environment, application }, name, grant) {
  const portalToken = await bridge.call('sandbox_portal_token', { environmentId: environment.id });
  return bridge.call('register_client', {
    application,
    name,
    grant,
    redirectUris: grant === 'authorization_code' ? ['http://127.0.0.1/callback'] : [],
    refreshToken: grant === 'authorization_code',
    scopes: [],
    portalToken: portalToken.id,
    keepPortalToken: false,
  });
}

/** The first request of the sample, sent. */
export const sendFirst = (bridge, { environment, firstRequest: { draft, credential } }) =>
  bridge.call('send', {
    sendId: crypto.randomUUID(),
    environmentId: environment.id,
    draft,
    credential,
    placement: 'header',
    allowForeignHost: false,
  });

/** Changes some of the settings. */
export async function settings(bridge, changed) {
  await bridge.call('change_settings', { ...(await bridge.call('settings')), ...changed });
}
