//! `prom/template`: labels and annotations that are templates and cannot be expanded.

use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "prom/template",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a label or annotation of a rule is a template that cannot be expanded",
    why: "Prometheus refuses the rule file, or people read an error in place of the text",
    fix: "correct the template; what there is: https://prometheus.io/docs/prometheus/latest/configuration/template_reference/",
    example: example!("prom/template"),
};

/// What templates of Prometheus can call, Go's own functions included.
const FUNCTIONS: &[&str] = &[
    "and",
    "args",
    "call",
    "eq",
    "externalURL",
    "first",
    "float64",
    "ge",
    "graphLink",
    "gt",
    "html",
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "index",
    "int",
    "int64",
    "js",
    "label",
    "le",
    "len",
    "lt",
    "match",
    "ne",
    "not",
    "now",
    "or",
    "parseDuration",
    "pathPrefix",
    "print",
    "printf",
    "println",
    "query",
    "reReplaceAll",
    "safeHtml",
    "slice",
    "sortByLabel",
    "stripDomain",
    "stripPort",
    "strvalue",
    "tableLink",
    "title",
    "tmpl",
    "toDuration",
    "toLower",
    "toTime",
    "toUpper",
    "urlQueryEscape",
    "urlquery",
    "value",
];

/// What is set before the first line of a template.
const VARIABLES: [&str; 5] = ["$labels", "$value", "$externalLabels", "$externalURL", "$"];

const KEYWORDS: [&str; 14] = [
    "if", "else", "end", "range", "with", "define", "block", "template", "break", "continue", "nil", "true",
    "false", "in",
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for rule in &tree.documents().rules {
        for (key, value) in rule.labels.iter().chain(&rule.annotations) {
            if let Err((message, word)) = Template::default().read(value.text) {
                let message = format!("{}: `{}`: {message}", rule.title(), key.text);
                findings.add(rule.finding(&RULE, rule.in_text(value, word), message));
            }
        }
    }
}

/// What is wrong, and the words that show it.
type Wrong<'t> = (String, &'t str);

#[derive(Default)]
struct Template<'t> {
    /// The blocks that are open.
    open: Vec<&'t str>,
    variables: Vec<&'t str>,
}

impl<'t> Template<'t> {
    fn read(&mut self, text: &'t str) -> Result<(), Wrong<'t>> {
        let mut rest = text;
        while let Some(start) = rest.find("{{") {
            let action = &rest[start..];
            let Some(end) = end_of_action(action) else {
                return Err(("`{{` is never closed".to_owned(), action));
            };
            self.action(action[2..end].trim_matches('-').trim(), action)?;
            rest = &action[end + 2..];
        }
        match self.open.last() {
            Some(open) => Err((format!("`{{{{ {open} }}}}` has no `{{{{ end }}}}`"), open)),
            None => Ok(()),
        }
    }

    fn action(&mut self, action: &'t str, whole: &'t str) -> Result<(), Wrong<'t>> {
        if action.starts_with("/*") {
            return Ok(());
        }
        if action.is_empty() {
            return Err(("`{{ }}` is empty".to_owned(), whole));
        }
        let first = action.split_whitespace().next().unwrap_or_default();
        match first {
            "if" | "range" | "with" | "define" | "block" => self.open.push(first),
            "end" if self.open.pop().is_none() => {
                return Err(("`{{ end }}` ends nothing".to_owned(), whole));
            }
            "else" if self.open.is_empty() => {
                return Err(("`{{ else }}` stands outside of `if`, `range` and `with`".to_owned(), whole));
            }
            _ => {}
        }
        self.words(action)
    }

    /// Functions and variables of an action.
    fn words(&mut self, action: &'t str) -> Result<(), Wrong<'t>> {
        let words = words(action);
        for (index, word) in words.iter().enumerate() {
            let next = words.get(index + 1).copied().unwrap_or_default();
            let declares = matches!(next, ":=" | "=" | ",") && word.starts_with('$');
            if declares {
                self.variables.push(word);
            } else if word.starts_with('$') {
                self.variable(word)?;
            } else if word.starts_with(|first: char| first.is_ascii_alphabetic()) {
                let name = word.split('.').next().unwrap_or_default();
                if !FUNCTIONS.contains(&name) && !KEYWORDS.contains(&name) {
                    let like = closest(name, FUNCTIONS).map(|like| format!("; did you mean `{like}`?"));
                    return Err((format!("there is no function `{name}`{}", like.unwrap_or_default()), word));
                }
            }
            // `range $index, $sample := query "..."`
            if *word == "," && next.starts_with('$') {
                self.variables.push(next);
            }
        }
        Ok(())
    }

    fn variable(&self, word: &'t str) -> Result<(), Wrong<'t>> {
        let name = word.split('.').next().unwrap_or_default();
        if VARIABLES.contains(&name) || self.variables.contains(&name) {
            return Ok(());
        }
        let like = closest(name, &VARIABLES).map(|like| format!("; did you mean `{like}`?"));
        Err((format!("there is no variable `{name}`{}", like.unwrap_or_default()), word))
    }
}

/// Where the `}}` stands that ends an action.
fn end_of_action(action: &str) -> Option<usize> {
    let mut quote = None;
    let mut is_escaped = false;
    for (at, character) in action.char_indices().skip(2) {
        match quote {
            Some(open) => {
                if character == open && !is_escaped {
                    quote = None;
                }
                is_escaped = character == '\\' && !is_escaped && open == '"';
            }
            None if matches!(character, '"' | '`') => quote = Some(character),
            None if action[at..].starts_with("}}") => return Some(at),
            None => {}
        }
    }
    None
}

/// The words of an action; strings are left out.
fn words(action: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = action[at..].chars().next() {
        let rest = &action[at..];
        let is_word = |other: char| other.is_alphanumeric() || matches!(other, '_' | '.' | '$');
        let length = match first {
            '"' | '`' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            _ if is_word(first) => rest.find(|other| !is_word(other)).unwrap_or(rest.len()),
            ':' if rest.starts_with(":=") => 2,
            _ => first.len_utf8(),
        };
        if !matches!(first, '"' | '`') && !first.is_whitespace() {
            found.push(&rest[..length]);
        }
        at += length;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_of_rules_are_understood() {
        for text in [
            "{{ $labels.instance }} is at {{ $value | humanizePercentage }}",
            "{{ with query \"up{job='x'} == 1\" }}{{ with first . }}{{ .Labels.instance }}{{ end }}{{ else }}none{{ end }}",
            "{{- range $i, $s := query `up` -}} {{ $s.Value }} {{- end }}",
            "{{ if gt $value 1.5 }}a{{ else if eq $labels.a \"}}\" }}b{{ end }}",
            "no template } at all {",
        ] {
            assert_eq!(Template::default().read(text), Ok(()), "{text}");
        }
        for text in
            ["{{ $label.x }}", "{{ $value", "{{ if $value }}", "{{ end }}", "{{ humanise $value }}", "{{}}"]
        {
            assert!(Template::default().read(text).is_err(), "{text}");
        }
    }
}
