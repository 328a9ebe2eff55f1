//! A small reader of the markup that we write: tags that balance, but for those that HTML closes itself, ids, links, texts.

use std::collections::{BTreeMap, BTreeSet};

/// Elements that HTML never closes.
const VOID: [&str; 5] = ["meta", "link", "br", "img", "hr"];

#[derive(Debug, Default)]
pub(super) struct Markup {
    /// Element name and its attributes.
    pub elements: Vec<(String, BTreeMap<String, String>)>,
    pub ids: BTreeSet<String>,
    pub text: String,
    /// What is not well formed.
    pub faults: Vec<String>,
}

/// What the start of an element closes, and what the end of another does: cells, rows and items go on until the next.
fn closed_by(open: &mut Vec<String>, name: &str, end: bool) {
    let closes: &[&str] = match (name, end) {
        ("td" | "th", false) => &["td", "th"],
        ("tr", false) | ("thead" | "tbody" | "table", true) => &["td", "th", "tr"],
        ("li", false) | ("ul", true) => &["li"],
        ("p", false) | ("section", true) => &["p"],
        _ => &[],
    };
    while open.last().is_some_and(|last| closes.contains(&last.as_str())) {
        open.pop();
    }
}

pub(super) fn read(source: &str) -> Markup {
    let mut markup = Markup::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find('<') {
        text(&mut markup, &rest[..at]);
        rest = &rest[at..];
        let (tag, after) = split_tag(rest);
        rest = after;
        if tag.starts_with("<!doctype") || tag.starts_with("<?xml") {
            continue;
        }
        if let Some(name) = tag.strip_prefix("</") {
            let name = name.trim_end_matches('>').trim();
            closed_by(&mut open, name, true);
            match open.pop() {
                Some(expected) if expected == name => {}
                other => markup.faults.push(format!("</{name}> closes {other:?}")),
            }
            continue;
        }
        let inner = tag[1..tag.len() - 1].trim_end_matches('/');
        let name: String = inner.chars().take_while(char::is_ascii_alphanumeric).collect();
        let attributes = attributes(&inner[name.len()..], &mut markup.faults);
        if let Some(id) = attributes.get("id")
            && !markup.ids.insert(id.clone())
        {
            markup.faults.push(format!("the id {id} twice"));
        }
        closed_by(&mut open, &name, false);
        if !tag.ends_with("/>") && !VOID.contains(&name.as_str()) {
            open.push(name.clone());
        }
        if name.is_empty() {
            markup.faults.push(format!("no element: {tag}"));
        }
        markup.elements.push((name, attributes));
    }
    text(&mut markup, rest);
    if !open.is_empty() {
        markup.faults.push(format!("never closed: {open:?}"));
    }
    markup
}

/// A tag up to its `>`, which may stand in quotes before.
fn split_tag(rest: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, c) in rest.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return rest.split_at(at + 1),
            _ => {}
        }
    }
    panic!("a tag without an end: {}", &rest[..rest.len().min(80)]);
}

fn attributes(text: &str, faults: &mut Vec<String>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let Some((name, after)) = rest.split_once("=\"") else {
            faults.push(format!("an attribute without a quoted value: {rest}"));
            break;
        };
        let Some((value, after)) = after.split_once('"') else {
            faults.push(format!("a value without an end: {after}"));
            break;
        };
        if found.insert(name.to_owned(), unescape(value)).is_some() {
            faults.push(format!("the attribute {name} twice"));
        }
        rest = after.trim_start();
    }
    found
}

fn text(markup: &mut Markup, text: &str) {
    if let Some((_, after)) = text.split_once('>') {
        markup.faults.push(format!("a bare > before: {after}"));
    }
    for (at, _) in text.match_indices('&') {
        let entity = text[at..].split(';').next().unwrap_or_default();
        let known = ["&amp", "&lt", "&gt", "&quot", "&#39"].contains(&entity)
            || entity.strip_prefix("&#x").is_some_and(|hex| u32::from_str_radix(hex, 16).is_ok());
        if !known {
            markup.faults.push(format!("a bare & in: {text}"));
        }
    }
    markup.text.push_str(&unescape(text));
}

fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
    let mut plain = String::new();
    let mut parts = text.split("&#x");
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (code, rest) = part.split_once(';').unwrap();
        plain.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        plain.push_str(rest);
    }
    plain
}
