//! `site/`: pages to look at, without a server, a script or a request to another host.

mod area;
mod changes;
mod coverage;
mod data;
mod economies;
mod figures;
pub(super) mod history;
mod languages;
mod links;
mod method;
mod overview;
mod render;
mod rows;
mod target;
mod why;

use self::render::{Renderer, Stamp};
use super::chart;
use super::metadata::schema_org;
use super::view::View;
use crate::error::Result;

/// Every page and the style sheet, one after the other.
pub(super) fn files(view: &View<'_>, put: &mut dyn FnMut(&str, &[u8]) -> Result<()>) -> Result<()> {
    let manifest = view.manifest;
    let created = manifest.created_at.replace('T', " ").replace('Z', " UTC");
    let languages = languages::read()?;
    let english = &languages[0];
    let stamp = Stamp { id: manifest.release.clone(), created, program: manifest.program.clone() };
    let renderer = Renderer::new(stamp, languages::links(&languages))?;
    let whole = [schema_org::dataset(view, None, "../"), schema_org::dataset(view, None, "../../")];
    let style = format!("{}{}", include_str!("site.css"), chart::STYLE);
    put("site/site.css", style.as_bytes())?;
    put("site/site.js", include_bytes!("site.js"))?;
    put("site/index.html", &renderer.page(english, "overview.html", "Overview", 0, &whole[0], &overview::page(view, english))?)?;
    put("site/data.html", &renderer.page(english, "data.html", "Data and coverage", 0, &whole[0], &data::page(view))?)?;
    put("site/changes.html", &renderer.page(english, "changes.html", "What changed", 0, &whole[0], &changes::page(view)?)?)?;
    put("site/method.html", &renderer.page(english, "method.html", "Method", 0, &whole[0], &method::page(view))?)?;
    for language in &languages[1..] {
        let page = renderer.page(language, "language.html", language.word("title"), 1, &whole[1], &overview::page(view, language))?;
        put(&format!("site/{}", language.home()), &page)?;
        put(&format!("site/words/{}.js", language.code), &language.script(english, view))?;
    }
    for (id, (indicator, target)) in &view.targets {
        let title = format!("{} {}", id.0, if target.title.is_empty() { &indicator.title } else { &target.title });
        let data = schema_org::dataset(view, Some(indicator), "../../");
        let page = renderer.page(english, "target.html", &title, 1, &data, &target::page(view, indicator, target))?;
        put(&format!("site/{}", links::target(id.0)), &page)?;
    }
    for code in view.economies.keys().chain(view.groups.keys()) {
        if let Some(path) = links::area(view, code) {
            let (name, data) = (view.area_name(code), schema_org::part(view.area_name(code), "../index.html"));
            let page = renderer.page(english, "area.html", name, 1, &data, &area::page(view, code, &languages[1..]))?;
            put(&format!("site/{path}"), &page)?;
        }
    }
    Ok(())
}
