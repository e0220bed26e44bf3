//! Known failures against what a run saw: what is waived, and which entries no longer tell the truth.
//!
//! Nothing is run here. Every case of the suite is said to have passed, but for what a row says otherwise
//! ([`bench::Row`]).

mod bench;
mod unseen;
mod untrue;
mod waived;
