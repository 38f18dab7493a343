//! The clouds that the stack runs on.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A managed Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Cloud {
    /// Azure Kubernetes Service
    Aks,
    /// Google Kubernetes Engine
    Gke,
    /// Amazon Elastic Kubernetes Service
    Eks,
}

impl Cloud {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Aks, Self::Gke, Self::Eks];

    /// The short name, which is also the name of the overlay.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aks => "aks",
            Self::Gke => "gke",
            Self::Eks => "eks",
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
