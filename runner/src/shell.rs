//! `completions` and `man`: what a shell and a reader of manuals get, made from the arguments themselves.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;

use crate::cli::{Cli, ManArgs};
use crate::source::print;

/// The name of the program.
const NAME: &str = "thrum-conform";

/// `completions`.
pub fn completions(shell: Shell) -> Result<Exit, Error> {
    let whole = Cli::command();
    // what is hidden is nobody's to call, and the generators would offer it
    let offered = whole.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let mut root = Command::new(NAME).version(env!("CARGO_PKG_VERSION")).subcommands(offered);
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut root, NAME, &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if shell == Shell::Bash {
        // the generator spells a hyphen of the program's name in two ways, and then finds none of its commands
        script = script.replace(&NAME.replace('-', "__subcmd__"), &NAME.replace('-', "__"));
    }
    print(|out| out.write_all(script.as_bytes()))
}

/// `man`: the page of the program on stdout, or a page for each command into a folder.
pub fn man(args: &ManArgs) -> Result<Exit, Error> {
    let Some(dir) = &args.dir else {
        let mut page = Vec::new();
        Man::new(Cli::command().disable_help_subcommand(true))
            .render(&mut page)
            .map_err(|error| Error::Broken(format!("the manual cannot be made: {error}")))?;
        return print(|out| out.write_all(&page));
    };
    write(dir).map_err(|error| Error::Input(format!("{}: cannot be written: {error}", dir.display())))?;
    print(|out| writeln!(out, "a page for each command in {}", dir.display()))
}

fn write(dir: &Path) -> std::io::Result<()> {
    fs::create_dir_all(dir)?;
    clap_mangen::generate_to(Cli::command(), dir)
}
