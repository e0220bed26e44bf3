//! The arguments of `completions` and `man`: what a shell and a reader of manuals get.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// What `completions --help` ends with.
pub(super) const COMPLETIONS_NOTES: &str = "\
Examples:
  source <(thrum-conform completions bash)             in this shell
  thrum-conform completions bash >> ~/.bash_completion  in each one to come
  thrum-conform completions zsh > ~/.zfunc/_thrum-conform
  thrum-conform completions fish > ~/.config/fish/completions/thrum-conform.fish";

/// `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// What `man --help` ends with.
pub(super) const MAN_NOTES: &str = "\
Examples:
  thrum-conform man | man -l -                     to read it
  thrum-conform man ~/.local/share/man/man1        a page for each command";

/// `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// A folder for a page for each command; without it, the page of the program is written to stdout
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
