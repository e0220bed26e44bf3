//! A client's repository with a `conformance.toml`: what its gate says, and how its known failures are kept.
//!
//! The client is the built-in one, whole or as a mutant, started by the command of the file.

mod entries;
mod file;
mod keeping;
mod repository;
