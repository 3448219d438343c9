//! Form and query parameters as OAuth wants them: none twice, an empty one counts as absent.

use url::form_urlencoded;

/// A parameter was there twice (OAuth 2.1 §3.1: must not be).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Repeated(pub(crate) String);

#[derive(Debug, Clone, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `a=1&b=2`; what is not UTF-8 becomes replacement characters.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The value, unless it is absent or empty. The first, where it is there twice.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    pub(crate) fn check_none_twice(&self) -> Result<(), Repeated> {
        for (index, (name, _)) in self.0.iter().enumerate() {
            if self
                .0
                .iter()
                .skip(index + 1)
                .any(|(other, _)| other == name)
            {
                return Err(Repeated(name.clone()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_and_treats_empty_as_absent() {
        let params = Params::parse(b"code=a%2Bb+c&state=&x=1");
        assert_eq!(params.get("code"), Some("a+b c"));
        assert_eq!(params.get("state"), None);
        assert_eq!(params.get("y"), None);
    }

    #[test]
    fn a_repeated_parameter_is_named() {
        assert_eq!(
            Params::parse(b"a=1&b=2&a=3").check_none_twice(),
            Err(Repeated("a".into()))
        );
        assert_eq!(Params::parse(b"a=1&b=2").check_none_twice(), Ok(()));
    }
}
