//! Known failures against what a run saw: what is waived, and which entries no longer tell the truth.
//!
//! Nothing is run here. Every case of the suite is said to have passed, but for what a row says otherwise
//! ([`row::Row`]).

mod bench;
mod row;
mod unseen;
mod untrue;
mod waived;
