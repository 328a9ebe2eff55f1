//! What a row is about and what is said of it: the parts that are the same for many rows.

/// What a row is about, besides area and year. Interned: parsers resolve it once per distinct series.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesKey {
    pub series: String,
    pub sex: String,
    pub age: String,
    pub urbanisation: String,
    pub disability: String,
    pub education_level: String,
    pub size_class: String,
    pub breakdown: String,
    pub unit: String,
    /// Editions of one figure stand side by side; empty where a source has one only.
    pub edition: String,
}

impl SeriesKey {
    /// A series without breakdown.
    pub fn total(series: impl Into<String>, unit: impl Into<String>) -> Self {
        let total = || "_T".to_owned();
        Self {
            series: series.into(),
            sex: total(),
            age: total(),
            urbanisation: total(),
            disability: total(),
            education_level: total(),
            size_class: total(),
            breakdown: total(),
            unit: unit.into(),
            edition: String::new(),
        }
    }

    /// The dimensions in the order of [`crate::tables::schema::DIMENSIONS`].
    pub fn dimensions(&self) -> [&str; 7] {
        [&self.sex, &self.age, &self.urbanisation, &self.disability, &self.education_level, &self.size_class, &self.breakdown]
    }

    /// The series with the breakdowns that are in play: `ICTSKILLCOPI [sex=F]`.
    pub fn shown(&self) -> String {
        let parts = crate::tables::schema::DIMENSIONS.iter().zip(self.dimensions()).filter(|(_, code)| *code != "_T");
        let parts: Vec<String> = parts.map(|(name, code)| format!("{name}={code}")).collect();
        if parts.is_empty() { self.series.clone() } else { format!("{} [{}]", self.series, parts.join(", ")) }
    }

    pub fn dimension_mut(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "sex" => &mut self.sex,
            "age" => &mut self.age,
            "urbanisation" => &mut self.urbanisation,
            "disability" => &mut self.disability,
            "education_level" => &mut self.education_level,
            "size_class" => &mut self.size_class,
            "breakdown" => &mut self.breakdown,
            _ => return None,
        })
    }
}

/// Status, note and categorical answer of a row; few distinct ones, so interned together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Detail {
    pub obs_status: String,
    pub note: Option<String>,
    pub obs_text: Option<String>,
    /// Ids of the corrections that changed or flagged the row.
    pub correction: Option<String>,
}

impl Detail {
    pub fn status(obs_status: &str) -> Self {
        Self { obs_status: obs_status.to_owned(), ..Self::default() }
    }
}
