//! Who made an object and who set its fields, as text for people and for machines.

mod text;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::explain::Report;

/// How histories are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryFormat {
    /// For a terminal: the layers, and the whole object if that was asked for
    Text,
    /// The object alone, each line with its source
    Listing,
    /// `stackgen.explain/v1`
    Json,
}

impl HistoryFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Text, Self::Listing, Self::Json];

    /// The word for it on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Listing => "listing",
            Self::Json => "json",
        }
    }
}

/// Writes histories.
#[derive(Clone, Copy, Debug)]
pub struct Histories<'a> {
    /// What there is to say.
    pub report: &'a Report,
    /// Whether text has colours.
    pub colour: bool,
}

impl Histories<'_> {
    /// All of it in a format.
    pub fn write(&self, format: HistoryFormat) -> Result<String, Diagnostics> {
        match format {
            HistoryFormat::Text => Ok(text::write(self)),
            HistoryFormat::Listing => Ok(text::listings(self)),
            HistoryFormat::Json => {
                let text = serde_json::to_string_pretty(self.report);
                Ok(text.map_err(|error| Diagnostic::error(error.to_string()))? + "\n")
            }
        }
    }
}

impl Report {
    /// The JSON Schema of the JSON.
    pub fn schema() -> serde_json::Value {
        let settings = schemars::generate::SchemaSettings::default().for_serialize();
        settings.into_generator().into_root_schema_for::<Self>().to_value()
    }
}
