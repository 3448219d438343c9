/** Moves the focus to the next part of the page that is marked as a pane (F6). */
export function nextPane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')];
  // The innermost pane that holds the focus is where we are.
  const at = panes.findLastIndex((pane) => pane.contains(document.activeElement));
  for (let tries = 1; tries <= panes.length; tries += 1) {
    const pane = panes[(at + step * tries + panes.length * 2) % panes.length];
    if (!pane) return;
    const target =
      pane.querySelector<HTMLElement>(
        '[aria-current="page"], [role="listbox"][tabindex="0"], button:not(:disabled), input, [tabindex="0"]',
      ) ?? pane;
    // A pane around the current one leads to where we are already.
    if (target.closest('[data-pane]') !== pane) continue;
    target.focus();
    return;
  }
}
