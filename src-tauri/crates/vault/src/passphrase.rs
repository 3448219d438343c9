//! From a passphrase to a key: Argon2id, with bounds that hold before a single block is computed.

use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};

use crate::error::VaultError;
use crate::seal::RawKey;

/// What an Argon2id derivation costs. A vault accepts 64 MiB to 1 GiB, 3 to 16 passes, 4 to 16 lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// 256 MiB, 3 passes, 4 lanes: about a second on a small machine.
    pub const STANDARD: Self = Self {
        memory_kib: 256 * 1024,
        passes: 3,
        lanes: 4,
    };
    /// The least that a vault accepts: 64 MiB, 3 passes, 4 lanes (RFC 9106 §4, second choice).
    pub const FLOOR: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 4,
    };
    /// The most that a vault accepts: 1 GiB, 16 passes, 16 lanes.
    pub const CEILING: Self = Self {
        memory_kib: 1024 * 1024,
        passes: 16,
        lanes: 16,
    };

    /// Checks the bounds.
    ///
    /// # Errors
    /// [`VaultError::CostOutOfBounds`].
    pub fn check(self) -> Result<Self, VaultError> {
        let within = |value: u32, floor: u32, ceiling: u32| (floor..=ceiling).contains(&value);
        let (floor, ceiling) = (Self::FLOOR, Self::CEILING);
        if within(self.memory_kib, floor.memory_kib, ceiling.memory_kib)
            && within(self.passes, floor.passes, ceiling.passes)
            && within(self.lanes, floor.lanes, ceiling.lanes)
        {
            Ok(self)
        } else {
            Err(VaultError::CostOutOfBounds)
        }
    }
}

/// The key that a passphrase gives with this salt, at this cost (RFC 9106). Refuses costs out of bounds
/// without running them.
pub(crate) fn derive(
    passphrase: &SecretString,
    salt: &[u8],
    cost: Cost,
) -> Result<RawKey, VaultError> {
    let cost = cost.check()?;
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .map_err(|_| VaultError::CostOutOfBounds)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    RawKey::fill(|key| {
        let passphrase = passphrase.expose_secret().as_bytes(); // EXPOSE: what Argon2id works on
        argon2.hash_password_into(passphrase, salt, key)
    })
    // Only a salt of an impossible length is left to complain about, and the salt lies in the header.
    .map_err(|_| crate::error::Damage::Header.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inclusive() {
        for cost in [Cost::FLOOR, Cost::STANDARD, Cost::CEILING] {
            assert!(cost.check().is_ok(), "{cost:?}");
        }
    }

    #[test]
    fn hostile_costs_are_refused_before_they_run() {
        let ok = Cost::FLOOR;
        let hostile = [
            Cost {
                memory_kib: ok.memory_kib - 1,
                ..ok
            },
            Cost {
                memory_kib: Cost::CEILING.memory_kib + 1,
                ..ok
            },
            Cost {
                memory_kib: u32::MAX,
                passes: u32::MAX,
                lanes: u32::MAX,
            },
            Cost { passes: 2, ..ok },
            Cost { passes: 17, ..ok },
            Cost { lanes: 3, ..ok },
            Cost { lanes: 17, ..ok },
        ];
        let passphrase = SecretString::from("x");
        for cost in hostile {
            // Running any of the large ones would take minutes or all memory.
            assert!(matches!(
                derive(&passphrase, &[0; 16], cost),
                Err(VaultError::CostOutOfBounds)
            ));
        }
    }

    #[test]
    fn passphrase_and_salt_both_decide_the_key() {
        let key = |passphrase: &str, salt: u8| {
            *derive(&SecretString::from(passphrase), &[salt; 16], Cost::FLOOR)
                .unwrap()
                .bytes()
        };
        let first = key("correct horse", 1);
        assert_eq!(first, key("correct horse", 1));
        assert_ne!(first, key("correct horse", 2));
        assert_ne!(first, key("correct Horse", 1));
    }
}
