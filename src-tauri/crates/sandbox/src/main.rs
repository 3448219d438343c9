//! The sandbox by itself: `inchkeep-sandbox [--port N] [--data DIR] [--test-control]`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use inchkeep_sandbox::{Sandbox, SandboxOptions};

const USAGE: &str = "\
Usage: inchkeep-sandbox [--port N] [--data DIR] [--test-control]

  --port N         listen on this port of 127.0.0.1 (0: any free one)
  --data DIR       keep applications, clients and sessions in this folder
  --test-control   let tests switch faults over HTTP under /_sandbox/
";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Some(options) = options(std::env::args().skip(1))? else {
        return say(USAGE);
    };
    let sandbox = Sandbox::start(options).await?;
    let seed = sandbox.take_seed();
    let token = sandbox.issue_portal_token()?;
    say(&format!("url:          {}\n", sandbox.issuer()))?;
    say(&format!("portal:       {}/portal\n", sandbox.issuer()))?;
    say(&format!("portal token: {token}\n"))?;
    let application = sandbox
        .applications()
        .into_iter()
        .next()
        .context("no application")?;
    say(&format!(
        "application:  {} ({})\n",
        application.id, application.name
    ))?;
    let key = match seed {
        Some(seed) => seed.api_key,
        None => sandbox.issue_api_key(&application.id, "Started by hand")?,
    };
    say(&format!("sample key:   {key}\n"))?;
    tokio::signal::ctrl_c().await?;
    sandbox.stop().await;
    Ok(())
}

/// `None`: the usage was asked for.
fn options(mut words: impl Iterator<Item = String>) -> anyhow::Result<Option<SandboxOptions>> {
    let mut options = SandboxOptions::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--port" => {
                let port = words.next().context("--port needs a number")?;
                options.port = Some(port.parse().context("--port needs a number up to 65535")?);
            }
            "--data" => {
                options.data_dir = Some(PathBuf::from(
                    words.next().context("--data needs a folder")?,
                ));
            }
            "--test-control" => options.test_control = true,
            "-h" | "--help" => return Ok(None),
            other => bail!("unknown argument {other}\n{USAGE}"),
        }
    }
    Ok(Some(options))
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> anyhow::Result<Option<SandboxOptions>> {
        options(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn arguments_become_options() {
        let options = parse("--port 0 --data somewhere --test-control")
            .unwrap()
            .unwrap();
        assert_eq!(options.port, Some(0));
        assert_eq!(options.data_dir, Some(PathBuf::from("somewhere")));
        assert!(options.test_control);
        assert!(parse("--help").unwrap().is_none());
        assert!(parse("--port many").is_err());
        assert!(parse("--unknown").is_err());
    }
}
