//! The formats of a release beside its Parquet files, `catalog.json` and `manifest.json`, which are always there.

use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `csv/`, and what describes these files: Data Package, DCAT, Croissant, CSV on the Web.
    Csv,
    /// `web/`, one set of files an indicator.
    Web,
    /// `site/`.
    Site,
    /// `sdmx/`.
    Sdmx,
    /// `jsonstat/`.
    JsonStat,
    /// `yardstick.xlsx`.
    Xlsx,
    /// `vega/`.
    Vega,
}

pub type Formats = BTreeSet<Format>;

impl Format {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Csv, "csv"),
        (Self::Web, "web"),
        (Self::Site, "site"),
        (Self::Sdmx, "sdmx"),
        (Self::JsonStat, "json-stat"),
        (Self::Xlsx, "xlsx"),
        (Self::Vega, "vega"),
    ];

    pub fn all() -> Formats {
        Self::ALL.into_iter().map(|(format, _)| format).collect()
    }

    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().map(|(_, name)| name)
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map(|(format, _)| format)
    }

    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }

    /// The formats whose files this one links to.
    pub fn links_to(self) -> &'static [Self] {
        match self {
            Self::Site => &[Self::Csv, Self::Web, Self::Xlsx],
            _ => &[],
        }
    }
}
