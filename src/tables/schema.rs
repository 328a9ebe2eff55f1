//! The columns of every table that users rely on.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::error::Result;

/// The seven dimensions besides area and time, in key order. `_T` when a dimension is not in play.
pub const DIMENSIONS: [&str; 7] = ["sex", "age", "urbanisation", "disability", "education_level", "size_class", "breakdown"];

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, false)
}

fn text_or_null(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn year(name: &str) -> Field {
    Field::new(name, DataType::Int32, false)
}

fn year_or_null(name: &str) -> Field {
    Field::new(name, DataType::Int32, true)
}

fn number(name: &str) -> Field {
    Field::new(name, DataType::Float64, true)
}

fn schema(fields: Vec<Field>) -> SchemaRef {
    Arc::new(Schema::new(fields))
}

/// `data/observations/<source>/<dataset>.parquet`
pub fn observations() -> SchemaRef {
    let mut fields = vec![text("source"), text("dataset"), text("series"), text("ref_area"), year("time_period")];
    fields.extend(DIMENSIONS.map(text));
    fields.extend([
        number("obs_value"),
        text_or_null("obs_text"),
        text("unit"),
        text("obs_status"),
        text_or_null("note"),
        text("snapshot"),
        Field::new("record", DataType::Int64, false),
        text_or_null("edition"),
        text_or_null("correction"),
        text_or_null("route"),
    ]);
    schema(fields)
}

/// `data/quarantine/<source>/<dataset>.parquet`
pub fn quarantine() -> SchemaRef {
    schema(vec![
        text("source"),
        text("dataset"),
        text("reason"),
        text("detail"),
        text("snapshot"),
        Field::new("record", DataType::Int64, false),
    ])
}

/// How much of an aggregate is observed, and its error bar: behind the other columns of every table of values.
const OBSERVED: [&str; 3] = ["observed", "error_low", "error_high"];

/// The values of indicators as they are computed; the first eleven columns are the key.
pub fn values() -> SchemaRef {
    let mut fields = vec![text("indicator"), text("ref_area"), year("time_period")];
    fields.extend(DIMENSIONS.map(text));
    fields.extend([
        text("estimate"),
        text("ref_area_name"),
        text("area_kind"),
        text_or_null("group_scheme"),
        number("value"),
        text("unit"),
        text("obs_status"),
        number("coverage"),
        Field::new("members_observed", DataType::Int64, true),
        Field::new("members_total", DataType::Int64, true),
        text_or_null("note"),
        text_or_null("source"),
    ]);
    fields.extend(OBSERVED.map(number));
    schema(fields)
}

/// `values.parquet`: with the columns that are known once all indicators are computed. Older files have none of these.
pub fn preferred_values() -> SchemaRef {
    let mut fields: Vec<Field> = values().fields().iter().map(|field| field.as_ref().clone()).collect();
    fields.extend(["preferred", "newest"].map(|name| Field::new(name, DataType::Boolean, true)));
    schema(fields)
}

/// The values that preferred.sql shows, as newest.sql reads them.
pub fn shown_values() -> SchemaRef {
    let mut fields = ["place", "series"].map(|name| Field::new(name, DataType::Int64, false)).to_vec();
    fields.extend([year("time_period"), text("estimate"), number("observed"), Field::new("min_observed", DataType::Float64, false)]);
    schema(fields)
}

/// The values of an indicator as preferred.sql reads them.
pub fn numbered_values() -> SchemaRef {
    let mut fields: Vec<Field> = values().fields().iter().map(|field| field.as_ref().clone()).collect();
    fields.extend(["place", "figure"].map(|name| Field::new(name, DataType::Int64, true)));
    schema(fields)
}

/// `values.parquet`
pub fn published_values() -> SchemaRef {
    let mut fields: Vec<Field> = preferred_values().fields().iter().map(|field| field.as_ref().clone()).collect();
    // New columns stand behind the old ones.
    let newest = fields.pop();
    fields.push(text_or_null("value_id"));
    fields.extend(newest);
    schema(fields)
}

/// Some columns of a table, in the order of their names given.
pub fn some_of(all: &SchemaRef, names: &[&str]) -> Result<SchemaRef> {
    let fields = names.iter().map(|name| all.field_with_name(name).cloned()).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(schema(fields))
}

/// The key of `values.parquet`, in sort order.
pub fn values_key() -> Vec<&'static str> {
    let mut key = vec!["indicator", "ref_area", "time_period"];
    key.extend(DIMENSIONS);
    key.push("estimate");
    key
}

