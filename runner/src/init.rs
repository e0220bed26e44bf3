//! `init`: writes a shim to fill in, its `conformance.toml` and a CI workflow into a client's own repository.
//!
//! What it writes stands in `runner/templates/`, as files of their own languages with `{{wire}}`,
//! `{{release}}` and `{{command}}` in them.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::loaded;
use thrum_conform::testee::quoted;

use crate::cli::InitArgs;
use crate::source;

/// The folder of the shim, in a client's repository.
const FOLDER: &str = "conformance";

/// Where the workflow goes.
const WORKFLOW: &str = ".github/workflows/thrum-conform.yml";

/// A language that there are templates for.
struct Language {
    name: &'static str,
    /// What else it is called.
    aliases: &'static [&'static str],
    /// The command in `conformance.toml`, in which paths count from its folder.
    command: &'static [&'static str],
    /// Builds the shim, in that folder.
    build: Option<&'static str>,
    /// What a project of this language has at its root, and what makes one.
    root: Option<(&'static str, &'static str)>,
    /// Name and text; the first one is to be filled in.
    files: &'static [(&'static str, &'static str)],
    workflow: &'static str,
}

const CONFIG: &str = include_str!("../templates/conformance.toml");

const LANGUAGES: [Language; 4] = [
    Language {
        name: "python",
        aliases: &["py"],
        command: &["python3", "shim.py"],
        build: None,
        root: None,
        files: &[("shim.py", include_str!("../templates/python/shim.py"))],
        workflow: include_str!("../templates/python/thrum-conform.yml"),
    },
    Language {
        name: "typescript",
        aliases: &["ts", "javascript", "js", "node"],
        command: &["node", "shim.mjs"],
        build: None,
        root: Some(("package.json", "npm init")),
        files: &[("shim.mjs", include_str!("../templates/typescript/shim.mjs"))],
        workflow: include_str!("../templates/typescript/thrum-conform.yml"),
    },
    Language {
        name: "go",
        aliases: &["golang"],
        command: &["./shim"],
        build: Some("go build -o shim ."),
        root: Some(("go.mod", "go mod init")),
        files: &[
            ("main.go", include_str!("../templates/go/main.go")),
            ("protocol.go", include_str!("../templates/go/protocol.go")),
            (".gitignore", "/shim\n"),
        ],
        workflow: include_str!("../templates/go/thrum-conform.yml"),
    },
    Language {
        name: "rust",
        aliases: &["rs"],
        command: &["target/debug/shim"],
        build: Some("cargo build"),
        root: Some(("Cargo.toml", "cargo init")),
        files: &[
            ("src/main.rs", include_str!("../templates/rust/src/main.rs")),
            ("src/protocol.rs", include_str!("../templates/rust/src/protocol.rs")),
            ("Cargo.toml", include_str!("../templates/rust/Cargo.toml")),
            (".gitignore", "/target\n"),
        ],
        workflow: include_str!("../templates/rust/thrum-conform.yml"),
    },
];

/// `init`.
pub fn init(args: &InitArgs) -> Result<Exit, Error> {
    let Some(name) = &args.language else {
        return source::print(|out| {
            LANGUAGES.iter().try_for_each(|language| writeln!(out, "{}", language.name))
        });
    };
    let language = language(name)?;
    if !args.dir.is_dir() {
        let dir = args.dir.display();
        return Err(Error::Input(format!(
            "{dir}: there is no such folder\n(hint: name the root of your client's repository)"
        )));
    }
    let files = files(language)?;
    if !args.force {
        refuse_conflicts(&args.dir, &files)?;
    }
    for (path, text) in &files {
        write(&args.dir.join(path), text, args.force)?;
    }
    source::print(|out| report(language, &args.dir, &files, out))
}

fn language(name: &str) -> Result<&'static Language, Error> {
    let wanted = name.to_lowercase();
    let found = LANGUAGES
        .iter()
        .find(|language| language.name == wanted || language.aliases.contains(&wanted.as_str()));
    found.ok_or_else(|| {
        let names: Vec<&str> = LANGUAGES.iter().map(|language| language.name).collect();
        Error::Input(format!(
            "there is no template for `{name}`\n(hint: there are `{}`; in any other language, copy the conversation in ci/README.md)",
            names.join("`, `")
        ))
    })
}

