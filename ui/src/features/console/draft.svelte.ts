import type { Draft, DraftBody, DraftField } from '../../lib/api/contract';
import { rowsOf, withRows } from './query';

export type BodyKind = DraftBody['kind'];

export const emptyDraft = (url: string): Draft => ({
  method: 'GET',
  url,
  params: [],
  headers: [],
  body: { kind: 'none' },
});

const copied = (fields: readonly DraftField[]) => fields.map((field) => ({ ...field }));
const written = (fields: readonly DraftField[]) =>
  copied(fields).filter(({ name, value }) => name !== '' || value !== '');

/** A draft that is being written. Each kind of body keeps its text while another one is chosen. */
export class EditableDraft {
  method = $state('GET');
  url = $state('');
  params = $state<DraftField[]>([]);
  headers = $state<DraftField[]>([]);
  bodyKind = $state<BodyKind>('none');
  json = $state('');
  text = $state('');
  form = $state<DraftField[]>([]);

  // What was sent or opened last, to tell whether it was edited since.
  #kept = $state('');

  constructor(draft: Draft) {
    this.load(draft);
  }

  load(draft: Draft): void {
    this.method = draft.method;
    this.params = [...rowsOf(draft.url, []), ...copied(draft.params)];
    this.url = withRows(draft.url, this.params);
    this.headers = copied(draft.headers);
    this.bodyKind = draft.body.kind;
    this.json = draft.body.kind === 'json' ? draft.body.text : '';
    this.text = draft.body.kind === 'text' ? draft.body.text : '';
    this.form = draft.body.kind === 'form' ? copied(draft.body.fields) : [];
    this.keep();
  }

  /** Takes a URL as it is written; its query shows as rows. */
  write(url: string): void {
    this.url = url;
    this.params = rowsOf(url, this.params);
  }

  /** The rows were changed: the URL follows. */
  writeParams(): void {
    this.url = withRows(this.url, this.params);
  }

  /**
   * What would be sent now. Rows that were left empty are not part of it. Parameters stand in the
   * URL, and only those that are switched off stand beside it, so that none is sent twice.
   */
  get value(): Draft {
    return {
      method: this.method,
      url: this.url.trim(),
      params: written(this.params).filter(({ enabled }) => !enabled),
      headers: written(this.headers),
      body: this.#body,
    };
  }

  get edited(): boolean {
    return JSON.stringify(this.value) !== this.#kept;
  }

  keep(): void {
    this.#kept = JSON.stringify(this.value);
  }

  get #body(): DraftBody {
    switch (this.bodyKind) {
      case 'none':
        return { kind: 'none' };
      case 'json':
        return { kind: 'json', text: this.json };
      case 'text':
        return { kind: 'text', text: this.text };
      case 'form':
        return { kind: 'form', fields: written(this.form) };
    }
  }
}
