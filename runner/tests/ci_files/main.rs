//! The files for CI systems: well-formed, and their scripts do what they say, run by bash against the built program.

#[path = "../readers/mod.rs"]
mod readers;

mod action;
mod gitlab;
mod machine;
mod workflows;
