//! What a token is asked for.

/// The rights that are asked for, and where they are to be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessRequest {
    /// Scope tokens; empty leaves the choice to the server.
    pub scopes: Vec<String>,
    /// A resource indicator (RFC 8707 §2), the same one at every step of a grant.
    pub resource: Option<String>,
}

impl AccessRequest {
    /// Asks for these scopes.
    pub fn scopes<S: Into<String>>(scopes: impl IntoIterator<Item = S>) -> Self {
        Self {
            scopes: scopes.into_iter().map(Into::into).collect(),
            resource: None,
        }
    }

    /// The value of the `scope` parameter; `None` when no scope is named.
    pub(crate) fn scope(&self) -> Option<String> {
        (!self.scopes.is_empty()).then(|| self.scopes.join(" "))
    }
}