/// `progress.parquet`
pub fn progress() -> SchemaRef {
    let mut fields = vec![text("target"), text("indicator"), text("ref_area")];
    fields.extend(DIMENSIONS.map(text));
    fields.extend([
        text("estimate"),
        text("direction"),
        year_or_null("baseline_year"),
        number("baseline_value"),
        year_or_null("latest_year"),
        number("latest_value"),
        year("target_year"),
        number("target_value"),
        number("distance"),
        number("actual_per_year"),
        number("required_per_year"),
        number("pace"),
        number("pace_cagr"),
        text("class"),
        number("projected_low"),
        number("projected_high"),
        number("arrival_year"),
        text_or_null("note"),
        text_or_null("outcome"),
        text_or_null("class_fixed"),
        number("pace_fixed"),
        number("fixed_share"),
        Field::new("preferred", DataType::Boolean, true),
        Field::new("headline", DataType::Boolean, true),
        text_or_null("class_as_computed"),
    ]);
    schema(fields)
}

/// What a roll-up gives: the table `fixed_rolled`, where it ran over the same economies at both ends.
pub fn rolled() -> SchemaRef {
    schema(vec![text("group_code"), text("estimate"), Field::new("cell", DataType::UInt64, false), number("value")])
}

/// What ends.sql gives: where each target stands at both ends.
pub fn ends() -> SchemaRef {
    let mut fields = vec![text("target"), text("ref_area"), text("estimate")];
    fields.extend(DIMENSIONS.map(text));
    fields.extend([text_or_null("unit"), year_or_null("latest_year"), number("latest"), year_or_null("due_year"), number("due_value")]);
    fields.extend([Field::new("baseline_published", DataType::Boolean, false), year_or_null("baseline_year"), number("baseline")]);
    fields.extend([year_or_null("newest_year"), number("newest_observed")]);
    // A release before these columns is read all the same.
    for end in ["baseline", "latest"] {
        let share = |of: &str| number(&format!("{end}_{of}"));
        fields.extend([Field::new(format!("{end}_firm"), DataType::Boolean, true), share("observed"), share("carried")]);
    }
    fields.extend(["baseline_whole", "latest_whole", "due_whole"].map(|name| Field::new(name, DataType::Boolean, true)));
    fields.push(Field::new("preferred", DataType::Boolean, false));
    schema(fields)
}

/// What fixed_ends.sql gives: the same on the same economies at both ends.
pub fn fixed_ends() -> SchemaRef {
    let mut fields = vec![text("target"), text("ref_area"), text("estimate")];
    fields.extend(DIMENSIONS.map(text));
    fields.extend(["baseline", "latest", "fixed_share"].map(number));
    schema(fields)
}

/// What gaps.sql gives, as far as the same economies at both ends are concerned: each gap, and of which parts it was made.
pub fn told_gaps() -> SchemaRef {
    let mut fields = vec![text("ref_area"), year("time_period"), text_or_null("estimate"), text("breakdown")];
    fields.extend(["value", "coverage"].map(number));
    fields.extend(["first_dimension", "first_code", "second_dimension", "second_code"].map(text));
    schema(fields)
}

/// `checks.parquet`
pub fn checks() -> SchemaRef {
    schema(vec![
        text("id"),
        text("title"),
        text("severity"),
        text("indicator"),
        Field::new("rows_failed", DataType::Int64, false),
        Field::new("limit", DataType::Int64, true),
        text("result"),
        text_or_null("note"),
    ])
}

/// What an indicator's SELECT becomes: one row per economy, year and breakdown.
pub fn country_values() -> SchemaRef {
    let mut fields = vec![text("ref_area"), year("time_period")];
    fields.extend(DIMENSIONS.map(text));
    fields.extend([
        text_or_null("estimate"),
        number("value"),
        number("weight"),
        number("numerator"),
        number("denominator"),
        text("unit"),
        text("obs_status"),
        number("coverage"),
        Field::new("members_observed", DataType::Int64, true),
        Field::new("members_total", DataType::Int64, true),
        text_or_null("note"),
        text_or_null("source"),
    ]);
    fields.extend(OBSERVED.map(number));
    schema(fields)
}

pub fn population() -> SchemaRef {
    schema(vec![
        text("ref_area"),
        year("time_period"),
        text("sex"),
        text("age"),
        text("urbanisation"),
        Field::new("persons", DataType::Float64, false),
        text_or_null("obs_status"),
    ])
}

pub fn areas() -> SchemaRef {
    schema(vec![text("ref_area"), text("name"), text("iso2"), text("m49")])
}

pub fn groups() -> SchemaRef {
    schema(vec![
        text("group_code"),
        text("group_scheme"),
        text("name"),
        Field::new("members_expected", DataType::Int64, true),
        text_or_null("vintage"),
        text_or_null("next_due"),
    ])
}

pub fn membership() -> SchemaRef {
    schema(vec![text("group_scheme"), text("group_code"), text("ref_area"), year("first_year"), year("last_year")])
}

pub fn gni_per_capita() -> SchemaRef {
    schema(vec![text("ref_area"), year("time_period"), number("usd")])
}

