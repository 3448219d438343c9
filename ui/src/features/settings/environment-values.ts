import type { EnvironmentRequest, EnvironmentView } from '../../lib/api/contract';
import { words } from './words';

/** The fields of the form, as they are typed. */
interface EnvironmentFields {
  name: string;
  apiBase: string;
  authorizationServer: string;
  portal: string;
  logRetentionDays: string;
}

export type FieldName = keyof EnvironmentFields;
export type Problems = Partial<Record<FieldName, string>>;

/** What the form starts with. */
export function fieldsOf(environment?: EnvironmentView): EnvironmentFields {
  return {
    name: environment?.name ?? '',
    apiBase: environment?.apiBase ?? '',
    authorizationServer: environment?.authorizationServer ?? '',
    portal: environment?.portal ?? '',
    logRetentionDays: environment?.logRetentionDays?.toString() ?? '',
  };
}

/** What is wrong before the app is asked. Addresses are judged there alone. */
export function problemsOf({ name, apiBase, logRetentionDays }: EnvironmentFields): Problems {
  const days = logRetentionDays.trim();
  return {
    ...(name.trim() === '' && { name: words.form.enterName }),
    ...(apiBase.trim() === '' && { apiBase: words.form.enterApiBase }),
    ...(days !== '' &&
      !(/^\d{1,4}$/.test(days) && Number(days) >= 1 && Number(days) <= 3650) && {
        logRetentionDays: words.form.badRetention,
      }),
  };
}

const given = (text: string) => text.trim() || null;

/** The fields as the app takes them; an empty one is absent. */
export function valuesOf(fields: EnvironmentFields): EnvironmentRequest {
  const days = given(fields.logRetentionDays);
  return {
    name: fields.name.trim(),
    apiBase: fields.apiBase.trim(),
    authorizationServer: given(fields.authorizationServer),
    portal: given(fields.portal),
    logRetentionDays: days === null ? null : Number(days),
  };
}

/** Whether credentials would go to another place than before. */
export function isMoved(environment: EnvironmentView, values: EnvironmentRequest): boolean {
  const bare = (address: string | null) => address?.replace(/\/+$/, '') ?? null;
  return (
    bare(environment.apiBase) !== bare(values.apiBase) ||
    bare(environment.authorizationServer) !== bare(values.authorizationServer)
  );
}
