//! Templates into pages. Every text is escaped unless a template says that it is markup of ours.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, Value};
use serde::Serialize;

use super::languages::{Language, Link};
use crate::error::{Error, Result};
use crate::publish::markup::escape;

/// The templates, by the names that they include each other by.
const TEMPLATES: [(&str, &str); 9] = [
    ("base.html", include_str!("templates/base.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("overview.html", include_str!("templates/overview.html")),
    ("language.html", include_str!("templates/language.html")),
    ("target.html", include_str!("templates/target.html")),
    ("area.html", include_str!("templates/area.html")),
    ("data.html", include_str!("templates/data.html")),
    ("changes.html", include_str!("templates/changes.html")),
    ("method.html", include_str!("templates/method.html")),
];

pub(super) struct Renderer {
    environment: Environment<'static>,
    release: Stamp,
    languages: Vec<Link>,
}

/// Which release a page is of.
#[derive(Serialize)]
pub(super) struct Stamp {
    pub id: String,
    pub created: String,
    pub program: String,
}

#[derive(Serialize)]
struct Page<'a, T: Serialize> {
    /// From the page to the folder of the site.
    root: &'a str,
    title: &'a str,
    data: &'a str,
    release: &'a Stamp,
    language: &'a Language,
    languages: &'a [Link],
    page: &'a T,
}

impl Renderer {
    pub(super) fn new(release: Stamp, languages: Vec<Link>) -> Result<Self> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(|error| failed(&error))?);
        environment.set_formatter(write_value);
        for (name, source) in TEMPLATES {
            environment.add_template(name, source).map_err(|error| failed(&error))?;
        }
        Ok(Self { environment, release, languages })
    }

    /// A page; `depth` folders below the folder of the site.
    /// `data`: what it shows, in JSON-LD that is safe inside a page.
    pub(super) fn page(
        &self,
        language: &Language,
        template: &str,
        title: &str,
        depth: usize,
        data: &str,
        page: &impl Serialize,
    ) -> Result<Vec<u8>> {
        let root = "../".repeat(depth);
        let context = Page { root: &root, title, data, release: &self.release, language, languages: &self.languages, page };
        let template = self.environment.get_template(template).map_err(|error| failed(&error))?;
        Ok(template.render(Value::from(Serde(context))).map_err(|error| failed(&error))?.into_bytes())
    }
}

/// Texts are escaped, what is absent is nothing.
fn write_value(out: &mut Output, _: &mut State, value: &Value) -> std::result::Result<(), minijinja::Error> {
    let written = match value.as_str() {
        Some(text) if value.is_safe() => out.write_str(text),
        Some(text) => out.write_str(&escape(text)),
        None if value.is_none() => Ok(()),
        None if value.kind() == ValueKind::Number => out.write_str(&value.to_string()),
        None => return Err(minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, format!("{} is no text", value.kind()))),
    };
    written.map_err(minijinja::Error::from)
}

fn failed(error: &minijinja::Error) -> Error {
    Error::Internal(format!("a page cannot be made: {error:#}"))
}
