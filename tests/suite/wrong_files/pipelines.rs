//! Wrong files of `pipelines/`.

use super::{Case, check, reported};
use crate::support::Workspace;

/// A source whose text below the first lines is the case's own.
fn source(name: &'static str, rest: &str) -> Case {
    Case::new(name, format!("pipelines/{name}.toml"), format!("source = \"{name}\"\nlicence = \"CC BY\"\n{rest}"))
}

const TABLE: &str = "[[dataset]]\nname = \"t\"\nformat = \"table\"\n";

#[test]
fn sources_and_data_sets() {
    let table = |name: &'static str, rest: &str| source(name, &format!("{TABLE}{rest}"));
    let whole = "columns = { series = { constant = \"X\" }, ref_area = \"iso\", time_period = \"year\", value = \"val\" }\n";
    let cases = [
        source("unknown_key", "⟦E0102⟧shedule = \"10 1 * * *\"\n"),
        source("unknown_key_in_http", "[http]\nbase_url = \"https://example.org\"\n⟦E0102⟧retry = 4\n"),
        source(
            "unknown_key_in_data_set",
            "[[dataset]]\nname = \"x\"\nformat = \"unctad_bulk\"\nreport = \"US\"\n⟦E0102⟧minimum_share_of_first = 0.5\n",
        ),
        source(
            "key_of_another_format",
            "[[dataset]]\nname = \"x\"\nformat = \"unctad_bulk\"\nreport = \"US\"\n⟦E0102⟧route = \"download_by_id\"\n",
        ),
        source("unknown_format", "[[dataset]]\nname = \"x\"\nformat = ⟦E0205⟧\"itu_datahubs\"\n⟦E0102⟧codes = [\"11624\"]\n"),
        source(
            "unknown_route",
            "[[dataset]]\nname = \"x\"\nformat = \"itu_datahub\"\nroute = ⟦E0206⟧\"download_all\"\ncodes = [\"11624\"]\n",
        ),
        source(
            "routes",
            "[[dataset]]\nname = \"x\"\nformat = \"unsd_csv\"\nseries = [\"IT_MOB_OWN\"]\n\
             [[dataset.route]]\nname = \"far\"\nformat = \"data360\"\nrequest = ⟦E0206⟧\"ftp\"\ndatabase = \"ITU_DH\"\nindicators = [\"ITU_DH_A\"]\n\
             [[dataset.route]]\nname = ⟦E0202⟧\"x\"\nformat = \"data_commons\"\nvariables = [\"a\"]\nunit = \"PT\"\n\
             [[dataset.route]]\nname = \"near\"\nformat = \"data360\"\ndatabase = \"ITU_DH\"\nindicators = [\"ITU_DH_A\", \"ITU_DH_B\"]\n\
             series = ⟦E3014⟧⟦E3014⟧⟦E3014⟧{ ITU_DH_A = \"IT_MOB_OWNED\", ITU_DH_C = \"IT_MOB_OWN\" }\n\
             known = [{ series = \"IT_MOB_OWN\", ref_area = \"KEN\", time_period = 2020, value = 1.0 },\
             { series = \"IT_MOB_OWNED\", ref_area = \"KEN\", time_period = 2020, value = 1.0 }]\n",
        ),
        // With nothing at hand, whatever is mapped would pass; and what is known must be there to be found.
        source(
            "figures_that_are_known",
            "[[dataset]]\nname = \"x\"\nformat = \"unsd_csv\"\nseries = [\"IT_MOB_OWN\"]\n\
             [[dataset.route]]\nname = \"near\"\nformat = \"data360\"\ndatabase = \"ITU_DH\"\nindicators = [\"ITU_DH_A\"]\n\
             series = ⟦E3014⟧⟦E3014⟧{ ITU_DH_A = \"IT_MOB_OWN\" }\n\
             known = [{ series = \"IT_MOB\", ref_area = \"KEN\", time_period = 2020, value = 1.0 }]\n",
        ),
        source(
            "route_twice",
            "[[dataset]]\nname = \"x\"\nformat = \"itu_datahub\"\nroute = \"download_by_id\"\ncodes = [\"11624\"]\n\
             [[dataset.⟦E0101⟧route]]\nname = \"far\"\nformat = \"data_commons\"\nvariables = [\"a\"]\nunit = \"PT\"\n",
        ),
        source("no_format", "⟦E0104⟧[[dataset]]\nname = \"x\"\n"),
        source("no_codes", "⟦E0104⟧[[dataset]]\nname = \"x\"\nformat = \"itu_datahub\"\n"),
        source("bad_schedule", "schedule = ⟦E0204⟧\"10 25 * * *\"\n"),
        source(
            "bad_schedule_of_data_set",
            "[[dataset]]\nname = \"x\"\nformat = \"unctad_bulk\"\nreport = \"US\"\nschedule = ⟦E0204⟧\"every night\"\n",
        ),
        source("no_time", "[http]\nread_timeout_seconds = ⟦E0203⟧0\n"),
        source(
            "data_set_twice",
            "[[dataset]]\nname = \"x\"\nformat = \"unctad_bulk\"\nreport = \"US\"\n[[dataset]]\nname = ⟦E0202⟧\"x\"\nformat = \"unctad_bulk\"\nreport = \"US\"\n",
        ),
        source("bad_name", "[[dataset]]\nname = ⟦E0201⟧\"My data\"\nformat = \"unctad_bulk\"\nreport = \"US\"\n"),
        source(
            "years_of_one",
            "[[dataset]]\nname = \"x\"\nformat = \"unctad_api\"\nreport = \"US\"\nmeasure = \"M\"\nyears = ⟦E0206⟧[2018]\n",
        ),
        source("bad_user_agent", "[http]\nuser_agent = ⟦E0208⟧\"a\\nb\"\n"),
        source("bad_base_url", "[http]\nbase_url = ⟦E0208⟧\"not a url\"\n"),
        source("bad_port", "[http]\nbase_url = ⟦E0208⟧\"http://127.0.0.1:99999\"\n"),
        source("bad_scheme", "[http]\nbase_url = ⟦E0208⟧\"ftp://example.org\"\n"),
        source(
            "negative_limits",
            "stale_after_days = ⟦E0203⟧-1\n[http]\nmax_bytes = ⟦E0203⟧-1\nretries = ⟦E0203⟧-3\npause_milliseconds = ⟦E0203⟧-5\n",
        ),
        source(
            "share_of_seven",
            "[[dataset]]\nname = \"x\"\nformat = \"unctad_bulk\"\nreport = \"US\"\nbase_url = ⟦E0208⟧\"example.org\"\nminimum_share_of_last = ⟦E0203⟧7.0\nmaximum_share_set_aside = ⟦E0203⟧-0.1\n",
        ),
        source("empty_codes", "[[dataset]]\nname = \"x\"\nformat = \"itu_datahub\"\ncodes = ⟦E0206⟧[]\n"),
        source(
            "empty_series",
            "[[dataset]]\nname = \"x\"\nformat = \"unsd_csv\"\nstart = ⟦E0206⟧2020\nend = 2010\nseries = ⟦E0206⟧[\" \"]\n",
        ),
        source(
            "no_regions",
            "[[dataset]]\nname = \"x\"\nformat = \"itu_datahub\"\nroute = ⟦E0206⟧\"regional_aggregates\"\ncodes = [\"11624\"]\n",
        ),
        source(
            "iso2_economies",
            "[[dataset]]\nname = \"x\"\nformat = \"itu_datahub\"\nroute = \"country_series\"\ncodes = [\"11624\"]\neconomies = ⟦E0206⟧[\"IND\", \"US\"]\n",
        ),
        source("bad_url", "[[dataset]]\nname = \"x\"\nformat = \"uis_bulk\"\nurl = ⟦E0208⟧\"htps:/download\"\n"),
        table("table_bad_url", &format!("url = ⟦E0208⟧\"www.itu.int/x.csv\"\n{whole}")),
        source("broken_toml", "title = \"International⟦E0101⟧\n"),
        Case::new("no_licence", "pipelines/no_licence.toml", "⟦E0104⟧source = \"no_licence\"\n"),
        Case::new(
            "data_set_of_another_file",
            "pipelines/data_set_of_another_file.toml",
            "⟦E0202⟧source = \"bad_url\"\n\n[[dataset]]\nname = \"x\"\nformat = \"unctad_bulk\"\nreport = \"US\"\n",
        )
        .after("bad_url"),
        Case::new("same_source", "pipelines/same_source.toml", "⟦E0202⟧source = \"years_of_one\"\nlicence = \"CC BY\"\n")
            .after("years_of_one"),
        table("table_without_columns", "").marked("[[dataset]]", "⟦E0104⟧[[dataset]]"),
        table("table_without_year", "columns = ⟦E0104⟧{ series = { constant = \"X\" }, ref_area = \"iso\", value = \"val\" }\n"),
        table("table_without_four", "columns = ⟦E0104⟧⟦E0104⟧⟦E0104⟧⟦E0104⟧{ }\n"),
        table("table_header_row", &format!("header_row = ⟦E0203⟧1001\n{whole}")),
        table("table_unknown_column", &whole.replace("value =", "⟦E0102⟧obs_value = \"val\", value =")),
        table("table_wrong_constant", &whole.replace("constant =", "⟦E0102⟧const =").replace("series = {", "series = ⟦E0104⟧{")),
        table("table_wrong_type", &whole.replace("\"year\"", "⟦E0206⟧2020")),
        table("table_unknown_scheme", &format!("area_scheme = ⟦E0207⟧\"iso2\"\n{whole}")),
        table("table_delimiter_of_two", &format!("delimiter = ⟦E0206⟧\";;\"\n{whole}")),
        table("table_delimiter_misspelt", &format!("delimiter = ⟦E0206⟧\"tabs\"\n{whole}")),
        table("table_signs", &format!("decimal = ⟦E0206⟧\"comma\"\nthousands = ⟦E0206⟧\"_\"\n{whole}")),
        table("table_one_sign_for_both", &format!("decimal = \",\"\nthousands = ⟦E0206⟧\",\"\n{whole}")),
        table("table_status_of_a_mark", &format!("footnote_marks = ⟦E0206⟧{{ \"*\" = \"estimated\", \"p\" = \"p\" }}\n{whole}")),
        table("table_status_of_a_span", &format!("{whole}[[dataset.spans]]\nseries = [\"X\"]\nobs_status = ⟦E0206⟧\"trial\"\n")),
        table("table_sheet_and_sheets", &format!("sheet = \"a\"\nsheets = ⟦E0206⟧\"all\"\n{whole}")),
        table("table_blank_sheet", &format!("sheet = ⟦E0206⟧\" \"\n{whole}")),
        table("table_map_of_unknown", &format!("{whole}[dataset.maps]\n⟦E0102⟧gender = {{ men = \"M\" }}\n")),
    ];
    check("sources_and_data_sets", &Workspace::empty(), &cases);
}

impl Case {
    fn marked(mut self, old: &str, new: &str) -> Self {
        self.content = self.content.replacen(old, new, 1);
        self
    }

    /// Named so that it is read after another file.
    fn after(mut self, other: &str) -> Self {
        self.file = format!("pipelines/{other}_again.toml");
        self
    }
}

/// One mistake, one report.
#[test]
fn broken_table_head() {
    reported(&Workspace::empty(), &[source("broken_table_head", "[[dataset]⟦E0101⟧\n")], &[]);
}
