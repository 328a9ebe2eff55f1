//! `structure.xml`: the structure as SDMX-ML 2.1, the form that every tool reads.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::code::concept_name;
use super::structure::{AGENCY, ATTRIBUTES, Component, DATAFLOW, DIMENSIONS, DSD, Holds, MEASURE, SCHEME, Structure, TITLE, VERSION};
use crate::error::Result;
use crate::publish::markup::printable;
use crate::publish::view::View;

type Xml = Writer<Vec<u8>>;

const SCHEMAS: &str = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1";

pub(super) fn message(view: &View<'_>, structure: &Structure) -> Result<Vec<u8>> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let spaces = ["message", "structure", "common"].map(|schema| format!("{SCHEMAS}/{schema}"));
    let root = xml.create_element("mes:Structure").with_attributes([
        ("xmlns:mes", spaces[0].as_str()),
        ("xmlns:str", spaces[1].as_str()),
        ("xmlns:com", spaces[2].as_str()),
    ]);
    root.write_inner_content(|xml| {
        within(xml, "mes:Header", &[], |xml| {
            text(xml, "mes:ID", &view.manifest.release)?;
            text(xml, "mes:Test", "false")?;
            text(xml, "mes:Prepared", &view.manifest.created_at)?;
            xml.create_element("mes:Sender").with_attribute(("id", AGENCY)).write_empty().map(drop)
        })?;
        within(xml, "mes:Structures", &[], |xml| {
            within(xml, "str:Dataflows", &[], |xml| {
                maintained(xml, "str:Dataflow", DATAFLOW, TITLE, |xml| {
                    within(xml, "str:Structure", &[], |xml| reference(xml, "datastructure", "DataStructure", DSD))
                })
            })?;
            within(xml, "str:Codelists", &[], |xml| {
                structure.lists.iter().try_for_each(|list| {
                    maintained(xml, "str:Codelist", &list.id, &list.name, |xml| {
                        list.codes.iter().try_for_each(|(code, name)| within(xml, "str:Code", &[("id", code)], |xml| named(xml, name)))
                    })
                })
            })?;
            within(xml, "str:Concepts", &[], |xml| {
                maintained(xml, "str:ConceptScheme", SCHEME, "Concepts", |xml| {
                    Structure::components()
                        .try_for_each(|one| within(xml, "str:Concept", &[("id", one.id)], |xml| named(xml, &concept_name(one.id))))
                })
            })?;
            within(xml, "str:DataStructures", &[], |xml| {
                maintained(xml, "str:DataStructure", DSD, TITLE, |xml| within(xml, "str:DataStructureComponents", &[], components))
            })
        })
    })?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn components(xml: &mut Xml) -> io::Result<()> {
    within(xml, "str:DimensionList", &[("id", "DimensionDescriptor")], |xml| {
        DIMENSIONS.iter().zip(1..).try_for_each(|(one, position)| {
            let element = if one.holds == Holds::Year { "str:TimeDimension" } else { "str:Dimension" };
            within(xml, element, &[("id", one.id), ("position", &position.to_string())], |xml| component(xml, one))
        })
    })?;
    within(xml, "str:AttributeList", &[("id", "AttributeDescriptor")], |xml| {
        ATTRIBUTES.iter().try_for_each(|one| {
            let status = if one.mandatory { "Mandatory" } else { "Conditional" };
            within(xml, "str:Attribute", &[("id", one.id), ("assignmentStatus", status)], |xml| {
                component(xml, one)?;
                within(xml, "str:AttributeRelationship", &[], |xml| {
                    within(xml, "str:PrimaryMeasure", &[], |xml| {
                        xml.create_element("Ref").with_attribute(("id", MEASURE.id)).write_empty().map(drop)
                    })
                })
            })
        })
    })?;
    within(xml, "str:MeasureList", &[("id", "MeasureDescriptor")], |xml| {
        within(xml, "str:PrimaryMeasure", &[("id", MEASURE.id)], |xml| component(xml, &MEASURE))
    })
}

/// The concept of a component, and what its cells hold.
fn component(xml: &mut Xml, component: &Component) -> io::Result<()> {
    within(xml, "str:ConceptIdentity", &[], |xml| {
        let concept = [
            ("id", component.id),
            ("maintainableParentID", SCHEME),
            ("maintainableParentVersion", VERSION),
            ("agencyID", AGENCY),
            ("package", "conceptscheme"),
            ("class", "Concept"),
        ];
        xml.create_element("Ref").with_attributes(concept).write_empty().map(drop)
    })?;
    within(xml, "str:LocalRepresentation", &[], |xml| {
        let kind = match component.holds {
            Holds::List(list) => return within(xml, "str:Enumeration", &[], |xml| reference(xml, "codelist", "Codelist", list)),
            Holds::Number => "Double",
            Holds::Count => "Integer",
            Holds::Text => "String",
            Holds::Year => "ObservationalTimePeriod",
        };
        xml.create_element("str:TextFormat").with_attribute(("textType", kind)).write_empty().map(drop)
    })
}

fn within(xml: &mut Xml, name: &str, attributes: &[(&str, &str)], inside: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<()> {
    xml.create_element(name).with_attributes(attributes.iter().copied()).write_inner_content(inside).map(drop)
}

fn maintained(xml: &mut Xml, element: &str, id: &str, name: &str, inside: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<()> {
    within(xml, element, &[("id", id), ("agencyID", AGENCY), ("version", VERSION), ("isFinal", "true")], |xml| {
        named(xml, name)?;
        inside(xml)
    })
}

fn reference(xml: &mut Xml, package: &str, class: &str, id: &str) -> io::Result<()> {
    let attributes = [("id", id), ("version", VERSION), ("agencyID", AGENCY), ("package", package), ("class", class)];
    xml.create_element("Ref").with_attributes(attributes).write_empty().map(drop)
}

fn named(xml: &mut Xml, name: &str) -> io::Result<()> {
    let content = printable(name);
    xml.create_element("com:Name").with_attribute(("xml:lang", "en")).write_text_content(BytesText::new(&content)).map(drop)
}

fn text(xml: &mut Xml, element: &str, content: &str) -> io::Result<()> {
    xml.create_element(element).write_text_content(BytesText::new(content)).map(drop)
}
