//! UN System Data Commons, as a route to figures of the UN SDG database.

use yardstick::tables::cells::Table;

use super::unsd::unsd;
use super::*;

const WOMEN: &str = "undata/sdg/IT_MOB_OWN.SEX--F";

/// The answer for a variable, in the shape of the interface: by economy, each with the import that is preferred.
fn answer(variable: &str, figures: &[(&str, &str, f64)]) -> Value {
    let mut entities = serde_json::Map::new();
    for (entity, date, value) in figures {
        let facet = |value: f64| json!({"facetId": "1", "observations": [{"date": date, "value": value}]});
        entities.insert((*entity).to_owned(), json!({"orderedFacets": [facet(*value), facet(value + 1.0)]}));
    }
    json!({"byVariable": {variable: {"byEntity": entities}}, "facets": {"1": {"importName": "UNData_SDG"}}})
}

fn pipeline(own: &Server, commons: &Server) -> Pipeline {
    let variables = ["undata/sdg/IT_MOB_OWN", WOMEN].map(toml::Value::from).to_vec();
    let mut routes = Pipeline::mirrors("unsd", "sdg_global");
    routes[0].as_table_mut().expect("a table").insert("variables".into(), variables.into());
    let pipeline = Pipeline::new("unsd", own, &["sdg_global"]).set("sdg_global", "series", vec!["IT_MOB_OWN"]);
    pipeline.routes("sdg_global", routes, &[commons])
}

#[test]
fn data_commons_stands_in_for_the_sdg_interface() {
    let own = Server::start(|_, _| Reply::new(403, "Forbidden"));
    let commons = Server::start(|asked, _| match asked.parameter("variable.dcids").as_deref() {
        Some(WOMEN) => Reply::json(&answer(WOMEN, &[("country/ALB", "2022", 91.5), ("country/QQQ", "2022", 1.0)])),
        Some(asked) => {
            let mut all = answer(asked, &[("country/ALB", "2022", 93.25), ("country/BRA", "2023", 88.0), ("country/KEN", "2021", 60.0)]);
            // One that nobody asked for.
            let other = answer("undata/sdg/IT_MOB_SMART", &[("country/ALB", "2022", 50.0)]);
            all["byVariable"]["undata/sdg/IT_MOB_SMART"] = other["byVariable"]["undata/sdg/IT_MOB_SMART"].clone();
            Reply::json(&all)
        }
        None => not_found(),
    });
    let workspace = pipeline(&own, &commons).set("sdg_global", "maximum_share_set_aside", 0.5).workspace();
    let ran = run(&workspace, 3, &["pull"]);
    says(&ran, &["route sdg_global: E1003", "in use: 4 observations by way of UN System Data Commons"]);
    assert_eq!(
        commons.targets()[0],
        "GET /observation?date=LATEST&variable.dcids=undata%2Fsdg%2FIT_MOB_OWN&entity.expression=Earth%3C-containedInPlace%2B%7BtypeOf%3ACountry%7D\
         &select=date&select=value&select=entity&select=variable"
    );
    let batch = observations(&workspace, "unsd/sdg_global");
    let cells = Table(&batch);
    let rows: Vec<String> = (0..cells.len())
        .map(|row| {
            let text = |column: &str| cells.text(column, row).unwrap_or("-");
            let value = cells.float("obs_value", row).expect("a value");
            format!("{} {} {} {value} {} {}", text("series"), text("ref_area"), text("sex"), text("unit"), text("route"))
        })
        .collect();
    assert_eq!(
        rows,
        [
            "IT_MOB_OWN ALB F 91.5 PT un_data_commons",
            "IT_MOB_OWN ALB _T 93.25 PT un_data_commons",
            "IT_MOB_OWN BRA _T 88 PT un_data_commons",
            "IT_MOB_OWN KEN _T 60 PT un_data_commons",
        ]
    );
    let report: Value = serde_json::from_str(&workspace.read("data/observations/unsd/sdg_global.json")).expect("a report");
    assert_eq!(report["counts"], json!({"rows_in": 12, "observations": 4, "quarantined": 8, "headings": 0}));
    assert_eq!(report["quarantine_reasons"], json!({"duplicate_row": 5, "series_not_asked": 2, "unknown_area": 1}));
}

