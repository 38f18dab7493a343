//! The fields of Prometheus' configuration, as far as they are its own and not those of a service discovery.

/// At the top.
pub(super) const TOP: &[&str] = &[
    "alerting",
    "global",
    "otlp",
    "remote_read",
    "remote_write",
    "rule_files",
    "runtime",
    "scrape_config_files",
    "scrape_configs",
    "storage",
    "tracing",
];

/// In `global`.
pub(super) const GLOBAL: &[&str] = &[
    "always_scrape_classic_histograms",
    "body_size_limit",
    "convert_classic_histograms_to_nhcb",
    "evaluation_interval",
    "external_labels",
    "extra_scrape_metrics",
    "keep_dropped_targets",
    "label_limit",
    "label_name_length_limit",
    "label_value_length_limit",
    "metric_name_escaping_scheme",
    "metric_name_validation_scheme",
    "query_log_file",
    "rule_query_offset",
    "sample_limit",
    "scrape_classic_histograms",
    "scrape_failure_log_file",
    "scrape_interval",
    "scrape_native_histograms",
    "scrape_protocols",
    "scrape_timeout",
    "target_limit",
];

/// In `alerting`.
pub(super) const ALERTING: &[&str] = &["alert_relabel_configs", "alertmanagers"];

/// In a scrape job; discoveries end with `_sd_configs`.
pub(super) const JOB: &[&str] = &[
    "always_scrape_classic_histograms",
    "authorization",
    "basic_auth",
    "bearer_token",
    "bearer_token_file",
    "body_size_limit",
    "convert_classic_histograms_to_nhcb",
    "enable_compression",
    "enable_http2",
    "extra_scrape_metrics",
    "fallback_scrape_protocol",
    "follow_redirects",
    "honor_labels",
    "honor_timestamps",
    "http_headers",
    "job_name",
    "keep_dropped_targets",
    "label_limit",
    "label_name_length_limit",
    "label_value_length_limit",
    "metric_name_escaping_scheme",
    "metric_name_validation_scheme",
    "metric_relabel_configs",
    "metrics_path",
    "native_histogram_bucket_limit",
    "native_histogram_min_bucket_factor",
    "no_proxy",
    "oauth2",
    "params",
    "proxy_connect_header",
    "proxy_from_environment",
    "proxy_url",
    "relabel_configs",
    "sample_limit",
    "scheme",
    "scrape_classic_histograms",
    "scrape_failure_log_file",
    "scrape_interval",
    "scrape_native_histograms",
    "scrape_protocols",
    "scrape_timeout",
    "static_configs",
    "target_limit",
    "tls_config",
    "track_timestamps_staleness",
];

/// Fields that hold durations, wherever they stand.
pub(super) const DURATIONS: [&str; 12] = [
    "batch_send_deadline",
    "evaluation_interval",
    "max_backoff",
    "min_backoff",
    "out_of_order_time_window",
    "refresh_interval",
    "remote_timeout",
    "rule_query_offset",
    "sample_age_limit",
    "scrape_interval",
    "scrape_timeout",
    "timeout",
];

/// Fields that hold sizes.
pub(super) const SIZES: [&str; 1] = ["body_size_limit"];

/// Whether a text is a size, such as `100MB`.
pub(super) fn is_size(text: &str) -> bool {
    let digits = text.find(|other: char| !other.is_ascii_digit() && other != '.').unwrap_or(text.len());
    let is_number = text[..digits].parse::<f64>().is_ok();
    let unit = text[digits..].trim_end_matches('B').trim_end_matches('i');
    is_number
        && (text == "0" || text.ends_with('B') && matches!(unit, "" | "K" | "M" | "G" | "T" | "P" | "E"))
}