pub fn units() -> SchemaRef {
    schema(vec![
        text("unit"),
        text("name"),
        text("symbol"),
        Field::new("decimals", DataType::Int64, true),
        number("minimum"),
        number("maximum"),
        number("greatest_above"),
        number("middle_from"),
        number("middle_to"),
    ])
}

pub fn itu_series() -> SchemaRef {
    schema(["series_id", "series", "code", "title", "unit"].map(text).to_vec())
}

/// The tables that an indicator's SELECT may read, with their columns.
pub fn statistician_tables() -> Vec<(&'static str, SchemaRef)> {
    vec![
        ("observations", observations()),
        ("observations_by_data_set", observations()),
        ("population", population()),
        ("areas", areas()),
        ("groups", groups()),
        ("membership", membership()),
        ("gni_per_capita", gni_per_capita()),
        ("units", units()),
        ("itu_series", itu_series()),
    ]
}

/// The header of the indicator that is computed, and of its roll-up, as the method files read them.
pub fn parameters() -> SchemaRef {
    schema(vec![
        text("indicator"),
        text("unit"),
        text("rollup"),
        Field::new("window", DataType::Int32, false),
        Field::new("publish", DataType::Float64, false),
        Field::new("flag", DataType::Float64, false),
        Field::new("min_members", DataType::Int64, false),
        Field::new("min_observed", DataType::Float64, false),
        text("base"),
        Field::new("scale", DataType::Float64, false),
        Field::new("needs_weight", DataType::Boolean, false),
        Field::new("needs_numerator", DataType::Boolean, false),
        Field::new("needs_denominator", DataType::Boolean, false),
        Field::new("rollup_min_members", DataType::Int64, false),
        Field::new("rollup_min_share", DataType::Float64, false),
        number("rollup_spread"),
        Field::new("rollup_panel", DataType::Boolean, false),
        Field::new("rollup_unit", DataType::Utf8, false),
    ])
}

/// What the header says of economies that report nothing: at most one row, with the value that is assumed.
pub fn silence() -> SchemaRef {
    let mut fields = vec![Field::new("value", DataType::Float64, false)];
    fields.extend(DIMENSIONS.map(text));
    schema(fields)
}

/// The members of one group, year and breakdown that a roll-up was made of, as its `.parts.sql` reads them.
pub fn members() -> SchemaRef {
    schema(vec![text_or_null("ref_area"), number("value"), number("weight"), number("numerator"), number("denominator")])
}

/// The series that the header of an indicator lists, as `sql/shared/` reads them. Their names differ from those of
/// `observations`, so that the engine can push what it learns of them into the scan.
pub fn series_wanted() -> SchemaRef {
    let mut fields =
        vec![Field::new("place", DataType::Int32, false), text("from_source"), text("from_series"), text_or_null("from_dataset")];
    fields.extend(DIMENSIONS.map(|name| text_or_null(&format!("as_{name}"))));
    fields.extend(["provider_breakdown", "publication", "cited_as", "no_begins"].map(text_or_null));
    schema(fields)
}

/// What the step `group_values` gives; used when there is nothing to roll up.
pub fn group_values() -> SchemaRef {
    let mut fields = vec![text_or_null("ref_area"), text_or_null("group_scheme"), year_or_null("time_period")];
    fields.extend(DIMENSIONS.map(text_or_null));
    fields.extend([
        text_or_null("estimate"),
        number("value"),
        text_or_null("obs_status"),
        number("coverage"),
        Field::new("members_observed", DataType::Int64, true),
        Field::new("members_total", DataType::Int64, true),
        text_or_null("note"),
    ]);
    fields.extend(OBSERVED.map(number));
    schema(fields)
}

/// The targets of all headers, as progress.sql reads them.
pub fn targets() -> SchemaRef {
    let mut fields = ["target", "title", "indicator", "area"].map(text_or_null).to_vec();
    fields.extend([year_or_null("target_year"), text_or_null("kind")]);
    fields.extend(["value", "change", "low", "high", "met_at"].map(number));
    fields.extend([text_or_null("direction"), year_or_null("baseline_year"), number("baseline_value")]);
    fields.extend(["also_groups", "also_countries"].map(|name| Field::new(name, DataType::Boolean, true)));
    fields.extend(DIMENSIONS.map(text_or_null));
    fields.extend(["estimates", "unit", "missing", "without_value", "without_class", "met_with", "note", "rollup"].map(text_or_null));
    fields.extend([number("min_observed"), year_or_null("due_within")]);
    schema(fields)
}

/// `revisions.parquet`
pub fn revisions() -> SchemaRef {
    let mut fields = vec![text_or_null("indicator"), text_or_null("ref_area"), year_or_null("time_period")];
    fields.extend(DIMENSIONS.map(text_or_null));
    fields.extend(["estimate", "change"].map(text_or_null));
    fields.extend(["old_value", "new_value", "difference"].map(number));
    fields.extend(["unit", "old_status", "new_status", "cause", "detail"].map(text_or_null));
    schema(fields)
}
