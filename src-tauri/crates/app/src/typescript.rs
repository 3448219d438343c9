//! The contract in TypeScript: one file with every type and the map of commands.
//!
//! `cargo run -p inchkeep-tests --bin contract` writes it to
//! `ui/src/lib/api/contract.ts`; a test compares the two.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ts_rs::{Config, TS, TypeVisitor};

// The list names every type of the contract.
use crate::contract::*;

/// The text of `contract.ts`.
pub fn contract() -> String {
    let config = Config::new().with_large_int("number");
    let mut types = Types {
        config: &config,
        declared: BTreeMap::new(),
    };
    types.add::<ApiError>();
    types.add::<AppEvent>();
    let mut maps = String::new();

    macro_rules! map {
        ($($window:ident { $($name:ident($request:ty) -> $response:ty;)* })*) => {$(
            let title = concat!(stringify!($window), "_commands");
            let _ = write!(maps, "\n/** What the {} window may call. */\n", stringify!($window));
            let _ = write!(maps, "export interface {} {{\n", pascal(title));
            $(
                types.visit::<$request>();
                types.visit::<$response>();
                let _ = write!(
                    maps,
                    "  {}: {{ request: {}; response: {} }};\n",
                    stringify!($name),
                    <$request as TS>::name(&config),
                    <$response as TS>::name(&config),
                );
            )*
            maps.push_str("}\n");
        )*};
    }
    crate::command_list!(map);

    let mut text = String::from(
        "// Generated from the Rust contract by `./dev contract`. Changes are lost.\n",
    );
    for declaration in types.declared.values() {
        text.push('\n');
        text.push_str(declaration);
        text.push('\n');
    }
    text.push_str(&maps);
    text
}

struct Types<'a> {
    config: &'a Config,
    declared: BTreeMap<String, String>,
}

impl Types<'_> {
    fn add<T: TS + 'static + ?Sized>(&mut self) {
        // Only types of the contract have a place of their own; String and Vec have none.
        if T::output_path().is_none() {
            return;
        }
        let name = T::ident(self.config);
        if self.declared.contains_key(&name) {
            return;
        }
        let mut text = T::docs().unwrap_or_default();
        let _ = write!(text, "export {}", T::decl(self.config));
        self.declared.insert(name, text);
        T::visit_dependencies(self);
    }
}

impl TypeVisitor for Types<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.add::<T>();
        T::visit_generics(self);
    }
}

fn pascal(snake: &str) -> String {
    snake
        .split('_')
        .filter_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        })
        .collect()
}
