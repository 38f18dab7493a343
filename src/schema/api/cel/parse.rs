//! Text to expressions.

use super::{Each, Expression, Literal, Operator};

/// Deeper expressions are not read.
const MAX_DEPTH: usize = 64;
/// Longer rules are not read.
const MAX_LENGTH: usize = 10_000;

impl Expression {
    /// Reads an expression; none if it is none, or uses what is not known here.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let mut parser = Parser { rest: text, depth: 0 };
        let expression = parser.choice()?;
        parser.skip_blanks();
        parser.rest.is_empty().then_some(expression)
    }
}

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
}

/// What binds loosest first.
const LEVELS: [&[(&str, Operator)]; 4] = [
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("<=", Operator::LessOrEqual),
        ("<", Operator::Less),
        (">=", Operator::GreaterOrEqual),
        (">", Operator::Greater),
        ("in ", Operator::In),
    ],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
];

impl Parser<'_> {
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip_blanks();
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn choice(&mut self) -> Option<Expression> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let condition = self.binary(0)?;
        let expression = if self.eat("?") {
            let one = self.choice()?;
            if !self.eat(":") {
                return None;
            }
            Expression::Choice(Box::new(condition), Box::new(one), Box::new(self.choice()?))
        } else {
            condition
        };
        self.depth -= 1;
        Some(expression)
    }

    fn binary(&mut self, level: usize) -> Option<Expression> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        // Each turn nests the tree once more, and the tree is walked and dropped by recursion.
        let mut turns = 0;
        while let Some((_, operator)) = operators.iter().find(|(token, _)| self.eat(token)) {
            turns += 1;
            if turns > 2 * MAX_DEPTH {
                return None;
            }
            let right = self.binary(level + 1)?;
            left = Expression::Binary(*operator, Box::new(left), Box::new(right));
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<Expression> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let expression = if self.eat("!") {
            Expression::Not(Box::new(self.unary()?))
        } else if self.eat("-") {
            Expression::Negative(Box::new(self.unary()?))
        } else {
            self.member()?
        };
        self.depth -= 1;
        Some(expression)
    }

    fn member(&mut self) -> Option<Expression> {
        let mut expression = self.primary()?;
        let mut turns = 0;
        loop {
            turns += 1;
            if turns > MAX_DEPTH {
                return None;
            }
            if self.eat("[") {
                let index = self.choice()?;
                if !self.eat("]") {
                    return None;
                }
                expression = Expression::Index(Box::new(expression), Box::new(index));
            } else if self.eat(".") {
                // An optional field (`.?name`) is not known here.
                let name = self.name()?;
                expression = if self.eat("(") {
                    self.method(expression, name)?
                } else {
                    Expression::Select(Box::new(expression), name)
                };
            } else {
                return Some(expression);
            }
        }
    }

    fn method(&mut self, target: Expression, name: String) -> Option<Expression> {
        let each = match name.as_str() {
            "all" => Each::All,
            "exists" => Each::Exists,
            "exists_one" => Each::ExistsOne,
            "filter" => Each::Filter,
            "map" => Each::Map,
            _ => {
                let mut arguments = vec![target];
                arguments.extend(self.list(")")?);
                return Some(Expression::Call(name, arguments));
            }
        };
        let variable = self.name()?;
        if !self.eat(",") {
            return None;
        }
        let body = self.choice()?;
        self.eat(")").then(|| Expression::Each(each, Box::new(target), variable, Box::new(body)))
    }

    fn primary(&mut self) -> Option<Expression> {
        if self.eat("(") {
            let inner = self.choice()?;
            return self.eat(")").then_some(inner);
        }
        if self.eat("[") {
            return self.list("]").map(Expression::List);
        }
        self.skip_blanks();
        match self.rest.as_bytes().first()? {
            b'\'' | b'"' => self.text().map(|text| Expression::Literal(Literal::Text(text))),
            b'0'..=b'9' => self.number(),
            _ => self.named(),
        }
    }

    fn named(&mut self) -> Option<Expression> {
        if let Some(quoted) = self.rest.strip_prefix(['r', 'R']).filter(|rest| rest.starts_with(['\'', '"']))
        {
            self.rest = quoted;
            return self.raw_text().map(|text| Expression::Literal(Literal::Text(text)));
        }
        let name = self.name()?;
        let literal = match name.as_str() {
            "true" => Literal::Bool(true),
            "false" => Literal::Bool(false),
            "null" => Literal::Null,
            "has" if self.eat("(") => return self.has(),
            _ if self.eat("(") => return self.list(")").map(|arguments| Expression::Call(name, arguments)),
            _ => return Some(Expression::Name(name)),
        };
        Some(Expression::Literal(literal))
    }

    fn has(&mut self) -> Option<Expression> {
        let Expression::Select(target, field) = self.choice()? else { return None };
        self.eat(")").then_some(Expression::Has(target, field))
    }

    /// Expressions with commas between them, and what ends them.
    fn list(&mut self, end: &str) -> Option<Vec<Expression>> {
        let mut members = Vec::new();
        while !self.eat(end) {
            if !members.is_empty() && !self.eat(",") {
                return None;
            }
            members.push(self.choice()?);
        }
        Some(members)
    }

    fn name(&mut self) -> Option<String> {
        self.skip_blanks();
        let length =
            self.rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let (name, rest) = self.rest.split_at(length);
        if name.is_empty() || name.as_bytes()[0].is_ascii_digit() {
            return None;
        }
        self.rest = rest;
        // How a field is written whose name is a word of the language.
        let plain = name.strip_prefix("__").and_then(|name| name.strip_suffix("__")).unwrap_or(name);
        Some(plain.replace("__dot__", ".").replace("__dash__", "-").replace("__slash__", "/"))
    }

    fn number(&mut self) -> Option<Expression> {
        let length = self.rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (digits, rest) = self.rest.split_at(length);
        // Hexadecimal, exponents and unsigned numbers are not known here.
        if rest.starts_with(|next: char| next.is_ascii_alphanumeric()) {
            return None;
        }
        self.rest = rest;
        let literal = if digits.contains('.') {
            Literal::Float(digits.parse().ok()?)
        } else {
            Literal::Integer(digits.parse().ok()?)
        };
        Some(Expression::Literal(literal))
    }

    fn text(&mut self) -> Option<String> {
        let quote = self.rest.chars().next()?;
        let mut text = String::new();
        let mut letters = self.rest[1..].char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => text.push(escaped(letters.next()?.1)?),
                _ if letter == quote => {
                    self.rest = &self.rest[at + 2..];
                    return Some(text);
                }
                _ => text.push(letter),
            }
        }
        None
    }

    fn raw_text(&mut self) -> Option<String> {
        let quote = self.rest.chars().next()?;
        let (text, rest) = self.rest[1..].split_once(quote)?;
        self.rest = rest;
        Some(text.to_owned())
    }
}

fn escaped(letter: char) -> Option<char> {
    Some(match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '\\' | '\'' | '"' | '`' | '?' => letter,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_of_this_part_of_the_language_is_not_read() {
        for text in [
            "",
            "self.",
            "self.x ==",
            "(self",
            "self.x ? 1",
            "has(self)",
            "has(self.x",
            "1e3",
            "0x1f",
            "'open",
            "self.?x",
            "a b",
            "{'a': 1}",
            "self.all(1, true)",
            "x.all(y)",
            "'\\u0041'",
            "self.x % 2 == 0",
        ] {
            assert_eq!(Expression::parse(text), None, "{text}");
        }
        assert_eq!(Expression::parse(&format!("{}true", "!".repeat(5000))), None);
        assert_eq!(Expression::parse(&format!("{}1{}", "(".repeat(3000), ")".repeat(3000))), None);
        assert_eq!(Expression::parse(&"true || ".repeat(1000)), None);
        assert_eq!(Expression::parse(&format!("self{}", ".a".repeat(4000))), None);
    }
}
