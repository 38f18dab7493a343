//! Amounts as Kubernetes writes them: `500m`, `2Gi`, `1e3`.

/// The amount as a number; nothing if it is none.
pub fn quantity(text: &str) -> Option<f64> {
    const SUFFIXES: [(&str, f64); 15] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    let is_plain =
        |number: &str| number.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let suffix = SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, factor)));
    let (number, factor) = suffix.unwrap_or((text, &1.0));
    number.parse::<f64>().ok().filter(|_| is_plain(number)).map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_amounts() {
        assert_eq!(quantity("500m"), Some(0.5));
        assert_eq!(quantity("1024Mi"), quantity("1Gi"));
        assert_eq!(quantity("1e3"), Some(1000.0));
        assert_eq!(quantity("256MB"), None);
        assert_eq!(quantity("inf"), None);
        assert_eq!(quantity(""), None);
    }
}
