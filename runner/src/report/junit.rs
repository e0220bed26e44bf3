//! The report as JUnit XML: a test suite for each side, a test case for each case.
//!
//! A broken rule is a `failure`, what could not be seen an `error`, and what does not apply, does not count or
//! is known to fail is `skipped`; each says why. The elements and attributes are those of the schema that the xUnit plugin of Jenkins
//! checks, which GitLab and others read as well.

use std::io::{self, Write};
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::entry::{Entry, Group, Sort, groups};
use super::model::Report;
use super::text::lines;
use super::{explain, headline};
use crate::exit::Exit;

type Xml = Writer<Vec<u8>>;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let groups = groups(report);
    let total = |sort| groups.iter().map(|group| group.count(sort)).sum::<usize>().to_string();
    let tests = groups.iter().map(|group| group.entries.len()).sum::<usize>().to_string();
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("testsuites")
        .with_attribute(("name", "thrum-conform"))
        .with_attribute(("tests", tests.as_str()))
        .with_attribute(("failures", total(Sort::Failed).as_str()))
        .with_attribute(("errors", total(Sort::Unseen).as_str()))
        .with_attribute(("time", seconds(report.took).as_str()))
        .write_inner_content(|xml| groups.iter().try_for_each(|group| suite(report, group, xml)))?;
    out.write_all(&xml.into_inner())?;
    writeln!(out)
}

fn suite(report: &Report, group: &Group<'_>, xml: &mut Xml) -> io::Result<()> {
    let took = group.entries.iter().map(|entry| entry.took).sum();
    let count = |sort| group.count(sort).to_string();
    xml.create_element("testsuite")
        .with_attribute(("name", group.name.as_str()))
        .with_attribute(("tests", group.entries.len().to_string().as_str()))
        .with_attribute(("failures", count(Sort::Failed).as_str()))
        .with_attribute(("errors", count(Sort::Unseen).as_str()))
        .with_attribute((
            "skipped",
            (group.count(Sort::Skipped) + group.count(Sort::Known)).to_string().as_str(),
        ))
        .with_attribute(("time", seconds(took).as_str()))
        .write_inner_content(|xml| {
            properties(report, xml)?;
            group.entries.iter().try_for_each(|entry| case(report, group, entry, xml))
        })?;
    Ok(())
}

fn properties(report: &Report, xml: &mut Xml) -> io::Result<()> {
    let interrupted = (report.exit == Exit::Interrupted).to_string();
    let properties = [
        ("wire", report.wire.clone()),
        ("vectors", report.vectors.clone()),
        ("impl", headline::who(report)),
        ("exit", report.exit.code().to_string()),
        ("interrupted", interrupted),
        ("unplayed", report.unplayed.to_string()),
    ];
    let property = |xml: &mut Xml, name, value: &str| -> io::Result<()> {
        let property = xml.create_element("property").with_attribute(("name", name));
        property.with_attribute(("value", value)).write_empty().map(drop)
    };
    xml.create_element("properties")
        .write_inner_content(|xml| {
            properties.iter().try_for_each(|(name, value)| property(xml, *name, value))
        })
        .map(drop)
}

fn case(report: &Report, group: &Group<'_>, entry: &Entry<'_>, xml: &mut Xml) -> io::Result<()> {
    let section = entry.name.split_once('/').map_or("run", |(section, _)| section);
    let element = xml
        .create_element("testcase")
        .with_attribute(("classname", format!("{}.{section}", group.class).as_str()))
        .with_attribute(("name", entry.name.as_str()))
        .with_attribute(("time", seconds(entry.took).as_str()));
    let outcome = match entry.sort {
        Sort::Passed => return element.write_empty().map(drop),
        // a warning leaves the test green, and its text is kept with it
        Sort::Warned => "system-out",
        Sort::Failed => "failure",
        Sort::Unseen => "error",
        Sort::Known | Sort::Skipped => "skipped",
    };
    element
        .write_inner_content(|xml| {
            let mut element = xml.create_element(outcome);
            if entry.sort != Sort::Warned {
                element = element
                    .with_attribute(("type", entry.code.as_str()))
                    .with_attribute(("message", entry.message.as_str()));
            }
            match body(report, entry) {
                body if body.is_empty() => element.write_empty().map(drop),
                body => element.write_text_content(BytesText::new(&body)).map(drop),
            }
        })
        .map(drop)
}

/// The picture and the differences as on a terminal; XML 1.0 cannot hold most control characters.
fn body(report: &Report, entry: &Entry<'_>) -> String {
    let text = entry.case.map(|case| explain(report, case)).unwrap_or_default();
    lines(&text).join("\n")
}

/// Seconds with three digits after the point.
fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}