#[test]
fn data_commons_answers_that_are_none() {
    let own = Server::start(|_, _| Reply::new(403, "Forbidden"));
    let commons = Server::start(|_, _| not_found());
    for (reply, words) in [
        (Reply::json(&json!({"byVariable": {WOMEN: {"byEntity": {}}}})), "E2021"),
        (Reply::json(&answer("undata/sdg/IT_MOB_OWN", &[("country/ALB", "2022", 93.25)])), "E2015"),
        (Reply::json(&json!({"message": "no such variable"})), "E2008"),
        (Reply::ok("<html><body>moved</body></html>"), "E1005"),
    ] {
        commons.behave(move |_, _| reply.clone());
        let workspace = pipeline(&own, &commons).workspace();
        says(&run(&workspace, 1, &["pull"]), &["route sdg_global: E1003", "route un_data_commons: ", words]);
    }
    // The SDG interface answers: nobody else is asked.
    let own = Server::start(|asked, _| unsd(asked));
    commons.forget();
    run(&pipeline(&own, &commons).workspace(), 0, &["pull"]);
    assert!(commons.asked().is_empty());
}

/// A figure that only a second import has was set aside as a repetition.
#[test]
fn what_only_a_later_import_has_is_taken_and_told() {
    let facet = |id: &str, figures: &[(&str, Value)]| {
        let observations: Vec<Value> = figures.iter().map(|(date, value)| json!({"date": date, "value": value})).collect();
        json!({"facetId": id, "observations": observations})
    };
    let first = facet("1", &[("2018", json!(80.5)), ("2019", json!(81.0)), ("2020", Value::Null)]);
    let second = facet("2", &[("2019", json!(79.0)), ("2020", json!(84.0)), ("2021", json!(85.5))]);
    let third = facet("3", &[("2021", json!(1.0))]);
    let entities = json!({
        "country/ALB": {"orderedFacets": [first, second, third]},
        "country/KEN": {"orderedFacets": [facet("1", &[]), facet("2", &[("2021", json!(60.0))])]},
        // Nothing, in whichever place it is said: the whole mirror was refused.
        "country/RWA": null,
        "country/TZA": {"orderedFacets": null},
        "country/UGA": {"orderedFacets": [{"facetId": 1, "observations": null}]},
    });
    let names = json!({"1": {"importName": "UNData_SDG"}, "2": {"importName": "UNData_ITU"}});
    let own = Server::start(|_, _| Reply::new(403, "Forbidden"));
    let commons = Server::start(move |asked, _| {
        let variable = asked.parameter("variable.dcids").expect("a variable");
        Reply::json(&json!({"byVariable": {variable: {"byEntity": entities}}, "facets": names}))
    });
    let workspace = pipeline(&own, &commons).set("sdg_global", "maximum_share_set_aside", 0.5).workspace();
    let ran = run(&workspace, 3, &["pull"]);
    says(
        &ran,
        &[
            "3 figures of another import than the first, which lacks them, such as undata/sdg/IT_MOB_OWN country/ALB 2020 (import UNData_ITU)",
        ],
    );
    let query = "SELECT ref_area, time_period, obs_value, note FROM observations WHERE sex = '_T' ORDER BY ref_area, time_period";
    let rows = run(&workspace, 0, &["sql", query, "--output", "csv"]).stdout;
    let by = "by way of UN System Data Commons";
    let expected = [
        "ALB,2018,80.5,",
        "ALB,2019,81.0,",
        "ALB,2020,84.0,import UNData_ITU; ",
        "ALB,2021,85.5,import UNData_ITU; ",
        "KEN,2021,60.0,import UNData_ITU; ",
    ];
    assert_eq!(rows.lines().skip(1).collect::<Vec<_>>(), expected.map(|row| format!("{row}{by}")));
    let report: Value = serde_json::from_str(&workspace.read("data/observations/unsd/sdg_global.json")).expect("a report");
    assert_eq!(report["quarantine_reasons"], json!({"duplicate_row": 6}), "2019 and 2021 again, and 2020 without a value");
}
