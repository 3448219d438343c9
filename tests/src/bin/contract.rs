//! Writes the contract with the page as TypeScript, or with `--check` compares it with what is there.

use std::path::Path;

use anyhow::Context as _;

fn main() -> anyhow::Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/api/contract.ts");
    let text = inchkeep_app::typescript_contract();
    if std::env::args().any(|argument| argument == "--check") {
        let there = std::fs::read_to_string(&file).context("contract.ts is missing")?;
        anyhow::ensure!(
            there == text,
            "contract.ts is out of date: run `./dev contract`"
        );
        return Ok(());
    }
    std::fs::write(file, text)?;
    Ok(())
}
