//! The JSON Schemas of the TOML files that people write: as shipped they are those that the readers ask for, every shipped
//! file keeps to them, and reader and schema refuse the same keys.

use std::path::PathBuf;

use serde_json::Value;
use yardstick::error::{Code, Problem, SourceText};
use yardstick::indicator::defaults;
use yardstick::job::config;
use yardstick::observe::corrections;
use yardstick::pipelines;

use crate::support::{Workspace, project};

type Read = fn(&SourceText, &mut Vec<Problem>);

/// Each kind of a file: name, its reader, and the texts of the shipped ones.
fn kinds() -> [(&'static str, Read, Vec<String>); 4] {
    let text = |path: PathBuf| std::fs::read_to_string(path).unwrap();
    let tomls = |folder: &str| -> Vec<String> {
        let entries = std::fs::read_dir(project().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.extension().is_some_and(|e| e == "toml")).map(text).collect()
    };
    [
        ("source", |text, problems| drop(pipelines::parse(text, problems)), tomls("pipelines")),
        ("job", |text, problems| drop(config::parse(text, problems)), vec![job()]),
        ("corrections", |text, problems| drop(corrections::parse(text, problems)), tomls("pipelines/corrections")),
        ("defaults", |text, problems| drop(defaults::parse(text, problems)), vec![text(project().join("sql/defaults.toml"))]),
    ]
}

/// The example of OPERATIONS.md, with what it leaves out.
fn job() -> String {
    let page = std::fs::read_to_string(project().join("OPERATIONS.md")).unwrap();
    let start = page.find("[retention]").unwrap();
    page[start..start + page[start..].find("```").unwrap()].replace("\n# ", "\n")
}

fn schema(name: &str) -> Value {
    let path = project().join(format!("pipelines/schemas/{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What of the standard our schemas use.
fn fits(whole: &Value, schema: &Value, value: &Value) -> bool {
    if let Some(name) = schema["$ref"].as_str() {
        return fits(whole, &whole["definitions"][name.trim_start_matches("#/definitions/")], value);
    }
    let all = |key: &str| schema[key].as_array().map(|list| list.iter().filter(|one| fits(whole, one, value)).count());
    let is = |name: &Value| match name.as_str().unwrap() {
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other}"),
    };
    let types = match &schema["type"] {
        Value::Null => true,
        Value::Array(types) => types.iter().any(is),
        one => is(one),
    };
    let bound = |key: &str, within: fn(f64, f64) -> bool| {
        value.as_f64().zip(schema[key].as_f64()).is_none_or(|(value, bound)| within(value, bound))
    };
    let properties =
        value.as_object().into_iter().flatten().all(|(key, inner)| match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => false,
            (Value::Null, Value::Null) => true,
            (Value::Null, more) => fits(whole, more, inner),
            (own, _) => fits(whole, own, inner),
        });
    let required = schema["required"].as_array().into_iter().flatten().all(|key| value.get(key.as_str().unwrap()).is_some());
    let items = value.as_array().into_iter().flatten().all(|item| schema["items"].is_null() || fits(whole, &schema["items"], item));
    types
        && properties
        && required
        && items
        && all("anyOf").is_none_or(|fit| fit > 0)
        && all("oneOf").is_none_or(|fit| fit == 1)
        && (schema["const"].is_null() || schema["const"] == *value)
        && schema["enum"].as_array().is_none_or(|texts| texts.contains(value))
        && bound("minimum", |value, least| value >= least)
        && bound("maximum", |value, most| value <= most)
}

#[test]
fn the_shipped_schemas_are_what_the_readers_ask_for() {
    let workspace = Workspace::empty();
    for (name, _, _) in kinds() {
        let made = workspace.expect(0, &["reference", &format!("schema-of-{name}")]).stdout;
        let path = project().join(format!("pipelines/schemas/{name}.json"));
        if std::env::var_os("YARDSTICK_REGENERATE").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &made).unwrap();
        }
        assert!(std::fs::read_to_string(&path).unwrap() == made, "{}: run the tests once with YARDSTICK_REGENERATE=1", path.display());
    }
}

/// A key that the reader knows is in the schema, and a misspelt one is in neither.
#[test]
fn shipped_files_keep_to_their_schemas_and_misspelt_keys_do_not() {
    for (name, read, files) in kinds() {
        let schema = schema(name);
        assert!(!files.is_empty());
        for text in files {
            let head = text.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
            let value = |text: &str| serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap();
            assert!(fits(&schema, &schema, &value(&text)), "{head}");
            // Each line that gives a key, the first of its name.
            let keys: std::collections::BTreeSet<&str> = text
                .lines()
                .filter_map(|line| Some(line.split_once(" = ")?.0.trim()))
                .filter(|key| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
                .collect();
            for key in keys {
                let wrong = text.replacen(&format!("\n{key} = "), &format!("\n{key}s_ = "), 1);
                let mut problems = Vec::new();
                read(&SourceText::new("x.toml".to_owned(), wrong.clone()), &mut problems);
                let unknown = problems.iter().any(|problem| problem.code == Code::UnknownKey);
                assert_eq!(unknown, wrong != text && !fits(&schema, &schema, &value(&wrong)), "{head}: {key}");
            }
        }
    }
}
