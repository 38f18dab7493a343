//! One page that needs nothing else: no script, no file, no network.

use std::fmt::Write as _;

use super::lines::{Line, lines};
use super::{Difference, sign};
use crate::diff::Reported;

/// What the page may load: its own style, and nothing else.
const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width\">
<meta name=\"color-scheme\" content=\"light dark\">
<title>stackgen diff</title>
<style>
body { font-family: system-ui, sans-serif; max-width: 90rem; margin: 1rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } td, th { border: 1px solid #8888; padding: .2rem .5rem; text-align: left; vertical-align: top; }
code, pre { font-family: ui-monospace, monospace; } pre { overflow-x: auto; }
del { background: #f003; text-decoration: none; } ins { background: #0a03; text-decoration: none; }
.blocking { color: #d33; font-weight: bold; } .caution { color: #b70; } .because { opacity: .7; }
</style>
</head>
<body>
";

/// All that differs.
pub(super) fn write(difference: &Difference<'_, '_>) -> String {
    let (before, after) = &difference.report.sides;
    let mut words = vec![difference.counts()];
    words.extend(difference.remarks());
    let mut page = format!(
        "{HEAD}<h1>{}</h1>\n<p>{} → {}</p>\n",
        escaped(&words.join("; ")),
        escaped(before),
        escaped(after)
    );
    for hidden in difference.hidden() {
        let _ = writeln!(page, "<p>{}</p>", escaped(&hidden));
    }
    dangers(difference, &mut page);
    for (app, changes) in difference.by_app() {
        let _ = writeln!(page, "<h2>{}</h2>", escaped(app.unwrap_or("other objects")));
        for reported in changes {
            object(difference, reported, &mut page);
        }
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn dangers(difference: &Difference<'_, '_>, page: &mut String) {
    let all = difference.report.dangers();
    if all.is_empty() {
        return;
    }
    page.push_str("<table>\n<tr><th></th><th>Object</th><th>What may go wrong</th><th>Because</th></tr>\n");
    for (reported, one) in all {
        let object = reported.map(|reported| difference.report.change(reported).object().describe());
        let sentences =
            std::iter::once(&one.danger.message).chain(&one.danger.engines).chain(&one.danger.hint);
        let what: Vec<String> = sentences.map(|sentence| escaped(sentence)).collect();
        let level = one.danger.level.word();
        let _ = writeln!(
            page,
            "<tr><td class=\"{level}\">{level}<br><code>{}</code></td><td>{} {}</td><td>{}</td><td>{}</td></tr>",
            one.danger.rule,
            escaped(&object.unwrap_or_default()),
            escaped(&difference.tag(&one.clusters)),
            what.join("<br>"),
            escaped(&difference.place(one.danger.origin).unwrap_or_default()),
        );
    }
    page.push_str("</table>\n");
}

fn object<'s>(difference: &Difference<'_, 's>, reported: &Reported<'s>, page: &mut String) {
    let change = difference.report.change(reported);
    let (sign, name) = (sign(change.verb), escaped(&change.object().describe()));
    let tag = escaped(&difference.tag(&reported.clusters));
    let _ =
        writeln!(page, "<details open><summary>{sign} {name} {} {tag}</summary>\n<pre>", change.verb.word());
    let (lines, follow) = lines(difference, &reported.edits, &reported.clusters);
    for line in &lines {
        edit(line, page);
    }
    if follow > 0 {
        let _ = writeln!(page, "{follow} references follow new names");
    }
    page.push_str("</pre></details>\n");
}

fn edit(line: &Line, page: &mut String) {
    let side = |element: &str, value: &Option<String>| {
        value.as_ref().map_or_else(String::new, |value| format!(" <{element}>{}</{element}>", escaped(value)))
    };
    let (path, tag) = (escaped(&line.path), escaped(&line.tag));
    let _ = write!(page, "{path}{}{} {tag}", side("del", &line.before), side("ins", &line.after));
    if let Some(because) = line.because() {
        let _ = write!(page, " <span class=\"because\">{}</span>", escaped(&because));
    }
    page.push('\n');
    for one in &line.text {
        let element = if one.starts_with('-') { "del" } else { "ins" };
        let _ = writeln!(page, "    <{element}>{}</{element}>", escaped(one));
    }
}

/// Text that is no markup, and shows what turns its direction.
fn escaped(text: &str) -> String {
    let text = crate::diff::harmless(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
