// What passes between the main window and the app: every call with its answer,
// and every event. Recorded inside the page, below the page's own code.

const record = () => {
  if (window.__traffic) return;
  const traffic = (window.__traffic = []);
  const send = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const address = typeof input === 'string' ? input : input.url;
    const body = init?.body;
    traffic.push(
      `> ${address} ${typeof body === 'string' ? body : new TextDecoder().decode(body)}`,
    );
    const answer = await send(input, init);
    const text = await answer.clone().text();
    traffic.push(`< ${text}`);
    return answer;
  };
  const { invoke, transformCallback } = window.__TAURI_INTERNALS__;
  const handler = transformCallback((event) => traffic.push(`! ${JSON.stringify(event)}`));
  invoke('plugin:event|listen', { event: 'app', target: { kind: 'Any' }, handler });
};

/** Starts to record in the page that is open now. Must be called again after a start. */
export const recordTraffic = (app) => app.driver.executeScript(`(${record})()`);

/** Everything recorded so far, one line a message. */
export const traffic = (app) => app.driver.executeScript('return window.__traffic.join("\\n")');
