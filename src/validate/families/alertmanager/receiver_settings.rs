//! What each kind of receiver must be told, by itself or for all of its kind in `global`.

use crate::yaml::{Mapping, Node, Origin};

/// One of some fields of a receiver must be there, or one of some in `global`.
struct Demand {
    /// The list of receivers.
    list: &'static str,
    own: &'static [&'static str],
    global: &'static [&'static str],
}

const fn demand(list: &'static str, own: &'static [&'static str], global: &'static [&'static str]) -> Demand {
    Demand { list, own, global }
}

const DEMANDS: [Demand; 23] = [
    demand("discord_configs", &["webhook_url", "webhook_url_file"], &[]),
    demand("email_configs", &["from"], &["smtp_from"]),
    demand("email_configs", &["smarthost"], &["smtp_smarthost"]),
    demand("incidentio_configs", &["url", "url_file"], &[]),
    demand("jira_configs", &["api_url"], &["jira_api_url"]),
    demand(
        "mattermost_configs",
        &["webhook_url", "webhook_url_file"],
        &["mattermost_webhook_url", "mattermost_webhook_url_file"],
    ),
    demand("msteams_configs", &["webhook_url", "webhook_url_file"], &[]),
    demand("msteamsv2_configs", &["webhook_url", "webhook_url_file"], &[]),
    demand("opsgenie_configs", &["api_key", "api_key_file"], &["opsgenie_api_key", "opsgenie_api_key_file"]),
    demand("pagerduty_configs", &["routing_key", "routing_key_file", "service_key", "service_key_file"], &[]),
    demand("pushover_configs", &["token", "token_file"], &[]),
    demand("pushover_configs", &["user_key", "user_key_file"], &[]),
    demand("rocketchat_configs", &["token", "token_file"], &["rocketchat_token", "rocketchat_token_file"]),
    demand(
        "rocketchat_configs",
        &["token_id", "token_id_file"],
        &["rocketchat_token_id", "rocketchat_token_id_file"],
    ),
    demand(
        "slack_configs",
        &["api_url", "api_url_file", "app_token", "app_token_file"],
        &["slack_api_url", "slack_api_url_file", "slack_app_token", "slack_app_token_file"],
    ),
    demand("sns_configs", &["topic_arn", "phone_number", "target_arn"], &[]),
    demand(
        "telegram_configs",
        &["bot_token", "bot_token_file"],
        &["telegram_bot_token", "telegram_bot_token_file"],
    ),
    demand("telegram_configs", &["chat_id", "chat_id_file"], &[]),
    demand(
        "victorops_configs",
        &["api_key", "api_key_file"],
        &["victorops_api_key", "victorops_api_key_file"],
    ),
    demand("webex_configs", &["http_config"], &["http_config"]),
    demand("webhook_configs", &["url", "url_file"], &[]),
    demand(
        "wechat_configs",
        &["api_secret", "api_secret_file"],
        &["wechat_api_secret", "wechat_api_secret_file"],
    ),
    demand("wechat_configs", &["corp_id"], &["wechat_api_corp_id"]),
];

/// What the Prometheus operator demands of a receiver in an `AlertmanagerConfig` (its `pkg/alertmanager/validation`).
const RESOURCE_DEMANDS: [Demand; 9] = [
    demand("emailConfigs", &["to"], &[]),
    demand("pagerdutyConfigs", &["routingKey", "serviceKey"], &[]),
    demand("pushoverConfigs", &["userKey", "userKeyFile"], &[]),
    demand("pushoverConfigs", &["token", "tokenFile"], &[]),
    demand("snsConfigs", &["topicARN", "phoneNumber", "targetARN"], &[]),
    demand("telegramConfigs", &["botToken", "botTokenFile"], &[]),
    demand("telegramConfigs", &["chatID"], &[]),
    demand("victoropsConfigs", &["routingKey"], &[]),
    demand("webhookConfigs", &["url", "urlSecret"], &[]),
];

/// What receivers of a file lack: where, and in which words.
pub(super) fn missing(configuration: &Node<'_>) -> Vec<(Origin, String)> {
    unmet(configuration, &DEMANDS)
}

/// The same of an `AlertmanagerConfig`.
pub(super) fn missing_in_resource(configuration: &Node<'_>) -> Vec<(Origin, String)> {
    unmet(configuration, &RESOURCE_DEMANDS)
}

fn unmet(configuration: &Node<'_>, demands: &[Demand]) -> Vec<(Origin, String)> {
    let global = configuration.get("global").and_then(Node::as_mapping);
    let receivers = configuration.get("receivers").and_then(Node::as_sequence).unwrap_or_default();
    let mut found = Vec::new();
    for demand in demands {
        if demand.global.iter().any(|field| global.is_some_and(|global| is_set(global, field))) {
            continue;
        }
        let lists = receivers.iter().filter_map(|receiver| receiver.get(demand.list)?.as_sequence());
        let settings =
            lists.flatten().filter_map(Node::as_mapping).filter(|settings| !settings.contains("<<"));
        for settings in settings {
            if !demand.own.iter().any(|field| is_set(settings, field)) {
                let origin = settings.iter().next().map_or(Origin::NONE, |entry| entry.key.origin);
                found.push((origin, demand.message()));
            }
        }
    }
    found
}

impl Demand {
    fn message(&self) -> String {
        let own = self.own.join("` or `");
        match self.global.first() {
            None => format!("an item of `{}` needs `{own}`", self.list),
            Some(global) => {
                format!("an item of `{}` needs `{own}`, or `global` needs `{global}`", self.list)
            }
        }
    }
}

fn is_set(mapping: &Mapping<'_>, field: &str) -> bool {
    mapping.get(field).is_some_and(|value| !value.is_null_or_empty() && value.text() != Some(""))
}
