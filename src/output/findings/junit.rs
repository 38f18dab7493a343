//! JUnit XML as CI systems read it: a suite for each file, a failed case for each finding.

use std::io;

use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::{Findings, help};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::validate::Finding;

/// All findings. Without any there is one case, which passed: an empty report looks like a run that never happened.
pub(super) fn write(findings: &Findings<'_>) -> Result<String, Diagnostics> {
    let fail = |error: String| Diagnostics::from(Diagnostic::error(error));
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    suites(findings, &mut writer).map_err(|error| fail(error.to_string()))?;
    let body = String::from_utf8(writer.into_inner()).map_err(|error| fail(error.to_string()))?;
    Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}\n"))
}

fn suites(findings: &Findings<'_>, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let failures = findings.findings.len().to_string();
    let tests = findings.findings.len().max(1).to_string();
    let counts = [("tests", tests.as_str()), ("failures", failures.as_str())];
    let suites = writer.create_element("testsuites").with_attribute(("name", "stackgen validate"));
    suites.with_attributes(counts).write_inner_content(|writer| {
        if findings.findings.is_empty() {
            let suite = writer.create_element("testsuite").with_attribute(("name", "stackgen validate"));
            suite.with_attributes(counts).write_inner_content(|writer| {
                let case = writer.create_element("testcase").with_attribute(("name", "no findings"));
                case.with_attribute(("classname", "stackgen")).write_empty().map(drop)
            })?;
        }
        let files = findings.findings.chunk_by(|one, other| file(findings, one) == file(findings, other));
        files.into_iter().try_for_each(|of_file| suite(findings, of_file, writer))
    })?;
    Ok(())
}

fn suite(findings: &Findings<'_>, of_file: &[Finding], writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let (name, count) = (file(findings, &of_file[0]), of_file.len().to_string());
    let suite = writer.create_element("testsuite").with_attribute(("name", name.as_str()));
    let suite = suite.with_attributes([("tests", count.as_str()), ("failures", count.as_str())]);
    suite.write_inner_content(|writer| {
        of_file.iter().try_for_each(|finding| case(findings, finding, writer))
    })?;
    Ok(())
}

fn case(findings: &Findings<'_>, finding: &Finding, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let place = findings.place(finding.origin).to_string();
    let name = format!("{place} {}", finding.object.as_deref().unwrap_or_default());
    let case = writer.create_element("testcase").with_attribute(("name", visible(&name).trim_end()));
    case.with_attribute(("classname", finding.rule.id)).write_inner_content(|writer| {
        let message = visible(&finding.message);
        let failure = writer.create_element("failure").with_attribute(("type", finding.rule.id));
        let text = visible(&format!("{place}: {}\n{}", finding.message, help(finding)));
        failure
            .with_attribute(("message", message.as_str()))
            .write_text_content(BytesText::new(&text))
            .map(drop)
    })?;
    Ok(())
}

fn file(findings: &Findings<'_>, finding: &Finding) -> String {
    visible(&findings.place(finding.origin).file)
}

/// XML 1.0 has no way to write most control characters.
fn visible(text: &str) -> String {
    let is_allowed = |character: char| !character.is_control() || matches!(character, '\n' | '\t');
    text.chars().map(|character| if is_allowed(character) { character } else { '\u{fffd}' }).collect()
}
