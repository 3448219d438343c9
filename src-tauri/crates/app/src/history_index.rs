//! The rows of the history in memory, so that a search opens no record.

use crate::contract::{EnvironmentId, ExchangeId, HistoryPage, HistoryRow};

/// All rows, oldest first. Ids sort by time, so the order is that of the ids.
#[derive(Default)]
pub(crate) struct HistoryIndex(Vec<Indexed>);

struct Indexed {
    row: HistoryRow,
    /// Path and request id in lower case.
    haystack: String,
}

impl HistoryIndex {
    /// Makes the index of these rows, in whatever order they come.
    pub(crate) fn of(rows: impl IntoIterator<Item = HistoryRow>) -> Self {
        let mut rows: Vec<Indexed> = rows.into_iter().map(Indexed::of).collect();
        rows.sort_by(|one, other| one.row.id.cmp(&other.row.id));
        Self(rows)
    }

    /// Adds a row, or replaces the one with its id.
    pub(crate) fn insert(&mut self, row: HistoryRow) {
        let indexed = Indexed::of(row);
        match self.position(&indexed.row.id) {
            Ok(at) => {
                if let Some(there) = self.0.get_mut(at) {
                    *there = indexed;
                }
            }
            Err(at) => self.0.insert(at, indexed),
        }
    }

    /// Takes a row out.
    pub(crate) fn remove(&mut self, id: &ExchangeId) -> Option<HistoryRow> {
        let at = self.position(id).ok()?;
        Some(self.0.remove(at).row)
    }

    /// Drops the oldest rows until `keep` are left, as the vault does.
    pub(crate) fn trim(&mut self, keep: usize) {
        let over = self.0.len().saturating_sub(keep);
        self.0.drain(..over);
    }

    /// A page of an environment's rows, newest first. `search` is a path or a request id, whole or
    /// in part, in any case and with spaces around it; rows with exactly that request id come first.
    pub(crate) fn page(
        &self,
        environment: &EnvironmentId,
        search: &str,
        limit: usize,
        before: Option<&ExchangeId>,
    ) -> HistoryPage {
        let wanted = search.trim().to_lowercase();
        let matching = || {
            self.0.iter().rev().filter(|indexed| {
                indexed.row.environment_id == *environment
                    && (wanted.is_empty() || indexed.haystack.contains(&wanted))
            })
        };
        let exact = |indexed: &&Indexed| {
            !wanted.is_empty()
                && indexed
                    .row
                    .request_id
                    .as_ref()
                    .is_some_and(|id| id.to_lowercase() == wanted)
        };
        let ordered = matching()
            .filter(exact)
            .chain(matching().filter(|row| !exact(row)));
        let total = matching().count();
        let rows = match before {
            None => ordered
                .take(limit)
                .map(|indexed| indexed.row.clone())
                .collect(),
            // The page names the last row that it has; if that one went meanwhile, its id still
            // tells how old it was.
            Some(last) if self.position(last).is_ok() => ordered
                .skip_while(|indexed| indexed.row.id != *last)
                .skip(1)
                .take(limit)
                .map(|indexed| indexed.row.clone())
                .collect(),
            Some(last) => ordered
                .filter(|indexed| indexed.row.id < *last)
                .take(limit)
                .map(|indexed| indexed.row.clone())
                .collect(),
        };
        HistoryPage {
            rows,
            total: total as u64,
        }
    }

    /// How many rows an environment has.
    pub(crate) fn count(&self, environment: &EnvironmentId) -> usize {
        let is_its_own = |indexed: &&Indexed| indexed.row.environment_id == *environment;
        self.0.iter().filter(is_its_own).count()
    }

    fn position(&self, id: &ExchangeId) -> Result<usize, usize> {
        self.0.binary_search_by(|indexed| indexed.row.id.cmp(id))
    }
}

impl Indexed {
    fn of(row: HistoryRow) -> Self {
        let id = row.request_id.as_deref().unwrap_or_default();
        let haystack = format!("{}\n{id}", row.path).to_lowercase();
        Self { row, haystack }
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    fn row(id: &str, path: &str, request_id: Option<&str>) -> HistoryRow {
        HistoryRow {
            id: id.into(),
            environment_id: "e".into(),
            at: OffsetDateTime::UNIX_EPOCH.into(),
            method: "GET".into(),
            host: String::new(),
            path: path.into(),
            status: Some(200),
            failure: None,
            request_id: request_id.map(str::to_owned),
            duration_ms: 1,
            application: None,
            credential: None,
        }
    }

    fn ids(page: &HistoryPage) -> Vec<&str> {
        page.rows.iter().map(|row| row.id.as_str()).collect()
    }

    fn index() -> HistoryIndex {
        HistoryIndex::of([
            row("3", "/quote/ABC-1", None),
            row("1", "/swap", Some("abc-1")),
            row("2", "/tokens", Some("abc-12")),
            row("4", "/tokens", None),
        ])
    }

    #[test]
    fn an_exact_request_id_comes_before_newer_rows_that_hold_it() {
        let page = index().page(&"e".into(), " ABC-1 ", 10, None);
        assert_eq!(ids(&page), ["1", "3", "2"]);
        assert_eq!(page.total, 3);
    }

    #[test]
    fn pages_follow_each_other_without_a_gap() {
        let index = index();
        let first = index.page(&"e".into(), "", 2, None);
        assert_eq!(ids(&first), ["4", "3"]);
        let next = index.page(&"e".into(), "", 2, Some(&"3".into()));
        assert_eq!(ids(&next), ["2", "1"]);
        assert_eq!(next.total, 4);
        let search = index.page(&"e".into(), "abc-1", 5, Some(&"1".into()));
        assert_eq!(
            ids(&search),
            ["3", "2"],
            "also behind an exact match that stood first"
        );
    }

    #[test]
    fn a_page_goes_on_behind_a_row_that_was_removed() {
        let mut index = index();
        assert!(index.remove(&"3".into()).is_some());
        assert_eq!(
            ids(&index.page(&"e".into(), "", 2, Some(&"3".into()))),
            ["2", "1"]
        );
    }

    #[test]
    fn another_environment_sees_nothing() {
        assert_eq!(index().page(&"other".into(), "", 10, None).total, 0);
        assert_eq!(index().count(&"other".into()), 0);
        assert_eq!(index().count(&"e".into()), 4);
    }

    #[test]
    fn trimming_drops_the_oldest() {
        let mut index = index();
        index.trim(2);
        assert_eq!(ids(&index.page(&"e".into(), "", 10, None)), ["4", "3"]);
    }
}
