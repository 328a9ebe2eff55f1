//! Typed views: the columns of a declared table as fields. A column is looked for once, and one that is absent, or of
//! another type, is an error that names it.

use datafusion::arrow::array::{Array, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};

use crate::error::{Error, Result};

/// A column by name and type.
fn column<'a, A: Array + 'static>(batch: &'a RecordBatch, name: &str) -> Result<&'a A> {
    let found = batch.column_by_name(name).ok_or_else(|| Error::Internal(format!("a table lacks its column `{name}`")))?;
    let wrong = || Error::Internal(format!("the column `{name}` of a table holds {}, which is not its type", found.data_type()));
    found.as_any().downcast_ref().ok_or_else(wrong)
}

/// A cell of a column that may be null.
pub trait Cells {
    type Item<'a>
    where
        Self: 'a;

    fn cell(&self, row: usize) -> Option<Self::Item<'_>>;
}

impl Cells for StringArray {
    type Item<'a> = &'a str;

    fn cell(&self, row: usize) -> Option<&str> {
        (!self.is_null(row)).then(|| self.value(row))
    }
}

macro_rules! numbers {
    ($($array:ty, $item:ty;)*) => {$(
        impl Cells for $array {
            type Item<'a> = $item;

            fn cell(&self, row: usize) -> Option<$item> {
                (!self.is_null(row)).then(|| self.value(row))
            }
        }
    )*};
}

numbers! { BooleanArray, bool; Int32Array, i32; Int64Array, i64; Float64Array, f64; }

macro_rules! view {
    ($(#[$doc:meta])* $name:ident { $($column:ident: $array:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<'a> {
            rows: usize,
            $(pub $column: &'a $array,)*
        }

        impl<'a> $name<'a> {
            pub fn of(batch: &'a RecordBatch) -> Result<Self> {
                Ok(Self { rows: batch.num_rows(), $($column: column(batch, stringify!($column))?,)* })
            }

            pub fn len(&self) -> usize {
                self.rows
            }

            pub fn is_empty(&self) -> bool {
                self.rows == 0
            }
        }
    };
}

/// Tables that have the seven dimensions.
macro_rules! view_with_dimensions {
    ($(#[$doc:meta])* $name:ident { $($column:ident: $array:ty,)* }) => {
        view! {
            $(#[$doc])*
            $name {
                sex: StringArray,
                age: StringArray,
                urbanisation: StringArray,
                disability: StringArray,
                education_level: StringArray,
                size_class: StringArray,
                breakdown: StringArray,
                $($column: $array,)*
            }
        }

        impl<'a> $name<'a> {
            /// In the order of [`crate::tables::schema::DIMENSIONS`].
            pub fn dimensions(&self, row: usize) -> [&'a str; 7] {
                [self.sex, self.age, self.urbanisation, self.disability, self.education_level, self.size_class, self.breakdown]
                    .map(|column| column.value(row))
            }
        }
    };
}

view_with_dimensions! {
    Observations {
        source: StringArray,
        dataset: StringArray,
        series: StringArray,
        ref_area: StringArray,
        time_period: Int32Array,
        obs_value: Float64Array,
        obs_text: StringArray,
        unit: StringArray,
        obs_status: StringArray,
        note: StringArray,
        snapshot: StringArray,
        record: Int64Array,
        edition: StringArray,
        correction: StringArray,
        route: StringArray,
    }
}

view_with_dimensions! {
    /// What checks read of observations.
    Figures {
        source: StringArray,
        dataset: StringArray,
        series: StringArray,
        ref_area: StringArray,
        time_period: Int32Array,
        obs_value: Float64Array,
        unit: StringArray,
    }
}

view_with_dimensions! {
    Values {
        indicator: StringArray,
        ref_area: StringArray,
        time_period: Int32Array,
        estimate: StringArray,
        ref_area_name: StringArray,
        area_kind: StringArray,
        group_scheme: StringArray,
        value: Float64Array,
        unit: StringArray,
        obs_status: StringArray,
        coverage: Float64Array,
        members_observed: Int64Array,
        members_total: Int64Array,
        note: StringArray,
        source: StringArray,
        observed: Float64Array,
        error_low: Float64Array,
        error_high: Float64Array,
    }
}

view_with_dimensions! {
    Progress {
        target: StringArray,
        indicator: StringArray,
        ref_area: StringArray,
        estimate: StringArray,
        direction: StringArray,
        baseline_year: Int32Array,
        baseline_value: Float64Array,
        latest_year: Int32Array,
        latest_value: Float64Array,
        target_year: Int32Array,
        target_value: Float64Array,
        distance: Float64Array,
        actual_per_year: Float64Array,
        required_per_year: Float64Array,
        pace: Float64Array,
        pace_cagr: Float64Array,
        class: StringArray,
        projected_low: Float64Array,
        projected_high: Float64Array,
        arrival_year: Float64Array,
        note: StringArray,
        outcome: StringArray,
        class_fixed: StringArray,
        pace_fixed: Float64Array,
        fixed_share: Float64Array,
        preferred: BooleanArray,
        headline: BooleanArray,
        class_as_computed: StringArray,
    }
}

view_with_dimensions! {
    Revisions {
        indicator: StringArray,
        ref_area: StringArray,
        time_period: Int32Array,
        estimate: StringArray,
        change: StringArray,
        old_value: Float64Array,
        new_value: Float64Array,
        difference: Float64Array,
        unit: StringArray,
        old_status: StringArray,
        new_status: StringArray,
        cause: StringArray,
        detail: StringArray,
    }
}

view_with_dimensions! {
    CountryValues {
        ref_area: StringArray,
        time_period: Int32Array,
        estimate: StringArray,
        value: Float64Array,
        weight: Float64Array,
        numerator: Float64Array,
        denominator: Float64Array,
        unit: StringArray,
        obs_status: StringArray,
        coverage: Float64Array,
        members_observed: Int64Array,
        members_total: Int64Array,
        note: StringArray,
        source: StringArray,
        observed: Float64Array,
        error_low: Float64Array,
        error_high: Float64Array,
    }
}

view! {
    Checks {
        id: StringArray,
        title: StringArray,
        severity: StringArray,
        indicator: StringArray,
        rows_failed: Int64Array,
        limit: Int64Array,
        result: StringArray,
        note: StringArray,
    }
}

view! {
    Areas {
        ref_area: StringArray,
        name: StringArray,
        iso2: StringArray,
        m49: StringArray,
    }
}

view! {
    Groups {
        group_code: StringArray,
        group_scheme: StringArray,
        name: StringArray,
        members_expected: Int64Array,
        vintage: StringArray,
        next_due: StringArray,
    }
}

view! {
    Membership {
        group_scheme: StringArray,
        group_code: StringArray,
        ref_area: StringArray,
        first_year: Int32Array,
        last_year: Int32Array,
    }
}

view! {
    Units {
        unit: StringArray,
        name: StringArray,
        symbol: StringArray,
        decimals: Int64Array,
        minimum: Float64Array,
        maximum: Float64Array,
        greatest_above: Float64Array,
        middle_from: Float64Array,
        middle_to: Float64Array,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::datatypes::{DataType, Field, Schema};

    use super::*;
    use crate::tables::schema;

    macro_rules! fits {
        ($($view:ident $schema:ident)*) => {$(
            let batch = RecordBatch::new_empty(schema::$schema());
            assert!($view::of(&batch).unwrap().is_empty());
            for gone in 0..batch.num_columns() {
                let name = batch.schema().field(gone).name().clone();
                let mut less = batch.clone();
                less.remove_column(gone);
                let told = $view::of(&less).unwrap_err().to_string();
                assert!(told.contains(&format!("lacks its column `{name}`")), "{told}");
            }
        )*};
    }

    /// Each view has every column of its declared table, and nothing else.
    #[test]
    fn views_are_of_the_declared_tables() {
        fits! {
            Observations observations CountryValues country_values Values values Progress progress Revisions revisions Checks checks
            Areas areas Groups groups Membership membership Units units
        }
        let wrong = Arc::new(Schema::new(vec![Field::new("ref_area", DataType::Int32, false)]));
        let told = Areas::of(&RecordBatch::new_empty(wrong)).unwrap_err().to_string();
        assert!(told.contains("the column `ref_area` of a table holds Int32"), "{told}");
    }
}
