import { expect, it } from 'vitest';
import type { EnvironmentId, EnvironmentView } from '../../lib/api/contract';
import { fieldsOf, isMoved, problemsOf, valuesOf } from './environment-values';

const environment: EnvironmentView = {
  id: 'env' as EnvironmentId,
  kind: 'own',
  name: 'Staging',
  apiBase: 'https://staging.example.net',
  authorizationServer: null,
  portal: 'https://portal.example.net',
  logRetentionDays: 30,
  host: 'staging.example.net',
  sandboxRunning: false,
};

it('gives back what it was made of', () => {
  expect(valuesOf(fieldsOf(environment))).toEqual({
    name: 'Staging',
    apiBase: 'https://staging.example.net',
    authorizationServer: null,
    portal: 'https://portal.example.net',
    logRetentionDays: 30,
  });
});

it('takes spaces away, and an empty field as absent', () => {
  const fields = { ...fieldsOf(environment), name: ' Staging ', portal: ' ', logRetentionDays: '' };
  expect(valuesOf(fields)).toMatchObject({
    name: 'Staging',
    portal: null,
    logRetentionDays: null,
  });
});

it('names every field that is wrong', () => {
  expect(Object.keys(problemsOf(fieldsOf()))).toEqual(['name', 'apiBase']);
  const wrong = (logRetentionDays: string) =>
    'logRetentionDays' in problemsOf({ ...fieldsOf(environment), logRetentionDays });
  expect(['0', '-1', '3651', '1.5', 'ten'].map(wrong)).toEqual([true, true, true, true, true]);
  expect(['', ' 7 ', '1', '3650'].map(wrong)).toEqual([false, false, false, false]);
});

it('knows when credentials would go elsewhere', () => {
  const values = valuesOf(fieldsOf(environment));
  expect(isMoved(environment, { ...values, name: 'Other', portal: null })).toBe(false);
  expect(isMoved(environment, { ...values, apiBase: 'https://staging.example.net/' })).toBe(false);
  expect(isMoved(environment, { ...values, apiBase: 'https://example.org' })).toBe(true);
  expect(isMoved(environment, { ...values, authorizationServer: 'https://id.example.org' })).toBe(
    true,
  );
});
