//! Rebuilds the embedded data when a file is added, removed or changed.

fn main() {
    println!("cargo::rerun-if-changed=thrum");
    println!("cargo::rerun-if-changed=schema");
    println!("cargo::rerun-if-changed=sets");
    println!("cargo::rerun-if-changed=guide");
}
