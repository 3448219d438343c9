import { render, screen, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import type { ExchangeView, HeaderView } from '../../lib/api/contract';
import HeaderTable from './HeaderTable.svelte';

const header = (name: string, value: string): HeaderView => ({ name, value });
const exchange = (requestId: string | null) => ({ id: 'x', requestId }) as ExchangeView;
const shown = () =>
  screen.getAllByRole('row').map((row) => within(row).getByRole('rowheader').textContent.trim());

it('pins X-Request-Id whatever its place and case, and keeps the rest as it came', () => {
  const headers = [
    header('vary', 'Accept'),
    header('set-cookie', 'b'),
    header('x-rEQUEST-id', 'the-id'),
    header('set-cookie', 'a'),
    header('Allow', 'GET'),
  ];
  render(HeaderTable, { exchange: exchange('the-id'), headers, filter: '' });
  expect(shown()).toEqual(['X-Request-Id', 'vary', 'set-cookie', 'set-cookie', 'Allow']);
  expect(screen.getByText('the-id')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Copy ID' })).toBeInTheDocument();
});

it('says that there is none, and offers no copy of it', () => {
  render(HeaderTable, { exchange: exchange(null), headers: [header('date', 'x')], filter: '' });
  expect(screen.getByText('Not sent by the server')).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Copy ID' })).toBeNull();
});

it('filters by name and value, and never the pinned row', () => {
  const headers = [header('etag', 'W/"1"'), header('vary', 'Origin'), header('age', '3')];
  render(HeaderTable, { exchange: exchange('the-id'), headers, filter: 'ORIG' });
  expect(shown()).toEqual(['X-Request-Id', 'vary']);
});
