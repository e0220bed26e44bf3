//! The wire: bytes to frames to tones, and the names and numbers that all parties agree on.
//!
//! [`frame`] and [`codec`] are the two seams. Whatever is above them knows neither LF nor JSON text.

pub mod chi;
pub mod codec;
pub mod frame;
pub mod id;
pub mod scan;
pub mod tone;
pub mod wane;
