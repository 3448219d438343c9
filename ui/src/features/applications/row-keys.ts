interface RowActs {
  /** Ctrl+C, when no text is selected. */
  copy?: () => void;
  /** Delete. */
  remove: () => void;
  /** F2. */
  rename: () => void;
}

/** The keys of a table row while one of its controls has the focus; an open menu keeps its own. */
export function rowKeys(acts: RowActs): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.target instanceof Element && event.target.closest('[role="menu"]')) return;
    const act = actOf(event, acts);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}

function actOf(event: KeyboardEvent, acts: RowActs): (() => void) | undefined {
  const main = event.ctrlKey || event.metaKey;
  if (main && event.key.toLowerCase() === 'c' && !event.shiftKey && !event.altKey) {
    return window.getSelection()?.toString() ? undefined : acts.copy;
  }
  if (main || event.altKey || event.shiftKey) return undefined;
  if (event.key === 'Delete') return acts.remove;
  return event.key === 'F2' ? acts.rename : undefined;
}
