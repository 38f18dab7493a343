//! Who made an object and who set a field of it: each layer in order, from the file that the object was read from to
//! what was done after all kustomizations, with the place and the value before and after.
//!
//! The build keeps what happens to objects ([`crate::kustomize::history`]); here the object that somebody asks for is
//! found (`object`), the path of a field read (`path`), the field followed back through all states of the object
//! (`trace`, `walk`, `align`) and into documents that stand in texts (`documents`), secret values covered (`masks`),
//! and all of it put into plain data with places that people can open (`report`, `listing`, `places`). `question` does
//! all that for a cluster of the stack or for a kustomization.

mod align;
mod documents;
mod hop;
mod listing;
mod masks;
mod object;
mod path;
mod places;
mod question;
mod report;
mod trace;
mod walk;

pub use documents::Documents;
pub use hop::{Hop, to_text};
pub use listing::{Line, Listing};
pub use masks::Masks;
pub use object::{Candidate, WantedObject};
pub use path::FieldPath;
pub use places::{Place, Places, Setting};
pub use question::{Answer, Question, Stack};
pub use report::{Change, Explainer, Explanation, Layer, ObjectName, Report, Through, merge};
pub use trace::{Touch, trace};
pub use walk::Delta;