/// What is to be written: paths from the root of the repository, and texts.
fn files(language: &Language) -> Result<Vec<(PathBuf, String)>, Error> {
    let book = loaded::rules(None)?;
    let wire = book.version.to_string();
    let newest = loaded::shelf()?.newest(book.version).map(|set| set.version.to_string());
    let command: Vec<String> = language.command.iter().map(|part| format!("\"{part}\"")).collect();
    let filled = |text: &str| {
        text.replace("{{wire}}", &wire)
            .replace("{{release}}", newest.as_deref().unwrap_or(&wire))
            .replace("\"{{command}}\"", &command.join(", "))
    };
    let folder = Path::new(FOLDER);
    let shim = language.files.iter().map(|(name, text)| (folder.join(name), filled(text)));
    let rest = [
        (folder.join("conformance.toml"), filled(CONFIG)),
        (PathBuf::from(WORKFLOW), language.workflow.to_owned()),
    ];
    Ok(shim.chain(rest).collect())
}

/// Names every file that is there already, and every file that stands where a folder is needed.
fn refuse_conflicts(dir: &Path, files: &[(PathBuf, String)]) -> Result<(), Error> {
    let exists = |path: &Path| dir.join(path).symlink_metadata().is_ok();
    let taken = files.iter().map(|(path, _)| path.as_path()).filter(|path| exists(path));
    let blocked = files.iter().flat_map(|(path, _)| path.ancestors().skip(1)).filter(|parent| {
        let parent = dir.join(parent);
        parent.symlink_metadata().is_ok() && !parent.is_dir()
    });
    let mut paths: Vec<&Path> = taken.chain(blocked).collect();
    paths.sort();
    paths.dedup();
    if paths.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> =
        paths.iter().map(|path| format!("{}: exists already", below(dir, path).display())).collect();
    Err(Error::Input(format!("{}\n(hint: nothing was written; `--force` overwrites)", lines.join("\n"))))
}

/// A path as one would type it.
fn below(dir: &Path, path: &Path) -> PathBuf {
    if dir == Path::new(".") { path.to_owned() } else { dir.join(path) }
}

fn write(path: &Path, text: &str, force: bool) -> Result<(), Error> {
    let mut options = fs::OpenOptions::new();
    options.write(true).truncate(force).create(force).create_new(!force);
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)
        .and_then(|()| options.open(path)?.write_all(text.as_bytes()))
        .map_err(|error| Error::Input(format!("{}: cannot be written: {error}", path.display())))
}

/// What was written, and the next three commands.
fn report(
    language: &Language,
    dir: &Path,
    files: &[(PathBuf, String)],
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown = |path: &Path| quoted(&below(dir, path).display().to_string());
    for (path, _) in files {
        writeln!(out, "wrote {}", shown(path))?;
    }
    let folder = Path::new(FOLDER);
    let config = shown(&folder.join("conformance.toml"));
    writeln!(out, "\n{} is the shim: fill it in, each function says its next step", shown(&files[0].0))?;
    writeln!(out, "{} runs the same in CI, once THRUM_CONFORM_GIT is filled in", shown(Path::new(WORKFLOW)))?;
    if let Some((root, made)) = language.root
        && !dir.join(root).exists()
    {
        writeln!(out, "(hint: there is no {}; `{made}` makes one)", shown(Path::new(root)))?;
    }
    let build = match language.build {
        Some(build) => format!("(cd {} && {build}) && ", shown(folder)),
        None => String::new(),
    };
    writeln!(out, "\nnext:")?;
    writeln!(out, "  {build}thrum-conform smoke --config {config}")?;
    writeln!(out, "  thrum-conform client --config {config} --run 'sigil/*'")?;
    writeln!(out, "  thrum-conform client --config {config}")
}
